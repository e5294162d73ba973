import type { SimulationResult } from './simulate.ts';
import { ndjson, type TraceLine } from './trace.ts';

export type Determinism =
  | { readonly same: true }
  | {
      readonly same: false;
      /** The first line that differs, counted from 1. */
      readonly line: number;
      /** As it was in each run; empty if that run had ended. */
      readonly first: string;
      readonly second: string;
      /** Where the difference is likely to come from: what was called outside, or else a guess. */
      readonly likely: string;
    };

const ENDED = '';

/** Runs twice, and compares the traces line by line. */
export async function checkDeterminism(run: () => Promise<SimulationResult>): Promise<Determinism> {
  return difference(await run(), await run());
}

/**
 * Runs the scenario of `first` again.
 * @throws {TypeError} that shows where the second run differs from the first, and why it may.
 */
export async function demandReplay(
  first: SimulationResult,
  again: () => Promise<SimulationResult>,
): Promise<void> {
  const second = await again();
  if (first.traceHash === second.traceHash) return;
  const found = difference(first, second);
  if (found.same) return;
  const from = shownFrom(found.first, found.second);
  const [one, two] = [found.first, found.second].map((line) => shown(line, from));
  const calls = callsOf(first, second).slice(0, CALLS_MAX);
  throw new TypeError(
    [
      `two runs of one scenario differ at line ${found.line} of their traces`,
      `  first:  ${one}`,
      `  second: ${two}`,
      ...(calls.length === 0
        ? [`  likely: ${found.likely}`, ...(found.likely === LEFT ? [] : [`  or:     ${LEFT}`])]
        : calls.map((call) => `  called: ${call}`)),
    ].join('\n'),
  );
}

const CALLS_MAX = 8;
/** Of a line, in characters, and how many of them come before the first that differs. */
const SHOWN_MAX = 1_000;
const SHOWN_BEFORE = 200;

function shownFrom(first: string, second: string): number {
  let at = 0;
  while (at < first.length && first[at] === second[at]) at += 1;
  return first.length > SHOWN_MAX || second.length > SHOWN_MAX ? Math.max(0, at - SHOWN_BEFORE) : 0;
}

function shown(line: string, from: number): string {
  if (line === ENDED) return 'it had ended';
  const to = from + SHOWN_MAX;
  return `${from > 0 ? '…' : ''}${line.slice(from, to)}${line.length > to ? '…' : ''}`;
}

const callsOf = (first: SimulationResult, second: SimulationResult): readonly string[] => [
  ...new Set([...first.outsideCalls, ...second.outsideCalls]),
];

function difference(first: SimulationResult, second: SimulationResult): Determinism {
  const [one, two] = [linesOf(first.trace), linesOf(second.trace)];
  const called = callsOf(first, second).join(', ');
  for (let at = 0; at < Math.max(one.length, two.length); at++) {
    const [a, b] = [one[at] ?? ENDED, two[at] ?? ENDED];
    if (a === b) continue;
    const likely = called || sourceOf(a, b, one.slice(at), two.slice(at));
    return { same: false, line: at + 1, first: a, second: b, likely };
  }
  return { same: true };
}

const linesOf = (trace: readonly TraceLine[]): string[] => ndjson(trace).split('\n').slice(0, -1);

/** Milliseconds since 1970 as a number, or a time in words, of any year from 2001 on. */
const WALL_TIME = /\b1\d{12}(\.\d+)?\b|\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[.\dZ+:-]*/g;

function sourceOf(
  first: string,
  second: string,
  one: readonly string[],
  two: readonly string[],
): string {
  if (first !== ENDED && second !== ENDED) {
    const [a, b] = [first, second].map((line) => line.replaceAll(WALL_TIME, 'T'));
    if (a === b) return 'Date.now or new Date: take the time from world.clock';
    const [c, d] = [first, second].map((line) => line.replace(/^\{"atMs":[^,]*/, ''));
    if (c === d) return LATE;
  }
  const isStalled = [first, second].some((line) => line.includes('"invariant":"stalled"'));
  if (isStalled || isMoved(first, two) || isMoved(second, one)) {
    return 'a promise that settles outside of the simulation, as of fetch, fs or crypto.subtle';
  }
  return first === ENDED || second === ENDED ? LATE : LEFT;
}

const LEFT =
  'what an earlier run left behind, or chance in a package: make all that changes anew in each run';

const LATE = 'a global timer, as setTimeout, or a promise that settles outside of the simulation';

/** Whether a line of one run comes later in the other, whatever its time. */
function isMoved(line: string, others: readonly string[]): boolean {
  const timeless = (text: string): string => text.replace(/^\{"atMs":[^,]*/, '');
  return line !== ENDED && others.slice(1).some((other) => timeless(other) === timeless(line));
}
