import type { ToldFact } from '../protocol.ts';
import type { Happened } from './history.ts';
import type { Model } from './model.ts';
import { sentenceOf, type Tone } from './sentences.ts';
import { statesText, tellingOf } from './telling.ts';

/** How much happened in each of equal parts of a time. */
export interface Density {
  readonly counts: readonly number[];
  /** The largest of them. */
  readonly most: number;
  /** Parts with something that should be looked at. */
  readonly marks: readonly { readonly at: number; readonly tone: Tone; readonly text: string }[];
}

export function densityOf(
  lines: readonly Happened[],
  fromMs: number,
  toMs: number,
  parts: number,
): Density {
  const counts = new Array<number>(parts).fill(0);
  const marks = new Map<number, { at: number; tone: Tone; text: string }>();
  const width = Math.max(toMs - fromMs, 1) / parts;
  for (const happened of lines) {
    const at = Math.min(parts - 1, Math.floor((happened.line[1] - fromMs) / width));
    if (at < 0) continue;
    counts[at] = (counts[at] ?? 0) + 1;
    const kind = markOf(happened);
    // What was wrong is more than what somebody did on purpose.
    if (kind === undefined || (kind === 'turn' && marks.has(at))) continue;
    if (marks.get(at)?.tone !== 'bad') marks.set(at, { at, tone: kind, text: markText(happened) });
  }
  return { counts, most: Math.max(0, ...counts), marks: [...marks.values()] };
}

const failures =
  /^(actor\.failed|supervisor\.escalated|breaker\.opened|peer\.banned|runtime\.fa|audit\..*failed)/;

function markOf({ line }: Happened): Tone | undefined {
  if (line[0] === 'violation') return 'bad';
  if (line[0] === 'fault') return 'turn';
  return line[0] === 'fact' && failures.test(line[2].type) ? 'bad' : undefined;
}

function markText(happened: Happened): string {
  const { text, title } = tellingOf(happened);
  return happened.path === '' ? `${title}: ${text}` : `${happened.path} ${text}`;
}

/** In which states an actor was, one after the other. */
export interface Lane {
  readonly path: string;
  readonly spans: readonly LaneSpan[];
  readonly marks: readonly Mark[];
}

export interface LaneSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: string;
  /** The place of its state in its chart. */
  readonly order: number;
}

interface OpenLane {
  readonly path: string;
  readonly spans: LaneSpan[];
  readonly marks: Mark[];
  sinceMs: number;
  state: string;
  order: number;
}

/** Lanes of `lines`, which began as `begin` was, and lead to `toMs`; of those that `isShown`. */
export function lanesOf(
  lines: readonly Happened[],
  begin: Model,
  toMs: number,
  isShown: (path: string) => boolean,
): readonly Lane[] {
  const lanes = new Map<string, OpenLane>();
  const laneOf = (path: string, atMs: number): OpenLane => {
    const known = lanes.get(path);
    if (known !== undefined) return known;
    const lane = { path, spans: [], marks: [], sinceMs: atMs, state: '', order: -1 };
    lanes.set(path, lane);
    return lane;
  };
  for (const actor of begin.actors) {
    if (actor === undefined || actor.path === '' || !isShown(actor.path)) continue;
    const lane = laneOf(actor.path, begin.atMs);
    lane.state = statesText(begin.chartOf(actor), actor.states);
    lane.order = actor.states[0] ?? -1;
  }
  const turn = (lane: OpenLane, atMs: number, state: string, order: number): void => {
    if (lane.state === state) return;
    close(lane, atMs);
    Object.assign(lane, { sinceMs: atMs, state, order });
  };
  for (const { line, path, chart } of lines) {
    if (path === '' || !isShown(path)) continue;
    if (line[0] === 'move') {
      const state = statesText(chart, line[3]);
      turn(laneOf(path, line[1]), line[1], state, line[3][0] ?? -1);
    } else if (line[0] === 'fact') {
      const { text, tone } = sentenceOf(line[2]);
      const lane = laneOf(path, line[1]);
      if (tone !== 'plain') lane.marks.push({ atMs: line[1], tone, text });
      const state = stateBy(line[2]);
      // Where it began was told just before.
      const isKnown = state === 'running' && !lives.has(lane.state);
      if (state !== undefined && !isKnown) turn(lane, line[1], state, -1);
    }
  }
  for (const lane of lanes.values()) close(lane, toMs);
  return [...lanes.values()].map(({ path, spans, marks }) => ({ path, spans, marks }));
}

