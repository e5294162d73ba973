import type { Chart } from '../../chart.ts';
import {
  type ActorId,
  type Kind,
  kinds,
  type Life,
  type Line,
  lives,
  type Row,
} from '../protocol.ts';

/** What a trace tells besides. */
export type Told =
  | Line
  | readonly [kind: 'log', atMs: number, level: string, message: string, fields: Fields]
  | readonly [kind: 'note', atMs: number, text: string, fields: Fields]
  | readonly [kind: 'fault', atMs: number, fault: Fields]
  | readonly [kind: 'violation', atMs: number, invariant: string, detail: string];

type Fields = Readonly<Record<string, unknown>>;

/** What changed by `atMs`: a snapshot, a delta, or lines of a trace. */
export interface Step {
  readonly atMs: number;
  /** All that was told before is forgotten. */
  readonly isNew?: boolean;
  readonly charts?: readonly Chart[];
  readonly rows?: readonly Row[];
  readonly gone?: readonly ActorId[];
  readonly lines?: readonly Told[];
  /** Actors that are left out, for there are too many. */
  readonly more?: number;
  /** Lines that there was no room for. */
  readonly lost?: number;
}

export interface Actor {
  readonly id: ActorId;
  readonly parent: ActorId;
  /** `''` for the root. */
  readonly path: string;
  readonly name: string;
  readonly kind: Kind;
  /** Of `charts`; -1 is none. */
  readonly chart: number;
  readonly life: Life;
  /** Indexes into `states` of its chart. */
  readonly states: readonly number[];
  readonly incarnation: number;
  readonly restarts: number;
  readonly waiting: number;
  /** How often each edge of its chart was taken, as far as it is known. */
  readonly taken: readonly number[];
  /** Those it took last. */
  readonly lastEdges: readonly number[];
  readonly movedMs: number;
  /** When it was restarted; -1 if it never was, as far as it is known. */
  readonly restartedMs: number;
  /** When it ended; -1 while it lives. */
  readonly endedMs: number;
}

export const LINGER_MS = 30_000;
const ENDED_MAX = 2000;

/** All that is known at a moment. */
export class Model {
  atMs = 0;
  charts: readonly Chart[] = [];
  /** By id; some are unknown. Each is replaced when it changes. */
  readonly actors: (Actor | undefined)[] = [];
  more = 0;
  lost = 0;
  /** How much the last step brought. */
  busy = 0;
  /** Another number whenever an actor comes or is forgotten. */
  members = 0;
  #byPath = new Map<string, ActorId>();
  #isShared = false;
  #ended: ActorId[] = [];

  copy(): Model {
    const copy = new Model();
    copy.atMs = this.atMs;
    copy.charts = this.charts;
    for (let id = 0; id < this.actors.length; id++) copy.actors.push(this.actors[id]);
    copy.more = this.more;
    copy.lost = this.lost;
    copy.members = this.members;
    copy.#byPath = this.#byPath;
    copy.#ended = [...this.#ended];
    this.#isShared = true;
    copy.#isShared = true;
    return copy;
  }

  at(path: string): Actor | undefined {
    const id = this.#byPath.get(path);
    return id === undefined ? undefined : this.actors[id];
  }

  chartOf(actor: Actor): Chart | undefined {
    return this.charts[actor.chart];
  }

  /** Of what a step brings, that which happened by `untilMs`. */
  take(step: Step, untilMs = Number.POSITIVE_INFINITY): void {
    if (step.isNew) this.#forgetAll();
    this.busy = (step.rows?.length ?? 0) + (step.lines?.length ?? 0);
    if (step.charts?.length) this.charts = [...this.charts, ...step.charts];
    if (step.atMs <= untilMs) for (const row of step.rows ?? []) this.#takeRow(row, step.atMs);
    for (const line of step.lines ?? []) if (line[1] <= untilMs) this.#takeLine(line);
    if (step.atMs > untilMs) return;
    for (const id of step.gone ?? []) this.#end(id, step.atMs);
    this.atMs = Math.max(this.atMs, step.atMs);
    this.more = step.more ?? this.more;
    this.lost += step.lost ?? 0;
    this.#forgetEnded();
  }

