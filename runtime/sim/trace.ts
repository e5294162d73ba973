import { createHash } from 'node:crypto';
import type { LogFields } from '../../actors/world.ts';
import type { Chart } from '../chart.ts';
import type { Fact } from '../facts.ts';
import type { LogLine } from './log.ts';
import type { Fault } from './scenario.ts';

type FactLine = Pick<Fact, 'id' | 'type' | 'subject' | 'data' | 'causationid'>;

/** One line of a trace; TRACE.md describes each kind. */
export type TraceLine = {
  /** Milliseconds since the trace began. */
  readonly atMs: number;
  /** Which process said so, counted from 1. */
  readonly process: number;
  /** On which machine, if there are several. */
  readonly machine?: string;
} & (
  | ({ readonly kind: 'fact' } & FactLine)
  | { readonly kind: 'fault'; readonly fault: Fault; readonly hit?: string }
  | ({ readonly kind: 'log' } & LogLine)
  | {
      readonly kind: 'move';
      readonly subject: string;
      readonly transitions: readonly string[];
    }
  | {
      readonly kind: 'actor';
      readonly subject: string;
      readonly is: 'actor' | 'inner' | 'chart';
      /** Hash of its chart, which was told before. */
      readonly chart: string;
      readonly life: 'running';
      /** Those that it is in and that have none within. */
      readonly states: readonly string[];
      readonly incarnation: number;
    }
  | { readonly kind: 'chart'; readonly chart: Chart }
  | { readonly kind: 'note'; readonly text: string; readonly fields: LogFields }
  | { readonly kind: 'violation'; readonly invariant: string; readonly detail: string }
);

/** Of a line, without when and where. */
export type TraceEntry = TraceLine extends infer Line
  ? Line extends TraceLine
    ? Omit<Line, 'atMs' | 'process' | 'machine'>
    : never
  : never;

/** What of a fact is told in a trace: its source and its wall time are not. */
export function factEntry({ id, type, subject, data, causationid }: FactLine): TraceEntry {
  return {
    kind: 'fact',
    id,
    type,
    ...(subject === undefined ? {} : { subject }),
    data,
    ...(causationid === undefined ? {} : { causationid }),
  };
}

/** Lines are written at once: what they tell of may change later. */
export class Trace {
  readonly texts: string[] = [];
  readonly #charts = new Set<string>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(process: number, entry: TraceEntry, machine?: string): void {
    const { kind, ...rest } = entry;
    const where = machine === undefined ? { process } : { process, machine };
    this.texts.push(textOf({ atMs: this.#nowMs(), ...where, kind, ...rest }));
  }

  /** Once, before the first actor that has it. */
  draw(process: number, chart: Chart, machine?: string): void {
    if (this.#charts.has(chart.hash)) return;
    this.#charts.add(chart.hash);
    const where = machine === undefined ? { process } : { process, machine };
    const line = textOf({ atMs: this.#nowMs(), ...where, kind: 'chart' });
    this.texts.push(`${line.slice(0, -1)},"chart":${chartText(chart)}}`);
  }

  get lines(): readonly TraceLine[] {
    return this.texts.map((text) => JSON.parse(text));
  }

  /** SHA-256 of the NDJSON, in hex. */
  get hash(): string {
    return hashOf(this.texts);
  }
}

const chartTexts = new WeakMap<Chart, string>();

/** Written once, for many runs move in the same charts. */
function chartText(chart: Chart): string {
  const known = chartTexts.get(chart);
  if (known !== undefined) return known;
  const text = JSON.stringify(chart);
  chartTexts.set(chart, text);
  return text;
}

/** A trace as a file: one line of JSON each. */
export const ndjson = (trace: readonly TraceLine[]): string =>
  trace.map((line) => `${textOf(line)}\n`).join('');

/** SHA-256 of the NDJSON, in hex. */
export const traceHash = (trace: readonly TraceLine[]): string => hashOf(trace.map(textOf));

/** Line by line: a text of all of them may be longer than a string can be. */
function hashOf(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text}\n`);
  return hash.digest('hex');
}

/** What JSON has no word for is told by its name; a trace never fails for what is in it. */
export function textOf(line: object): string {
  try {
    return JSON.stringify(line, told);
  } catch (error) {
    const { atMs, process, kind } = Object(line);
    const because = error instanceof Error ? error.message.split('\n')[0] : 'unknown';
    const text = 'a line that cannot be written';
    return JSON.stringify({ atMs, process, kind: 'note', text, fields: { kind, because } });
  }
}

function told(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (value instanceof Map || value instanceof Set) return [...value];
  return typeof value === 'function' || typeof value === 'symbol' ? String(value) : value;
}
