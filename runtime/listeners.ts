/** Those that wait for something about somebody, each told at most once. */
export class Listeners<Told extends readonly unknown[] = []> {
  readonly #byId = new Map<string, Set<(...told: Told) => void>>();

  /** Returns how to take it back. */
  add(id: string, listener: (...told: Told) => void): () => void {
    const waiting = this.#byId.get(id) ?? new Set();
    this.#byId.set(id, waiting.add(listener));
    return () => {
      waiting.delete(listener);
      if (waiting.size === 0 && this.#byId.get(id) === waiting) this.#byId.delete(id);
    };
  }

  /** Of whoever has all of these names. */
  tell(ids: readonly string[], ...told: Told): void {
    const waiting = ids.flatMap((id) => [...(this.#byId.get(id) ?? [])]);
    for (const id of ids) this.#byId.delete(id);
    for (const listener of waiting) listener(...told);
  }
}
