/** Below this many taken places it is not worth moving what is left. */
const COMPACT_MIN = 1024;

/** First in, first out, in constant time: an array that is read by index and now and then cut. */
export class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  shift(): Item | undefined {
    const item = this.#items[this.#head];
    if (this.size === 0) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.size === 0) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= COMPACT_MIN && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Puts an item that was just taken back in front. */
  putBack(item: Item): void {
    if (this.#head === 0) {
      this.#items.unshift(item);
    } else {
      this.#head -= 1;
      this.#items[this.#head] = item;
    }
  }

  toArray(): Item[] {
    return this.#items.slice(this.#head) as Item[];
  }

  takeAll(): Item[] {
    const items: Item[] = [];
    for (let item = this.shift(); item !== undefined; item = this.shift()) items.push(item);
    return items;
  }
}