function close(lane: OpenLane, atMs: number): void {
  const { sinceMs: fromMs, state, order } = lane;
  if (state !== '' && atMs > fromMs) lane.spans.push({ fromMs, toMs: atMs, state, order });
}

/** In which a lane is while no chart says more. */
const lives = new Set(['', 'waiting', 'failing', 'ended', 'running']);

/** What no chart says of an actor. */
const lifeStates: Readonly<Record<string, string>> = {
  'actor.failed': 'failing',
  'actor.stopped': 'ended',
  'actor.finished': 'ended',
};

function stateBy({ type, data }: ToldFact): string | undefined {
  if (type === 'supervisor.decided') return data.decision === 'restart' ? 'waiting' : 'ended';
  if (/^(actor|supervisor)\.(re)?started$/.test(type)) return 'running';
  return Object.hasOwn(lifeStates, type) ? lifeStates[type] : undefined;
}

/** What belongs together: what failed first, what was decided, and what became of it. */
export interface Group {
  readonly id: string;
  readonly first: ToldFact;
  readonly facts: readonly { readonly atMs: number; readonly fact: ToldFact }[];
  readonly subjects: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  /** How often it was tried again. */
  readonly attempts: number;
  readonly outcome: 'good' | 'bad' | 'pending' | 'plain';
}

const again = /^(actor\.restarted|breaker\.probing|supervisor\.restarted)$/;
const over = /^(actor\.restarted|breaker\.(closed|released)|supervisor\.restarted)$/;
const lost = /^(supervisor\.escalated|peer\.banned|audit\.tampering\.found)$/;
const waiting = /^(supervisor\.decided|breaker\.(opened|probing|isolated)|actor\.failed)$/;

interface OpenGroup {
  readonly id: string;
  readonly facts: { atMs: number; fact: ToldFact }[];
}

/** What happens to one of them until it is over is one story, with or without a cause. */
const story = /^(breaker|actor)\.(?!started|stopped|finished)/;

/** Facts by their first cause, and by whom they are about until that is over. */
export function groupsOf(lines: readonly Happened[]): readonly Group[] {
  const groups = new Map<string, OpenGroup>();
  const ofFact = new Map<string, OpenGroup>();
  const ofSubject = new Map<string, OpenGroup>();
  for (const { line } of lines) {
    // Letters that reach nobody have a view of their own.
    if (line[0] !== 'fact' || line[2].type === 'mailbox.dropped') continue;
    const [, atMs, fact] = line;
    const family = story.exec(fact.type)?.[1];
    const whose = `${family} ${fact.subject}`;
    const found =
      ofFact.get(fact.causationid ?? '') ?? (family === undefined ? family : ofSubject.get(whose));
    const group = found ?? { id: fact.id, facts: [] };
    groups.set(group.id, group);
    group.facts.push({ atMs, fact });
    ofFact.set(fact.id, group);
    if (over.test(fact.type)) ofSubject.delete(whose);
    else if (family !== undefined) ofSubject.set(whose, group);
  }
  return [...groups.values()].flatMap((group) => groupOf(group) ?? []);
}

/** A fact alone that is nothing to worry about makes no group. */
function groupOf({ id, facts }: OpenGroup): Group | undefined {
  const [first, ...more] = facts;
  const last = facts.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (more.length === 0 && sentenceOf(first.fact).tone === 'plain') return undefined;
  const subjects = new Set(facts.flatMap(({ fact }) => fact.subject ?? []));
  return {
    id,
    first: first.fact,
    facts,
    subjects: [...subjects],
    fromMs: first.atMs,
    toMs: last.atMs,
    attempts: facts.filter(({ fact }) => again.test(fact.type)).length,
    outcome: outcomeOf(facts.map(({ fact }) => fact)),
  };
}

