import type { Fault } from '../scenario.ts';
import type { TraceLine } from '../trace.ts';

/** One thing that happened: from one participant to another, at one, or to all of them. */
export interface Scene {
  readonly atMs: number;
  readonly text: string;
  readonly from?: string;
  /** One participant; or many, for a broadcast. */
  readonly to: readonly string[];
  readonly isFault?: true;
}

type NoteLine = Extract<TraceLine, { readonly kind: 'note' }>;

const SCENES_MAX = 40;
/** As many at once make a broadcast. */
const BROADCAST_MIN = 3;
const REPEATED_MIN = 3;

/**
 * What of a trace leads to its first violation: only what happened before it, to those that had
 * part in it; broadcasts are one scene, repetitions too, faults are kept. At most 40 scenes.
 */
export function sequenceOf(trace: readonly TraceLine[]): readonly Scene[] {
  const end = trace.findIndex(({ kind }) => kind === 'violation');
  const before = end < 0 ? trace : trace.slice(0, end);
  const line = trace[end];
  const scenes = scenesOf(before);
  const detail = line?.kind === 'violation' ? line.detail : '';
  const relevant = causesOf(scenes, startOf(scenes, detail, before));
  const folded = repetitionsIn(broadcastsIn(relevant));
  const left = folded.length > SCENES_MAX ? folded.slice(-SCENES_MAX) : folded;
  const cut = folded.length - left.length;
  const story = cut === 0 ? left : [{ atMs: 0, text: `${cut} earlier steps`, to: [] }, ...left];
  if (line?.kind !== 'violation') return story;
  const text = `VIOLATION ${line.invariant}: ${line.detail}`;
  return [...story, { atMs: line.atMs, text, to: [], isFault: true }];
}

/** Facts, moves, notes, faults; a fact that another participant's fact caused came from there. */
function scenesOf(trace: readonly TraceLine[]): Scene[] {
  const subjects = new Map<string, string>();
  return trace.flatMap((line): Scene[] => {
    const { atMs } = line;
    if (line.kind === 'fault') {
      const text =
        line.hit === undefined
          ? faultText(line.fault)
          : `${faultText(line.fault)} hits ${line.hit}`;
      return [{ atMs, text, to: [], isFault: true }];
    }
    if (line.kind === 'note') return [noteScene(line)];
    if (line.kind === 'move')
      return [{ atMs, text: line.transitions.join(', '), to: [placed(line, line.subject)] }];
    if (line.kind !== 'fact') return [];
    const to = placed(line, line.subject || 'runtime');
    const where = placed(line, `${line.process}`);
    subjects.set(`${where} ${line.id}`, to);
    const from = subjects.get(`${where} ${line.causationid}`);
    const scene = { atMs, text: line.type, to: [to] };
    return [from === undefined || from === to ? scene : { ...scene, from }];
  });
}

/** Of several machines, each has participants of its own. */
const placed = ({ machine }: TraceLine, name: string): string =>
  machine === undefined ? name : `${machine}/${name}`;

/** A note with the fields `from` and `to` is a message; with `at`, it says what happened there. */
function noteScene({ atMs, process, machine, text, fields }: NoteLine): Scene {
  const { from, to, at, ...rest } = fields;
  const more = Object.entries(rest).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  const whole = `${text}${more.join('')}`;
  if (typeof from === 'string' && typeof to === 'string')
    return { atMs, text: whole, from, to: [to] };
  return {
    atMs,
    text: whole,
    to: [typeof at === 'string' ? at : (machine ?? `process ${process}`)],
  };
}

function faultText(fault: Fault): string {
  if (fault.kind === 'site') return `${fault.site}, visit ${fault.nth}`;
  const { kind, ...fields } = fault;
  const { atMs: _, ...rest } = { atMs: 0, ...fields };
  return [kind, ...Object.entries(rest).map(([name, value]) => `${name} ${value}`)].join(', ');
}

/** Those that the violation names; or else whom something happened to last, and who moved last. */
function startOf(scenes: readonly Scene[], detail: string, trace: readonly TraceLine[]): string[] {
  const words = new Set(detail.split(/[^\w/.-]+/));
  const all = scenes.flatMap(({ from, to }) => (from === undefined ? to : [from, ...to]));
  const named = all.filter((name) => words.has(name));
  if (named.length > 0) return named;
  const moved = trace.flatMap((line) => (line.kind === 'move' ? [line.subject] : []));
  const last = scenes.findLast(({ to }) => to.length > 0)?.to ?? [];
  return [...last, ...moved.slice(-1)];
}

/**
 * What happened among those that had part in it. Backwards from the end: who sends to one of them
 * is one of them, from then on.
 */
function causesOf(scenes: readonly Scene[], start: readonly string[]): Scene[] {
  const cast = new Set(start);
  for (const { from, to } of scenes.toReversed()) {
    if (from !== undefined && to.some((name) => cast.has(name))) cast.add(from);
  }
  return scenes.filter(({ from, to, isFault }) => {
    if (isFault === true) return true;
    return to.some((name) => cast.has(name)) && (from === undefined || cast.has(from));
  });
}

/** The same from one to many, one after the other at one time, is one scene. */
function broadcastsIn(scenes: readonly Scene[]): Scene[] {
  const folded: Scene[] = [];
  for (let at = 0; at < scenes.length; ) {
    const first = scenes[at];
    if (first === undefined) break;
    let end = at + 1;
    while (isSameCast(first, scenes[end])) end += 1;
    const group = scenes.slice(at, end);
    const to = [...new Set(group.flatMap((scene) => scene.to))];
    if (to.length >= BROADCAST_MIN) folded.push({ ...first, to });
    else folded.push(...group);
    at += group.length;
  }
  return folded;
}

const isSameCast = (one: Scene, other: Scene | undefined): boolean =>
  one.from !== undefined &&
  one.from === other?.from &&
  one.text === other.text &&
  one.atMs === other.atMs;

/** What happens three times or more, one after the other, is told once. */
function repetitionsIn(scenes: readonly Scene[]): Scene[] {
  const groups: Scene[][] = [];
  for (const scene of scenes) {
    const last = groups.at(-1);
    if (last !== undefined && isAgain(last[0], scene)) last.push(scene);
    else groups.push([scene]);
  }
  return groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length < REPEATED_MIN) return group;
    const untilMs = group.at(-1)?.atMs;
    return [{ ...first, text: `${first.text} (${group.length} times, until ${untilMs} ms)` }];
  });
}

const isAgain = (one: Scene | undefined, other: Scene): boolean =>
  JSON.stringify({ ...one, atMs: 0 }) === JSON.stringify({ ...other, atMs: 0 });
