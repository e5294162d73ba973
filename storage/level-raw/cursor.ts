/** Numbers beyond are no lengths, file numbers or sequence numbers of any store there is. */
const SAFE_HIGH_MAX = 2 ** 21;

/**
 * Reads LevelDB's numbers and strings one after the other. What does not fit, or is not encoded as
 * LevelDB does, breaks it: from then on it stands at its end, and yields zeros and nothing.
 */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;
  isBroken = false;

  constructor(bytes: Uint8Array, from = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
    if (from < 0 || from > end || end > bytes.length) this.#break();
  }

  get hasMore(): boolean {
    return this.at < this.end;
  }

  #break(): 0 {
    this.isBroken = true;
    this.at = this.end;
    return 0;
  }

  byte(): number {
    return this.at < this.end ? (this.bytes[this.at++] ?? 0) : this.#break();
  }

  uint32(): number {
    if (this.end - this.at < 4) return this.#break();
    const [a = 0, b = 0, c = 0, d = 0] = this.bytes.subarray(this.at, this.at + 4);
    this.at += 4;
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }

  /** Eight bytes, whose number must be one that JavaScript can hold. */
  uint64(): number {
    const low = this.uint32();
    const high = this.uint32();
    return high < SAFE_HIGH_MAX ? high * 2 ** 32 + low : this.#break();
  }

  varint(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let scale = 2 ** 7; scale <= 2 ** 49; scale *= 2 ** 7) {
      const next = this.byte();
      value += (next & 0x7f) * scale;
      if (next >= 0x80) continue;
      return next === 0 || value > Number.MAX_SAFE_INTEGER ? this.#break() : value;
    }
    return this.#break();
  }

  skip(length: number): void {
    if (length > this.end - this.at) this.#break();
    else this.at += length;
  }

  /** A string behind its length. */
  string(): Uint8Array {
    const length = this.varint();
    const from = this.at;
    this.skip(length);
    return this.isBroken ? this.bytes.subarray(0, 0) : this.bytes.subarray(from, this.at);
  }
}