function outcomeOf(facts: readonly ToldFact[]): Group['outcome'] {
  const last = facts.findLast(({ type }) => [over, lost, waiting].some((each) => each.test(type)));
  if (last === undefined) {
    const tones = facts.map((fact) => sentenceOf(fact).tone);
    const tone = tones.findLast((each) => each !== 'plain') ?? 'plain';
    return tone === 'turn' ? 'plain' : tone;
  }
  if (over.test(last.type)) return 'good';
  if (lost.test(last.type)) return 'bad';
  const isGivenUp = last.type === 'supervisor.decided' && last.data.decision !== 'restart';
  return isGivenUp ? 'bad' : 'pending';
}

/** Spans as they are drawn: those too short to be seen are one, that says how many it is of. */
export interface DrawnSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: string;
  readonly order: number;
  readonly count: number;
}

export function drawnSpans(
  spans: readonly LaneSpan[],
  fromMs: number,
  toMs: number,
  leastMs: number,
): readonly DrawnSpan[] {
  const drawn: DrawnSpan[] = [];
  for (const span of spans) {
    if (span.toMs < fromMs || span.fromMs > toMs) continue;
    const from = Math.max(span.fromMs, fromMs);
    const to = Math.min(span.toMs, toMs);
    const last = drawn.at(-1);
    const isShort = to - from < leastMs;
    const isLastShort = last !== undefined && last.toMs - last.fromMs < leastMs;
    const canJoin = last !== undefined && (last.count > 1 || isLastShort) && from <= last.toMs;
    if (isShort && canJoin) {
      drawn[drawn.length - 1] = { ...last, toMs: to, count: last.count + 1, order: -1 };
    } else drawn.push({ fromMs: from, toMs: to, state: span.state, order: span.order, count: 1 });
  }
  return drawn;
}

export interface Mark {
  readonly atMs: number;
  readonly tone: Tone;
  readonly text: string;
}

/** Marks as they are drawn: of those too near to be told apart, the one that matters most. */
export function drawnMarks(
  marks: readonly Mark[],
  fromMs: number,
  toMs: number,
  leastMs: number,
): readonly Mark[] {
  const drawn: Mark[] = [];
  for (const mark of marks) {
    if (mark.atMs < fromMs || mark.atMs > toMs) continue;
    const last = drawn.at(-1);
    if (last === undefined || mark.atMs - last.atMs >= leastMs) drawn.push(mark);
    else if (mark.tone === 'bad' && last.tone !== 'bad') drawn[drawn.length - 1] = mark;
  }
  return drawn;
}

/** Round moments between two, at most `most` of them. */
export function ticksBetween(fromMs: number, toMs: number, most: number): readonly number[] {
  const least = Math.max(toMs - fromMs, 1) / Math.max(most, 1);
  const step = steps.find((ms) => ms >= least) ?? Math.ceil(least / 3_600_000) * 3_600_000;
  const ticks: number[] = [];
  for (let at = Math.ceil(fromMs / step) * step; at <= toMs; at += step) ticks.push(at);
  return ticks;
}

const steps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000],
  ...[60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000],
];

/** A moment as a clock that began with the run: `1:02:03.400`; or as one on the wall. */
export function clockText(atMs: number, hourDigits = 0): string {
  const whole = Math.max(0, Math.round(atMs));
  const [hours, minutes, seconds] = [
    Math.floor(whole / 3_600_000),
    Math.floor(whole / 60_000) % 60,
    Math.floor(whole / 1000) % 60,
  ];
  const two = (value: number) => `${value}`.padStart(2, '0');
  const end = `${two(seconds)}.${`${whole % 1000}`.padStart(3, '0')}`;
  const hour = `${hours}`.padStart(hourDigits, '0');
  return hours > 0 || hourDigits > 0 ? `${hour}:${two(minutes)}:${end}` : `${minutes}:${end}`;
}
