/** Addresses that begin with the same bits, of the first 64 of them. */
export interface Prefix {
  /** The first 32 bits, and of IPv6 the 32 after those. Bits after the first `bits` are 0. */
  readonly high: number;
  readonly low: number;
  readonly bits: number;
}

const ROWS_MIN = 1_024;
/** Between two of so many steps others may have a turn. */
const STEPS = 16_384;
const NONE = -1;

/** What keeps the first so many bits of a word. */
const maskOf = (bits: number): number => {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
};

export const cleared = (high: number, low: number, bits: number): Prefix => ({
  high: (high & maskOf(bits)) >>> 0,
  low: (low & maskOf(bits - 32)) >>> 0,
  bits,
});

/** One row a prefix: 9 bytes of IPv4, 13 of IPv6. */
class Columns {
  readonly hasLow: boolean;
  high = new Uint32Array(0);
  low = new Uint32Array(0);
  bits = new Uint8Array(0);
  lines = new Uint32Array(0);
  size = 0;

  constructor(hasLow: boolean, rows = 0) {
    this.hasLow = hasLow;
    this.#resize(rows);
  }

  push(high: number, low: number, bits: number, line: number): void {
    if (this.size === this.bits.length) this.#resize(Math.max(ROWS_MIN, 2 * this.size));
    this.high[this.size] = high;
    if (this.hasLow) this.low[this.size] = low;
    this.bits[this.size] = bits;
    this.lines[this.size] = line;
    this.size += 1;
  }

  trim(): void {
    if (this.size < this.bits.length) this.#resize(this.size);
  }

  #resize(rows: number): void {
    this.high = resized(this.high, new Uint32Array(rows));
    if (this.hasLow) this.low = resized(this.low, new Uint32Array(rows));
    this.bits = resized(this.bits, new Uint8Array(rows));
    this.lines = resized(this.lines, new Uint32Array(rows));
  }
}

function resized<Column extends Uint32Array | Uint8Array>(old: Column, column: Column): Column {
  column.set(old.subarray(0, column.length));
  return column;
}

/**
 * Prefixes of one family, none of them twice, each with the line that it was first on. One costs 13
 * bytes of IPv4, 17 of IPv6; a look costs a search by halves, then a step for each prefix that the
 * narrowest one at hand is in and the address is not.
 */
export class Prefixes {
  readonly #columns: Columns;
  /** The narrowest other one that each is in. */
  readonly #parents: Int32Array;

  private constructor(columns: Columns, parents: Int32Array) {
    this.#columns = columns;
    this.#parents = parents;
  }

  /** In pieces: between two of them others may have a turn. */
  static *of(drafted: PrefixDraft): Generator<void, Prefixes> {
    const { columns: from } = drafted;
    const order = yield* sorted(from);
    const to = new Columns(from.hasLow, from.size);
    const parents = new Int32Array(from.size);
    for (let nth = 0; nth < order.length; nth++) {
      if (nth % STEPS === STEPS - 1) yield;
      const row = order[nth] ?? 0;
      const [high, low, bits] = [from.high[row] ?? 0, from.low[row] ?? 0, from.bits[row] ?? 0];
      const last = to.size - 1;
      let parent = last;
      while (parent !== NONE && !covers(to, parent, high, low)) parent = parents[parent] ?? NONE;
      if (parent !== NONE && parent === last && to.bits[parent] === bits) continue;
      parents[to.size] = parent;
      to.push(high, low, bits, from.lines[row] ?? 0);
    }
    to.trim();
    return new Prefixes(to, to.size < parents.length ? parents.slice(0, to.size) : parents);
  }

  get size(): number {
    return this.#columns.size;
  }

  get bytes(): number {
    const { high, low, bits, lines } = this.#columns;
    const parts = [high, low, bits, lines, this.#parents];
    return parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** The row of the longest one that an address is in; -1 if it is in none. */
  find(high: number, low: number): number {
    const columns = this.#columns;
    const { high: highs, low: lows, hasLow } = columns;
    let from = 0;
    let to = columns.size;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const at = highs[middle] ?? 0;
      const isAfter = at > high || (hasLow && at === high && (lows[middle] ?? 0) > low);
      if (isAfter) to = middle;
      else from = middle + 1;
    }
    let row = from - 1;
    while (row !== NONE && !covers(columns, row, high, low)) row = this.#parents[row] ?? NONE;
    return row;
  }

  prefixAt(row: number): Prefix {
    const { high, low, bits } = this.#columns;
    return { high: high[row] ?? 0, low: low[row] ?? 0, bits: bits[row] ?? 0 };
  }

  lineAt(row: number): number {
    return this.#columns.lines[row] ?? 0;
  }
}

/** Prefixes of one family as they come, in any order. */
export class PrefixDraft {
  readonly columns: Columns;

  constructor(hasLow: boolean) {
    this.columns = new Columns(hasLow);
  }

  get size(): number {
    return this.columns.size;
  }

  add({ high, low, bits }: Prefix, line: number): void {
    this.columns.push(high, low, bits, line);
  }
}

function covers({ high, low, bits }: Columns, row: number, ofHigh: number, ofLow: number): boolean {
  const length = bits[row] ?? 0;
  const differing = ((high[row] ?? 0) ^ ofHigh) & maskOf(length);
  if (differing !== 0) return false;
  return length <= 32 || (((low[row] ?? 0) ^ ofLow) & maskOf(length - 32)) === 0;
}

/** The rows in the order of their addresses; of one address the wider first, then as they came. */
function* sorted({ high, low, bits, size, hasLow }: Columns): Generator<void, Uint32Array> {
  let order: Uint32Array = new Uint32Array(size);
  for (let row = 0; row < size; row++) order[row] = row;
  let spare: Uint32Array = new Uint32Array(size);
  const words = hasLow ? [low, high] : [high];
  const digits = words.flatMap((word) => [0, 8, 16, 24].map((shift) => [word, shift] as const));
  for (const [word, shift] of [[bits, 0] as const, ...digits]) {
    yield* spread(order, spare, word, shift);
    [order, spare] = [spare, order];
  }
  return order;
}

/** Puts `rows` into `to` in the order of one digit of 8 bits, and else leaves them in theirs. */
function* spread(
  rows: Uint32Array,
  to: Uint32Array,
  word: Uint32Array | Uint8Array,
  shift: number,
): Generator<void, void> {
  const starts = new Uint32Array(257);
  for (let row = 0; row < rows.length; row++) {
    if (row % STEPS === STEPS - 1) yield;
    const next = (((word[row] ?? 0) >>> shift) & 255) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let digit = 0; digit < 256; digit++) {
    starts[digit + 1] = (starts[digit + 1] ?? 0) + (starts[digit] ?? 0);
  }
  for (let nth = 0; nth < rows.length; nth++) {
    if (nth % STEPS === STEPS - 1) yield;
    const row = rows[nth] ?? 0;
    const digit = ((word[row] ?? 0) >>> shift) & 255;
    const at = starts[digit] ?? 0;
    to[at] = row;
    starts[digit] = at + 1;
  }
}
