import type { Fact } from '../facts.ts';

export interface RecordedFact {
  readonly atMs: number;
  readonly fact: Fact;
  /** How many events and moves were written before it. */
  readonly after: number;
  /** About how many characters it has. */
  readonly size: number;
}

const COUNT_MAX = 10_000;
const SIZE_MAX = 16 * 1024 * 1024;
/** More than that may hold parts of texts that are much longer. */
const COPIED_MIN = 2_000;
const FLAT_SIZE = 100;

/** The newest facts, bounded by their number and by what they hold. */
export class FactRing {
  readonly #facts: RecordedFact[] = [];
  #from = 0;
  #size = 0;

  /** `make` gives the fact; `data` is what it is made of. */
  add(atMs: number, make: () => Fact, data: Fact['data'], after: number): RecordedFact {
    const recorded = isFlat(data) ? new Unmade(atMs, make, after) : made(atMs, make(), after);
    this.#facts.push(recorded);
    this.#size += recorded.size;
    while (this.#facts.length - this.#from > COUNT_MAX || this.#size > SIZE_MAX) this.#forget();
    return recorded;
  }

  #forget(): void {
    this.#size -= this.#facts[this.#from]?.size ?? 0;
    this.#from += 1;
    if (this.#from < COUNT_MAX) return;
    this.#facts.splice(0, this.#from);
    this.#from = 0;
  }

  /** Oldest first. */
  since(sinceMs: number): RecordedFact[] {
    return this.#facts.slice(this.#from).filter(({ atMs }) => atMs >= sinceMs);
  }
}

/** Most facts are never read: those that hold little are made, and redacted, when they are. */
class Unmade implements RecordedFact {
  readonly atMs: number;
  readonly after: number;
  readonly size = FLAT_SIZE;
  readonly #make: () => Fact;

  constructor(atMs: number, make: () => Fact, after: number) {
    this.atMs = atMs;
    this.#make = make;
    this.after = after;
  }

  get fact(): Fact {
    return this.#make();
  }
}

function made(atMs: number, fact: Fact, after: number): RecordedFact {
  const size = sizeOf(fact.data);
  const kept: Fact = size > COPIED_MIN ? JSON.parse(JSON.stringify(fact)) : fact;
  return { atMs, fact: kept, after, size };
}

function isFlat(data: Fact['data']): boolean {
  for (const name in data) {
    const value = data[name];
    if (typeof value === 'string' ? value.length > FLAT_SIZE : typeof value === 'object')
      return false;
  }
  return true;
}

/** Redacted data is plain, and not deep. */
function sizeOf(data: unknown): number {
  if (typeof data === 'string') return data.length;
  if (typeof data !== 'object' || data === null) return 8;
  let size = 0;
  for (const value of Object.values(data)) size += sizeOf(value) + 16;
  return size;
}
