import { isZero } from '../bytes.ts';
import { findChecked, maskedCrc32c } from './crc32c.ts';
import type { Report } from './entry.ts';

const BLOCK_BYTES = 32 * 1024;
const HEADER_BYTES = 7;

const FULL = 1;
const FIRST = 2;
const LAST = 4;

export interface LogRecord {
  readonly offset: number;
  readonly payload: Uint8Array;
  /** True if bytes that could not be read lie between it and the record before it. */
  readonly isAfterDamage: boolean;
}

/** One record or a part of it: the header, then the payload, to the end. */
interface Fragment {
  readonly at: number;
  readonly kind: number;
  readonly end: number;
}

/** The records of a MANIFEST or a write-ahead log; it reports what is not one, and reads on. */
export function readRecords(bytes: Uint8Array, isTrusted: boolean, report: Report): LogRecord[] {
  return new RecordReader(bytes, isTrusted, report).read();
}

class RecordReader {
  readonly #bytes: Uint8Array;
  readonly #isTrusted: boolean;
  readonly #report: Report;
  readonly #records: LogRecord[] = [];
  /** The parts so far of a record that does not fit in its block. */
  #parts: Uint8Array[] = [];
  #start = 0;
  #isAfterDamage = false;
  /** From here on all is zero. */
  readonly #zerosFrom: number;
  /** The last block whose record lengths were put in doubt: searching twice would take too long. */
  #searched = -1;

  constructor(bytes: Uint8Array, isTrusted: boolean, report: Report) {
    this.#bytes = bytes;
    this.#isTrusted = isTrusted;
    this.#report = report;
    this.#zerosFrom = bytes.findLastIndex((byte) => byte !== 0) + 1;
  }

  read(): LogRecord[] {
    let at = 0;
    while (at < this.#bytes.length) at = this.#step(at);
    if (this.#parts.length > 0) this.#tear(this.#start, 'the record that begins here has no end');
    return this.#records;
  }

  /** Reads what is at `at`, and says where to go on. */
  #step(at: number): number {
    const size = this.#bytes.length;
    const blockEnd = at - (at % BLOCK_BYTES) + BLOCK_BYTES;
    if (at >= this.#zerosFrom) return this.#tear(at, 'nothing but zeros to the end of the file');
    if (blockEnd - at < HEADER_BYTES) return this.#skipTrailer(at, Math.min(blockEnd, size));
    if (size - at < HEADER_BYTES) return this.#tear(at, 'the file ends within a record');
    const fragment = this.#fragmentAt(at);
    if (fragment.end <= Math.min(blockEnd, size) && this.#isSound(fragment)) {
      this.#accept(fragment);
      return fragment.end;
    }
    return this.#recover(fragment, blockEnd);
  }

  #tear(at: number, what: string): number {
    this.#report(at, what, true);
    this.#parts = [];
    return this.#bytes.length;
  }

  #harm(at: number, what: string): void {
    this.#report(at, what);
    this.#isAfterDamage = true;
    this.#parts = [];
  }

  #skipTrailer(at: number, end: number): number {
    if (!isZero(this.#bytes.subarray(at, end))) this.#report(at, 'the end of a block is not zero');
    return end;
  }

  #fragmentAt(at: number): Fragment {
    const [low = 0, high = 0, kind = 0] = this.#bytes.subarray(at + 4, at + HEADER_BYTES);
    return { at, kind, end: at + HEADER_BYTES + low + high * 256 };
  }

  #checksumAt(at: number): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#bytes.subarray(at, at + 4);
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }

  #isSound({ at, kind, end }: Fragment): boolean {
    if (kind < FULL || kind > LAST) return false;
    if (this.#isTrusted) return true;
    return maskedCrc32c(this.#bytes, at + HEADER_BYTES - 1, end) === this.#checksumAt(at);
  }

  /** Past a fragment that is not sound, losing as little as can be. */
  #recover({ at, kind, end }: Fragment, blockEnd: number): number {
    const size = this.#bytes.length;
    const limit = Math.min(blockEnd, size);
    const found = this.#findEnd(at, limit);
    if (found !== undefined) {
      this.#harm(at, 'the length of a record is wrong');
      this.#accept({ at, kind, end: found });
      return found;
    }
    if (end > size && end <= blockEnd && kind >= FULL && kind <= LAST) {
      return this.#tear(this.#parts.length > 0 ? this.#start : at, 'the file ends within a record');
    }
    const isZero = this.#checksumAt(at) === 0 && kind === 0 && end === at + HEADER_BYTES;
    this.#harm(at, isZero ? 'zeros where a record must be' : 'the checksum of a record is wrong');
    return end <= limit && this.#isFollowed(end, blockEnd) ? end : limit;
  }

  /** Where the record at `at` ends according to its checksum, whatever its length says. */
  #findEnd(at: number, limit: number): number | undefined {
    const block = Math.floor(at / BLOCK_BYTES);
    const kind = this.#bytes[at + HEADER_BYTES - 1] ?? 0;
    if (this.#isTrusted || this.#searched === block || kind < FULL || kind > LAST) return undefined;
    this.#searched = block;
    const stored = this.#checksumAt(at);
    return findChecked(this.#bytes, at + HEADER_BYTES - 1, limit, (crc) => crc === stored);
  }

  /** Whether a length can be believed: a sound record follows, or the block ends. */
  #isFollowed(end: number, blockEnd: number): boolean {
    if (blockEnd - end < HEADER_BYTES || end === this.#bytes.length) return true;
    if (this.#bytes.length - end < HEADER_BYTES) return false;
    const next = this.#fragmentAt(end);
    return next.end <= Math.min(blockEnd, this.#bytes.length) && this.#isSound(next);
  }

  #accept({ at, kind, end }: Fragment): void {
    const payload = this.#bytes.subarray(at + HEADER_BYTES, end);
    const isFirst = kind === FULL || kind === FIRST;
    if (isFirst && this.#parts.length > 0) this.#harm(this.#start, 'a record without its end');
    if (!isFirst && this.#parts.length === 0) {
      if (!this.#isAfterDamage) this.#harm(at, 'a record without its beginning');
      return;
    }
    if (isFirst) this.#start = at;
    this.#parts.push(payload);
    if (kind === FULL || kind === LAST) this.#finish();
  }

  #finish(): void {
    const [only = new Uint8Array(), ...more] = this.#parts;
    const payload = more.length === 0 ? only : joined(this.#parts);
    this.#records.push({ offset: this.#start, payload, isAfterDamage: this.#isAfterDamage });
    this.#parts = [];
    this.#isAfterDamage = false;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