  #takeRow(row: Row, atMs: number): void {
    const [id, parent, name, kind, chart, life, states, incarnation, restarts, waiting] = row;
    const before = this.actors[id];
    const isKnown = before !== undefined && before.parent === parent && before.name === name;
    const isSame = isKnown && before.chart === chart;
    const wasRestarted = isKnown && incarnation > before.incarnation;
    const isEnded = lives[life] === 'ended';
    this.actors[id] = {
      id,
      parent,
      path: isKnown ? before.path : this.#pathOf(parent, name),
      name,
      kind: kinds[kind] ?? 'actor',
      chart,
      life: lives[life] ?? 'running',
      states,
      incarnation,
      restarts,
      waiting,
      taken: isSame ? before.taken : [],
      lastEdges: isSame ? before.lastEdges : [],
      movedMs: isKnown ? before.movedMs : -1,
      restartedMs: wasRestarted ? atMs : isKnown ? before.restartedMs : -1,
      endedMs: isEnded ? (isKnown && before.endedMs >= 0 ? before.endedMs : atMs) : -1,
    };
    if (isEnded && !(isKnown && before.endedMs >= 0)) this.#ended.push(id);
    if (!isKnown) this.#came(id);
  }

  #takeLine(line: Told): void {
    this.atMs = Math.max(this.atMs, line[1]);
    if (line[0] !== 'move') return;
    const [, atMs, id, states, edges] = line;
    const before = this.actors[id];
    if (before === undefined) return;
    const taken = [...before.taken];
    for (const [edge, times] of edges) {
      while (taken.length <= edge) taken.push(0);
      taken[edge] = (taken[edge] ?? 0) + times;
    }
    const lastEdges = edges.length === 0 ? before.lastEdges : edges.map(([edge]) => edge);
    this.actors[id] = { ...before, states, taken, lastEdges, movedMs: atMs };
  }

  #pathOf(parent: ActorId, name: string): string {
    const above = this.actors[parent];
    if (parent < 0) return '';
    return above === undefined || above.path === '' ? name : `${above.path}/${name}`;
  }

  #came(id: ActorId): void {
    this.members++;
    const actor = this.actors[id];
    if (actor === undefined) return;
    this.#own();
    const holder = this.at(actor.path);
    if (holder === undefined || holder.life === 'ended' || actor.life !== 'ended') {
      this.#byPath.set(actor.path, id);
    }
  }

  #end(id: ActorId, atMs: number): void {
    const actor = this.actors[id];
    if (actor === undefined || actor.endedMs >= 0) return;
    this.actors[id] = { ...actor, life: 'ended', endedMs: atMs };
    this.#ended.push(id);
  }

  #forgetEnded(): void {
    let count = 0;
    for (const id of this.#ended) {
      const actor = this.actors[id];
      const isKept = actor !== undefined && this.atMs - actor.endedMs <= LINGER_MS;
      if (isKept && this.#ended.length - count <= ENDED_MAX) break;
      count++;
      if (actor === undefined || actor.endedMs < 0) continue;
      this.actors[id] = undefined;
      this.members++;
      this.#own();
      if (this.#byPath.get(actor.path) === id) this.#byPath.delete(actor.path);
    }
    if (count > 0) this.#ended.splice(0, count);
  }

  #forgetAll(): void {
    this.charts = [];
    this.actors.length = 0;
    this.more = 0;
    this.members++;
    this.#byPath = new Map();
    this.#isShared = false;
    this.#ended = [];
  }

  #own(): void {
    if (this.#isShared) this.#byPath = new Map(this.#byPath);
    this.#isShared = false;
  }
}
