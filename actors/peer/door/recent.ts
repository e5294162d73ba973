/** At most so many values by name. Those used longest ago make room, half of all at once. */
export class Recent<Value> {
  readonly #halfMax: number;
  /** Trap: to take the first of one map again and again walks over all that were taken before. */
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(max: number) {
    this.#halfMax = max / 2;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  find(name: string): Value | undefined {
    return this.#young.get(name) ?? this.#old.get(name);
  }

  /** The value of that name, made if there is none, as the one that was used last. */
  use(name: string, make: () => Value): Value {
    return this.set(name, this.find(name) ?? make());
  }

  set(name: string, value: Value): Value {
    this.#old.delete(name);
    this.#young.set(name, value);
    if (this.#young.size >= this.#halfMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    return value;
  }

  /** Forgets those for which `isOver` says so. */
  sweep(isOver: (value: Value) => boolean): void {
    for (const values of [this.#young, this.#old]) {
      for (const [name, value] of values) if (isOver(value)) values.delete(name);
    }
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
