import type { Happened } from './history.ts';
import type { Tone } from './sentences.ts';
import { statesText, tellingOf } from './telling.ts';

/** From one to another. */
export interface Arrow {
  readonly is: 'arrow';
  readonly atMs: number;
  /** Whoever is outside has no lifeline. */
  readonly from: string | undefined;
  readonly to: string;
  readonly text: string;
  /** When it was handled, if that is known and is later. */
  readonly handledMs?: number;
  /** What became of the receiver by it. */
  readonly into?: string;
  /** It tells of a cause, and not of an event. */
  readonly isCause?: true;
  readonly times: number;
  readonly lastMs: number;
}

export interface Note {
  readonly is: 'note';
  readonly atMs: number;
  /** None is all of them. */
  readonly at: string | undefined;
  readonly text: string;
  readonly tone: Tone;
  /** It says in which state its lifeline is from now on. */
  readonly isState?: true;
  readonly times: number;
  readonly lastMs: number;
}

export type Scene = Arrow | Note;

/** Scenes that happen several times, one round after the other. */
export interface Loop {
  readonly is: 'loop';
  readonly times: number;
  readonly lastMs: number;
  readonly scenes: readonly Scene[];
}

export interface Sequence {
  readonly cast: readonly string[];
  readonly scenes: readonly (Scene | Loop)[];
  /** Earlier scenes that are left out, for there are too many. */
  readonly earlier: number;
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const SCENES_MAX = 300;
/** Arrows to one receiver that no move is known to be by. */
const OPEN_MAX = 100;
const ROUND_MAX = 4;
/** As many rounds are told once. */
const ROUNDS_MIN = 3;

/** What happened among `cast` in a window of time. */
export function sequenceOf(
  lines: readonly Happened[],
  cast: readonly string[],
  { fromMs, toMs }: Span,
): Sequence {
  const scenes = new Scenes(cast);
  for (const happened of lines) {
    if (happened.line[1] > toMs) break;
    scenes.take(happened, happened.line[1] >= fromMs);
  }
  const folded = foldedScenes(scenes.told);
  const earlier = Math.max(0, folded.length - SCENES_MAX);
  return { cast, scenes: folded.slice(earlier), earlier };
}

class Scenes {
  readonly told: Scene[] = [];
  readonly #cast: ReadonlySet<string>;
  readonly #subjects = new Map<string, string>();
  readonly #states = new Map<string, string>();
  /** By whom they were sent to: the places of arrows that no move is known to be by yet. */
  readonly #open = new Map<string, number[]>();

  constructor(cast: readonly string[]) {
    this.#cast = new Set(cast);
  }

  /** What happened before the window is needed too: of causes and states. */
  take(happened: Happened, isInWindow: boolean): void {
    const scene = this.#sceneOf(happened, isInWindow);
    if (scene === undefined || !isInWindow) return;
    if (scene.is === 'arrow' && !scene.isCause) this.#opened(scene.to, happened.line);
    this.told.push(scene);
  }

  /** Of those whose handling is not told, only the last may be what a move is by. */
  #opened(to: string, line: Happened['line']): void {
    const isTold = line[0] === 'event' && line[6] !== undefined;
    const before = isTold ? (this.#open.get(to) ?? []) : [];
    this.#open.set(to, [...before.slice(-OPEN_MAX), this.told.length]);
  }

  /** The place of the arrow that a move is by: the first that was handled as late as can be. */
  #sentBefore(path: string, atMs: number, events: readonly string[]): number | undefined {
    let last: { readonly at: number; readonly handledMs: number } | undefined;
    for (const at of this.#open.get(path) ?? []) {
      const sent = this.told[at];
      if (sent?.is !== 'arrow' || !events.includes(eventIn(sent))) continue;
      const handledMs = sent.handledMs ?? sent.atMs;
      if (handledMs <= atMs && handledMs > (last?.handledMs ?? -1)) last = { at, handledMs };
    }
    return last?.at;
  }

  #sceneOf(happened: Happened, isInWindow: boolean): Scene | undefined {
    const { line, path, from } = happened;
    const atMs = line[1];
    switch (line[0]) {
      case 'event':
        if (!this.#cast.has(path) || (from !== undefined && !this.#cast.has(from))) return;
        return { ...arrow(atMs, from, path, line[4], line[5]), ...later(atMs, line[6]) };
      case 'move':
        return this.#move(happened, isInWindow);
      case 'fact':
        return this.#fact(happened);
      case 'note':
        return this.#note(happened);
      case 'fault':
      case 'violation': {
        const { text, title } = tellingOf(happened);
        const told = line[0] === 'fault' ? text : `${title}: ${text}`;
        return note(atMs, undefined, told, 'bad');
      }
      default:
        return undefined;
    }
  }

  #move({ line, path, chart }: Happened, isInWindow: boolean): Scene | undefined {
    if (line[0] !== 'move' || !this.#cast.has(path)) return undefined;
    const [, atMs, , states, edges] = line;
    const now = statesText(chart, states);
    const isSame = this.#states.get(path) === now || now === '';
    this.#states.set(path, now);
    const events = edges.flatMap(([edge]) => chart?.edges[edge]?.event ?? []);
    const at = this.#sentBefore(path, atMs, events);
    const sent = at === undefined ? undefined : this.told[at];
    if (at !== undefined && sent?.is === 'arrow' && isInWindow) {
      this.#open.set(path, this.#open.get(path)?.filter((other) => other > at) ?? []);
      this.told[at] = {
        ...sent,
        ...later(sent.atMs, sent.handledMs ?? atMs),
        ...(isSame ? {} : { into: now }),
      };
      return undefined;
    }
    return isSame ? undefined : { ...note(atMs, path, now, 'plain'), isState: true };
  }

