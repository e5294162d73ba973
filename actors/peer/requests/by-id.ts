/**
 * What is open, by its id. Ids come one after the other, and few are open at once.
 *
 * Trap: a Map that lives long is no good here. Of its tables each one that it has outgrown leads to
 * the next, so that V8 moves all that ever stood in one to its old generation: that doubles what a
 * request costs.
 */
export class ById<Item extends { readonly id: number }> {
  /** A power of two, half of them or more empty. */
  #slots: (Item | undefined)[] = Array.from({ length: 8 });
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): Item | undefined {
    return this.#slots[this.#find(id)];
  }

  /** Its id is new here. */
  add(item: Item): void {
    this.#size += 1;
    if (this.#size * 2 > this.#slots.length) this.#grow();
    this.#slots[this.#find(item.id)] = item;
  }

  /** Does nothing if there is none. */
  delete(id: number): void {
    let hole = this.#find(id);
    if (this.#slots[hole] === undefined) return;
    this.#size -= 1;
    this.#slots[hole] = undefined;
    for (let at = this.#next(hole); ; at = this.#next(at)) {
      const item = this.#slots[at];
      if (item === undefined) return;
      if (this.#distance(this.#homeOf(item.id), at) < this.#distance(hole, at)) continue;
      this.#slots[hole] = item;
      this.#slots[at] = undefined;
      hole = at;
    }
  }

  all(): Item[] {
    return this.#slots.filter((item) => item !== undefined);
  }

  /** Where it is, or would be. */
  #find(id: number): number {
    let at = this.#homeOf(id);
    for (let item = this.#slots[at]; item !== undefined && item.id !== id; item = this.#slots[at]) {
      at = this.#next(at);
    }
    return at;
  }

  /** Ids of one side are all odd, or all even. */
  #homeOf(id: number): number {
    return (id >>> 1) & (this.#slots.length - 1);
  }

  #next(at: number): number {
    return (at + 1) & (this.#slots.length - 1);
  }

  #distance(from: number, to: number): number {
    return (to - from) & (this.#slots.length - 1);
  }

  #grow(): void {
    const items = this.all();
    this.#slots = Array.from({ length: this.#slots.length * 2 });
    for (const item of items) this.#slots[this.#find(item.id)] = item;
  }
}
