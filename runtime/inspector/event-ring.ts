interface Place {
  readonly atMs: number;
  readonly subject: string;
}

/** What an actor did. */
export interface Moved {
  readonly machine: string;
  /** The type of the event it was by, if it was by one alone. */
  readonly by: string | undefined;
  /** The values of its state: before, undefined for none, and since. */
  readonly before: unknown;
  readonly value: unknown;
}

/** Something that happened at the door of an actor. */
export type Happened =
  | (Place & {
      readonly kind: 'event';
      readonly from: string | undefined;
      readonly type: string;
      /** Undefined until then. */
      readonly handledMs: number | undefined;
    })
  | (Place & { readonly kind: 'move' } & Moved);

const CHARACTERS_MAX = 200;

/** The newest events and moves, in columns that are there from the beginning: none costs memory. */
export class EventRing {
  readonly #size: number;
  readonly #atMs: Float64Array;
  /** How much later it was handled; NaN until then. */
  readonly #handledAfterMs: Float32Array;
  readonly #isMove: Uint8Array;
  readonly #subjects: string[];
  readonly #others: (string | undefined)[];
  readonly #bys: (string | undefined)[];
  readonly #values: unknown[];
  readonly #befores: unknown[];
  #next = 0;
  /** Ever. */
  written = 0;

  constructor(size: number) {
    this.#size = size;
    this.#atMs = new Float64Array(size);
    this.#handledAfterMs = new Float32Array(size);
    this.#isMove = new Uint8Array(size);
    this.#subjects = new Array(size).fill('');
    this.#others = new Array(size).fill(undefined);
    this.#bys = new Array(size).fill(undefined);
    this.#values = new Array(size).fill(undefined);
    this.#befores = new Array(size).fill(undefined);
  }

  /** Answers how many were written before it. */
  event(atMs: number, subject: string, from: string | undefined, type: string): number {
    const at = this.#put(atMs, 0, subject, from);
    this.#handledAfterMs[at] = Number.NaN;
    this.#values[at] = shortened(type);
    return this.written - 1;
  }

  handled(nth: number, atMs: number): void {
    if (nth < this.written - this.#size) return;
    const at = nth % this.#size;
    this.#handledAfterMs[at] = atMs - (this.#atMs[at] ?? 0);
  }

  move(atMs: number, subject: string, { machine, by, before, value }: Moved): void {
    const at = this.#put(atMs, 1, subject, machine);
    this.#values[at] = value;
    this.#befores[at] = before;
    this.#bys[at] = by === undefined ? undefined : shortened(by);
  }

  #put(atMs: number, isMove: 0 | 1, subject: string, other: string | undefined): number {
    const at = this.#next;
    this.#atMs[at] = atMs;
    this.#isMove[at] = isMove;
    this.#subjects[at] = subject;
    this.#others[at] = other;
    this.#next = at + 1 === this.#size ? 0 : at + 1;
    this.written += 1;
    return at;
  }

  /** Those since `sinceMs`, oldest first, each with how many were written before it. */
  *since(sinceMs: number): Iterable<readonly [nth: number, happened: Happened]> {
    for (let nth = Math.max(0, this.written - this.#size); nth < this.written; nth++) {
      const at = nth % this.#size;
      if ((this.#atMs[at] ?? 0) >= sinceMs) yield [nth, this.#read(at)];
    }
  }

  #read(at: number): Happened {
    const when = { atMs: this.#atMs[at] ?? 0, subject: this.#subjects[at] ?? '' };
    const other = this.#others[at];
    const value = this.#values[at];
    if (this.#isMove[at] === 0) {
      const afterMs = this.#handledAfterMs[at] ?? Number.NaN;
      const handledMs = Number.isNaN(afterMs) ? undefined : when.atMs + afterMs;
      return { kind: 'event', ...when, from: other, type: String(value), handledMs };
    }
    const [by, before] = [this.#bys[at], this.#befores[at]];
    return { kind: 'move', ...when, machine: other ?? '', by, before, value };
  }
}

/** Written anew: a part of a string keeps all of it in memory. */
const shortened = (text: string): string =>
  text.length > CHARACTERS_MAX ? Buffer.from(`${text.slice(0, CHARACTERS_MAX)}…`).toString() : text;