  #fact(happened: Happened): Scene | undefined {
    const { line, path } = happened;
    if (line[0] !== 'fact') return undefined;
    const [, atMs, { id, causationid }] = line;
    this.#subjects.set(id, path);
    if (!this.#cast.has(path)) return undefined;
    const { text, tone } = tellingOf(happened);
    const from = this.#subjects.get(causationid ?? '');
    if (from === undefined || from === path || !this.#cast.has(from)) {
      return note(atMs, path, text, tone);
    }
    return { ...arrow(atMs, from, path, text, 1), isCause: true };
  }

  #note(happened: Happened): Scene | undefined {
    const { line } = happened;
    if (line[0] !== 'note') return undefined;
    const [, atMs, text, { from, to, at }] = line;
    if (typeof from === 'string' && typeof to === 'string') {
      const isShown = this.#cast.has(to) && this.#cast.has(from);
      if (isShown) return arrow(atMs, from, to, text, 1);
      return this.#cast.has(to) ? arrow(atMs, undefined, to, `${text}${BY}${from}`, 1) : undefined;
    }
    if (typeof at !== 'string') return note(atMs, undefined, text, 'plain');
    return this.#cast.has(at) ? note(atMs, at, text, 'plain') : undefined;
  }
}

const BY = ', by ';

const later = (atMs: number, handledMs = atMs): { readonly handledMs?: number } =>
  handledMs > atMs ? { handledMs } : {};

const eventIn = ({ text }: Arrow): string => text.split(BY, 1)[0] ?? '';

const arrow = (
  atMs: number,
  from: string | undefined,
  to: string,
  text: string,
  times: number,
): Arrow => ({ is: 'arrow', atMs, from, to, text, times, lastMs: atMs });

const note = (atMs: number, at: string | undefined, text: string, tone: Tone): Note => ({
  is: 'note',
  atMs,
  at,
  text,
  tone,
  times: 1,
  lastMs: atMs,
});

const keyOf = (scene: Scene): string =>
  scene.is === 'arrow'
    ? `a ${scene.from} ${scene.to} ${scene.text} ${scene.into} ${scene.isCause}`
    : `n ${scene.at} ${scene.text} ${scene.isState}`;

/** What happens over and over is told once: one scene as often, or a round of a few. */
function foldedScenes(scenes: readonly Scene[]): (Scene | Loop)[] {
  const keys = scenes.map(keyOf);
  const folded: (Scene | Loop)[] = [];
  for (let at = 0; at < scenes.length; ) {
    const { length, rounds } = roundsAt(keys, at);
    const round = scenes.slice(at, at + length);
    const all = scenes.slice(at, at + length * rounds);
    const [first] = round;
    if (first === undefined) break;
    const lastMs = all.at(-1)?.lastMs ?? first.lastMs;
    if (rounds === 1) folded.push(first);
    else if (length === 1) folded.push({ ...first, lastMs, times: timesOf(all) });
    else folded.push({ is: 'loop', times: rounds, lastMs, scenes: round });
    at += all.length;
  }
  return folded;
}

const timesOf = (scenes: readonly Scene[]): number =>
  scenes.reduce((sum, { times }) => sum + times, 0);

function roundsAt(keys: readonly string[], at: number): { length: number; rounds: number } {
  for (let length = 1; length <= ROUND_MAX; length++) {
    let rounds = 1;
    while (isRound(keys, at, at + length * rounds, length)) rounds += 1;
    if (rounds >= (length === 1 ? 2 : ROUNDS_MIN)) return { length, rounds };
  }
  return { length: 1, rounds: 1 };
}

function isRound(keys: readonly string[], first: number, next: number, length: number): boolean {
  if (next + length > keys.length) return false;
  for (let at = 0; at < length; at++) if (keys[first + at] !== keys[next + at]) return false;
  return true;
}

/** With whom somebody talked, and how often, most often first. */
export function talkedWith(lines: readonly Happened[], path: string): readonly [string, number][] {
  const times = new Map<string, number>();
  const add = (other: unknown, count: number): void => {
    if (typeof other !== 'string' || other === path) return;
    times.set(other, (times.get(other) ?? 0) + count);
  };
  const subjects = new Map<string, string>();
  for (const { line, path: to, from } of lines) {
    if (line[0] === 'event' && from !== undefined) {
      if (to === path) add(from, line[5]);
      if (from === path) add(to, line[5]);
    } else if (line[0] === 'note') {
      if (line[3].to === path) add(line[3].from, 1);
      if (line[3].from === path) add(line[3].to, 1);
    } else if (line[0] === 'fact') {
      subjects.set(line[2].id, to);
      const cause = subjects.get(line[2].causationid ?? '');
      if (to === path && cause !== '') add(cause, 1);
      if (cause === path && to !== '') add(to, 1);
    }
  }
  return [...times].sort(([, one], [, other]) => other - one);
}

/** All that may have a lifeline, in the order in which they came. */
export function castIn(lines: readonly Happened[]): readonly string[] {
  const names = new Set<string>();
  for (const { line, path, from } of lines) {
    if (path !== '') names.add(path);
    if (from !== undefined) names.add(from);
    if (line[0] !== 'note') continue;
    for (const name of [line[3].from, line[3].to, line[3].at]) {
      if (typeof name === 'string') names.add(name);
    }
  }
  return [...names];
}
