/** What a row holds, in the order in which rows are given up. */
export const ranks = ['plain', 'banned', 'granted', 'free'] as const;
export type Rank = (typeof ranks)[number];

const FREE = ranks.indexOf('free');

/**
 * All rows of a table, those of one rank together: any can be looked at, and any changes its rank,
 * without a walk over others.
 */
export class Ranks {
  /** Rows by rank, and where each row stands in it. */
  #order = new Uint32Array(0);
  #places = new Uint32Array(0);
  /** Where each rank ends, but for the last. */
  readonly #ends = ranks.slice(0, FREE).map(() => 0);

  get capacity(): number {
    return this.#order.length;
  }

  /** The new rows are free. */
  grow(capacity: number): void {
    const [order, places] = [new Uint32Array(capacity), new Uint32Array(capacity)];
    order.set(this.#order);
    places.set(this.#places);
    for (let row = this.capacity; row < capacity; row++) {
      order[row] = row;
      places[row] = row;
    }
    this.#order = order;
    this.#places = places;
  }

  count(rank: Rank): number {
    const at = ranks.indexOf(rank);
    return this.#endOf(at) - this.#endOf(at - 1);
  }

  /** One of those of a rank, from 0. */
  row(rank: Rank, index: number): number | undefined {
    return index < this.count(rank)
      ? this.#order[this.#endOf(ranks.indexOf(rank) - 1) + index]
      : undefined;
  }

  move(row: number, rank: Rank): void {
    const to = ranks.indexOf(rank);
    let at = this.#rankOf(row);
    for (; at < to; at++) {
      const end = this.#endOf(at) - 1;
      this.#swap(row, end);
      this.#ends[at] = end;
    }
    for (; at > to; at--) {
      const end = this.#endOf(at - 1);
      this.#swap(row, end);
      this.#ends[at - 1] = end + 1;
    }
  }

  #endOf(rank: number): number {
    return rank < 0 ? 0 : (this.#ends[rank] ?? this.capacity);
  }

  #rankOf(row: number): number {
    const place = this.#places[row] ?? 0;
    const rank = this.#ends.findIndex((end) => place < end);
    return rank < 0 ? FREE : rank;
  }

  #swap(row: number, place: number): void {
    const [from, other] = [this.#places[row] ?? 0, this.#order[place] ?? 0];
    this.#order[from] = other;
    this.#places[other] = from;
    this.#order[place] = row;
    this.#places[row] = place;
  }
}
