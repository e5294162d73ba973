import type { Chart } from '../chart.ts';
import { LineList } from './line-list.ts';
import type { ActorId, Delta, Row } from './protocol.ts';

/** What has changed since a viewer was told last. */
export class Batch {
  atMs = 0;
  readonly lines = new LineList();
  /** Actors that are left out, if they are not as many as was told. */
  more: number | undefined;
  readonly #charts: Chart[] = [];
  readonly #rows = new Map<ActorId, Row>();
  readonly #gone = new Set<ActorId>();
  /** Told of for the first time. */
  readonly #fresh = new Set<ActorId>();
  #text: string | undefined;

  get isEmpty(): boolean {
    const counts = [this.#charts.length, this.#rows.size, this.#gone.size];
    return this.lines.isEmpty && this.more === undefined && counts.every((count) => count === 0);
  }

  /** `freshFrom` is the first id that was never told before. */
  put(
    charts: readonly Chart[],
    rows: readonly Row[],
    gone: readonly ActorId[],
    freshFrom: number,
  ): void {
    this.#charts.push(...charts);
    for (const row of rows) {
      this.#rows.set(row[0], row);
      if (row[0] >= freshFrom) this.#fresh.add(row[0]);
    }
    for (const id of gone) this.#gone.add(id);
  }

  /** What came after all that is in here. Who came and went meanwhile is left out. */
  add(later: Batch): void {
    this.atMs = later.atMs;
    this.more = later.more ?? this.more;
    this.lines.addAll(later.lines);
    this.#charts.push(...later.#charts);
    for (const [id, row] of later.#rows) this.#rows.set(id, row);
    for (const id of later.#fresh) this.#fresh.add(id);
    for (const id of later.#gone) this.#leave(id);
    this.#text = undefined;
  }

  #leave(id: ActorId): void {
    if (this.#fresh.delete(id)) this.#rows.delete(id);
    else this.#gone.add(id);
  }

  /** As `Delta`, and its text the same for everybody who is told all of it. */
  delta(seq: number): string {
    this.#text ??= JSON.stringify(this.#read());
    return `{"seq":${seq},${this.#text.slice(1)}`;
  }

  #read(): Omit<Delta, 'seq'> {
    const { atMs, more } = this;
    const { lost } = this.lines;
    const lines = this.lines.read();
    return {
      atMs: rounded(atMs),
      ...(this.#charts.length === 0 ? {} : { charts: this.#charts }),
      ...(this.#rows.size === 0 ? {} : { rows: [...this.#rows.values()] }),
      ...(this.#gone.size === 0 ? {} : { gone: [...this.#gone] }),
      ...(lines.length === 0 ? {} : { lines }),
      ...(lost === 0 ? {} : { lost }),
      ...(more === undefined ? {} : { more }),
    };
  }
}

/** To a hundredth of a millisecond. */
export const rounded = (ms: number): number => Math.round(ms * 100) / 100;
