/** Parts of one value, and characters in them: what has more is too large. */
const PARTS_MAX = 100_000;
const CHARACTERS_MAX = 1_000_000;
const DEPTH_MAX = 200;

/**
 * Why `value` would not come back from JSON as it is, as in `context.when is a Date`; undefined if
 * it would. A field that is undefined may go: it reads the same.
 */
export function notPlain(value: unknown): string | undefined {
  return new Examination().part(value, '', 0);
}

class Examination {
  #parts = 0;
  #characters = 0;

  part(value: unknown, at: string, depth: number): string | undefined {
    this.#parts += 1;
    if (this.#parts > PARTS_MAX || this.#characters > CHARACTERS_MAX) return 'it is too large';
    switch (typeof value) {
      case 'string':
        this.#characters += value.length;
        return undefined;
      case 'boolean':
        return undefined;
      case 'number':
        return Number.isFinite(value) ? undefined : `${at} is ${value}`;
      case 'object':
        if (value === null) return undefined;
        if (depth >= DEPTH_MAX) return `it is more than ${DEPTH_MAX} deep`;
        return Array.isArray(value)
          ? this.#array(value, at, depth)
          : this.#object(value, at, depth);
      default:
        return `${at} is ${typeof value === 'undefined' ? value : `a ${typeof value}`}`;
    }
  }

  #array(value: readonly unknown[], at: string, depth: number): string | undefined {
    for (let index = 0; index < value.length; index++) {
      const found = this.part(value[index], `${at}[${index}]`, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #object(value: object, at: string, depth: number): string | undefined {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      return `${at} is a ${value.constructor?.name || 'thing of its own'}`;
    }
    for (const [key, field] of Object.entries(value)) {
      this.#characters += key.length;
      if (field === undefined) continue;
      const found = this.part(field, at === '' ? key : `${at}.${key}`, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
