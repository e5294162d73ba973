/** Something that happened at the door of an actor. */
export type Happened =
  | {
      readonly kind: 'event';
      readonly atMs: number;
      readonly subject: string;
      readonly from: string | undefined;
      readonly type: string;
    }
  | {
      readonly kind: 'move';
      readonly atMs: number;
      readonly subject: string;
      readonly machine: string;
      /** The values of its state: before, undefined for none, and since. */
      readonly before: unknown;
      readonly value: unknown;
    };

const CHARACTERS_MAX = 200;

/** The newest events and moves, in columns that are there from the beginning: none costs memory. */
export class EventRing {
  readonly #size: number;
  readonly #atMs: Float64Array;
  readonly #isMove: Uint8Array;
  readonly #subjects: string[];
  readonly #others: (string | undefined)[];
  readonly #values: unknown[];
  readonly #befores: unknown[];
  #next = 0;
  /** Ever. */
  written = 0;

  constructor(size: number) {
    this.#size = size;
    this.#atMs = new Float64Array(size);
    this.#isMove = new Uint8Array(size);
    this.#subjects = new Array(size).fill('');
    this.#others = new Array(size).fill(undefined);
    this.#values = new Array(size).fill(undefined);
    this.#befores = new Array(size).fill(undefined);
  }

  event(atMs: number, subject: string, from: string | undefined, type: string): void {
    this.#put(atMs, 0, subject, from, type.length > CHARACTERS_MAX ? cut(type) : type, undefined);
  }

  move(atMs: number, subject: string, machine: string, before: unknown, value: unknown): void {
    this.#put(atMs, 1, subject, machine, value, before);
  }

  #put(
    atMs: number,
    isMove: 0 | 1,
    subject: string,
    other: string | undefined,
    value: unknown,
    before: unknown,
  ): void {
    const at = this.#next;
    this.#atMs[at] = atMs;
    this.#isMove[at] = isMove;
    this.#subjects[at] = subject;
    this.#others[at] = other;
    this.#values[at] = value;
    this.#befores[at] = before;
    this.#next = at + 1 === this.#size ? 0 : at + 1;
    this.written += 1;
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
    if (this.#isMove[at] === 0) return { kind: 'event', ...when, from: other, type: String(value) };
    return { kind: 'move', ...when, machine: other ?? '', before: this.#befores[at], value };
  }
}

/** Written anew: a part of a string keeps all of it in memory. */
const cut = (text: string): string => Buffer.from(`${text.slice(0, CHARACTERS_MAX)}…`).toString();
