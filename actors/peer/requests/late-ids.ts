const IDS_MAX = 1024;

/**
 * Ids that are over on this side while frames of the other may still be on their way. Those that
 * were pushed out stay welcome: everything up to the highest of them.
 */
export class LateIds {
  readonly #ids = new Set<number>();
  #floor = 0;

  add(id: number): void {
    this.#ids.add(id);
    if (this.#ids.size <= IDS_MAX) return;
    const [oldest = 0] = this.#ids;
    this.#ids.delete(oldest);
    this.#floor = Math.max(this.#floor, oldest);
  }

  has(id: number): boolean {
    return id <= this.#floor || this.#ids.has(id);
  }
}
