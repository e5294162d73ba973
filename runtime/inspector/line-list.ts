import type { ActorId, Line, ToldFact } from './protocol.ts';

type EventLine = Extract<Line, readonly ['event', ...unknown[]]>;
type MoveLine = Extract<Line, readonly ['move', ...unknown[]]>;

/** As a line is while more may be summed up in it. */
type Event = [...EventLine];
type Move = { line: MoveLine; edges: Map<number, number> };

/** Past so many lines each further one is added to the first that is like it. */
const ORDERED_MAX = 400;
const FACTS_SIZE_MAX = 512 * 1024;
const EVENTS_MAX = 4_000;
const EDGES_MAX = 200_000;

/** What happened, in order; the more there is of it, the more is summed up, and nothing grows. */
export class LineList {
  /** Lines that there was no room for. */
  lost = 0;
  readonly #lines: (Line | Event | Move)[] = [];
  /** By whom, to whom, and of what type. */
  readonly #events = new Map<string, Event>();
  readonly #moves = new Map<ActorId, Move>();
  #edgeCount = 0;
  #factsSize = 0;

  get isEmpty(): boolean {
    return this.#lines.length === 0 && this.lost === 0;
  }

  fact(atMs: number, fact: ToldFact, size: number): void {
    this.#factsSize += size;
    const isFull = this.#factsSize > FACTS_SIZE_MAX || this.#lines.length >= 2 * ORDERED_MAX;
    if (isFull) this.lost += 1;
    else this.#lines.push(['fact', atMs, fact]);
  }

  event(atMs: number, from: ActorId, to: ActorId, type: string, times = 1): void {
    if (this.#lines.length < ORDERED_MAX) {
      this.#lines.push(['event', atMs, from, to, type, times]);
      return;
    }
    const key = `${from} ${to} ${type}`;
    const known = this.#events.get(key);
    if (known !== undefined) known[5] += times;
    else if (this.#events.size >= EVENTS_MAX) this.lost += times;
    else {
      const line: Event = ['event', atMs, from, to, type, times];
      this.#lines.push(line);
      this.#events.set(key, line);
    }
  }

  move(atMs: number, id: ActorId, states: readonly number[], edges: MoveLine[4]): void {
    if (this.#lines.length < ORDERED_MAX) {
      this.#lines.push(['move', atMs, id, states, edges]);
      return;
    }
    const known = this.#moves.get(id);
    const move = known ?? { line: ['move', atMs, id, states, []], edges: new Map() };
    if (known === undefined) {
      this.#lines.push(move);
      this.#moves.set(id, move);
    }
    move.line = ['move', move.line[1], id, states, []];
    for (const [edge, times] of edges) this.#count(move, edge, times);
  }

  #count({ edges }: Move, edge: number, times: number): void {
    const before = edges.get(edge);
    if (before === undefined && this.#edgeCount >= EDGES_MAX) {
      this.lost += times;
      return;
    }
    if (before === undefined) this.#edgeCount += 1;
    edges.set(edge, (before ?? 0) + times);
  }

  /** All of `others`, which happened later. */
  addAll(others: LineList): void {
    this.lost += others.lost;
    for (const line of others.read()) {
      if (line[0] === 'fact') this.fact(line[1], line[2], sizeOf(line[2]));
      else if (line[0] === 'event') this.event(line[1], line[2], line[3], line[4], line[5]);
      else this.move(line[1], line[2], line[3], line[4]);
    }
  }

  read(): Line[] {
    return this.#lines.map((line) => {
      if (Array.isArray(line)) return line as Line;
      const { line: move, edges } = line as Move;
      return [move[0], move[1], move[2], move[3], [...edges]];
    });
  }
}

const sizeOf = ({ data }: ToldFact): number => JSON.stringify(data).length;
