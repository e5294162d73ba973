import { canonicalAddress } from '../address.ts';
import { blocksOf } from './blocks.ts';
import { familyOf, parseRange, type Range } from './cidr.ts';
import type { Prefix } from './prefixes.ts';
import { type RangeDraft, wordsOf } from './range-table.ts';

/** A longer one is none that anybody wrote. */
const LINE_BYTES_MAX = 1_024;
/** Of lines that say nothing, so many are named. */
const NAMED_MAX = 10;
/** More would shut out the world: of all of IPv4, and of what is public of IPv6. */
const SHARE_MAX = { ipv4: 1 / 8, ipv6: 1 / 2 };
const PUBLIC_IPV6 = { high: 0x20000000, bits: 3 };

const [LINE_FEED, RETURN, HASH, SEMICOLON, DOT, SLASH] = [10, 13, 35, 59, 46, 47];
const COMMA = 44;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

export interface BadLine {
  readonly line: number;
  readonly because: 'no address' | 'too wide' | 'too long' | 'cut off';
}

/** What a feed comes to. */
export interface FeedReading {
  /** Addresses and ranges, however many prefixes they are. */
  readonly entries: number;
  readonly bad: number;
  /** The first of the bad ones. */
  readonly badLines: readonly BadLine[];
}

const isBlank = (byte: number): boolean => byte === 32 || byte === 9;
const isComment = (byte: number): boolean => byte === HASH || byte === SEMICOLON;
const isEnd = (byte: number): boolean => isBlank(byte) || isComment(byte) || byte === COMMA;

const isBreak = (byte: number): boolean => byte === LINE_FEED || byte === RETURN;

/**
 * Reads addresses and ranges, one a line: CIDR, or from-to. What follows after white space, a
 * comma, `#` or `;` is not read; nor is a comment, nor the mark that some editors put before UTF-8.
 * A line ends with CR, LF or both; a last one without its end was cut off.
 */
export class FeedLines {
  readonly #draft: RangeDraft;
  readonly #prefixesMax: number;
  readonly #badLines: BadLine[] = [];
  readonly #rest = Buffer.alloc(LINE_BYTES_MAX);
  #restBytes = 0;
  #isTooLong = false;
  /** A line feed that comes next is of the same end. */
  #isAfterReturn = false;
  #line = 1;
  #entries = 0;
  #bad = 0;
  /** Where a number ended that was read. */
  #at = 0;

  constructor(draft: RangeDraft, prefixesMax: number) {
    this.#draft = draft;
    this.#prefixesMax = prefixesMax;
  }

  /** More than it may be: nothing more is to be read. */
  get isFull(): boolean {
    return this.#draft.size > this.#prefixesMax;
  }

  take(piece: Uint8Array): void {
    let from = 0;
    while (!this.isFull && from < piece.length) {
      if (this.#isAfterReturn && piece[from] === LINE_FEED) from += 1;
      this.#isAfterReturn = false;
      let to = from;
      while (to < piece.length && !isBreak(piece[to] ?? 0)) to += 1;
      if (to === piece.length) return this.#keep(piece.subarray(from));
      this.#take(piece, from, to);
      this.#isAfterReturn = piece[to] === RETURN;
      this.#line += 1;
      from = to + 1;
    }
  }

  /** A line that ends there, or what is left of one. */
  #take(piece: Uint8Array, from: number, to: number): void {
    if (this.#restBytes === 0 && !this.#isTooLong && to - from <= LINE_BYTES_MAX) {
      return this.#read(piece, from, to);
    }
    this.#keep(piece.subarray(from, to));
    this.#end();
  }

  /** All was taken. */
  end(): FeedReading {
    if (this.#restBytes > 0 || this.#isTooLong) this.#refuse('cut off');
    return { entries: this.#entries, bad: this.#bad, badLines: this.#badLines };
  }

  #keep(part: Uint8Array): void {
    if (this.#restBytes + part.length > LINE_BYTES_MAX) this.#isTooLong = true;
    else this.#rest.set(part, this.#restBytes);
    this.#restBytes = this.#isTooLong ? 0 : this.#restBytes + part.length;
  }

  #end(): void {
    if (this.#isTooLong) this.#refuse('too long');
    else this.#read(this.#rest, 0, this.#restBytes);
    this.#restBytes = 0;
    this.#isTooLong = false;
  }

  #refuse(because: BadLine['because']): void {
    this.#bad += 1;
    if (this.#badLines.length < NAMED_MAX) this.#badLines.push({ line: this.#line, because });
  }

  #read(bytes: Uint8Array, first: number, last: number): void {
    const isMarked =
      this.#line === 1 && BYTE_ORDER_MARK.every((byte, at) => bytes[first + at] === byte);
    let from = isMarked ? first + BYTE_ORDER_MARK.length : first;
    let to = last;
    while (from < to && isBlank(bytes[from] ?? 0)) from += 1;
    while (to > from && isBlank(bytes[to - 1] ?? 0)) to -= 1;
    if (from === to || isComment(bytes[from] ?? 0)) return;
    if (!this.#readIpv4(bytes, from, to)) this.#readText(bytes, from, to);
  }

  /** By far most lines are so: read without a string. False if this is none. */
  #readIpv4(bytes: Uint8Array, from: number, to: number): boolean {
    let address = 0;
    this.#at = from;
    for (let part = 0; part < 4; part++) {
      const byte = this.#number(bytes, to, 3);
      if (byte < 0 || byte > 255) return false;
      address = ((address << 8) | byte) >>> 0;
      if (part < 3 && bytes[this.#at++] !== DOT) return false;
    }
    let bits = 32;
    if (this.#at < to && bytes[this.#at] === SLASH) {
      this.#at += 1;
      bits = this.#number(bytes, to, 2);
    }
    if (bits < 0 || bits > 32) return false;
    if (this.#at < to && !isEnd(bytes[this.#at] ?? 0)) return false;
    while (this.#at < to && isBlank(bytes[this.#at] ?? 0)) this.#at += 1;
    // From-to, with blanks between.
    if (this.#at < to && bytes[this.#at] === 45) return false;
    this.#add([{ high: address, low: 0, bits }], 'ipv4');
    return true;
  }

  /** -1 if there is none, or one with a zero before it. */
  #number(bytes: Uint8Array, to: number, digitsMax: number): number {
    const from = this.#at;
    let value = 0;
    while (this.#at < to && this.#at - from <= digitsMax) {
      const digit = (bytes[this.#at] ?? 0) - 48;
      if (digit < 0 || digit > 9) break;
      value = 10 * value + digit;
      this.#at += 1;
    }
    const digits = this.#at - from;
    const isOdd = digits > 1 && bytes[from] === 48;
    return digits === 0 || digits > digitsMax || isOdd ? -1 : value;
  }

  #readText(bytes: Uint8Array, from: number, to: number): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
    const [, first = '', second] = /^([^\s,;#-]+)(?:[\t ]*-[\t ]*([^\s,;#-]+))?/.exec(text) ?? [];
    if (second === undefined) {
      const range = parseRange(first);
      if (range === undefined) return this.#refuse('no address');
      const { high, low } = wordsOf(range.address);
      return this.#add([{ high, low, bits: range.bits }], range.family);
    }
    const [lowest, highest] = [canonicalAddress(first), canonicalAddress(second)];
    if (lowest === undefined || highest === undefined) return this.#refuse('no address');
    const family = familyOf(lowest);
    if (family !== familyOf(highest)) return this.#refuse('no address');
    const blocks = [...blocksOf(lowest, highest)];
    if (blocks.length === 0) return this.#refuse('no address');
    this.#add(blocks, family);
  }

  #add(blocks: readonly Prefix[], family: Range['family']): void {
    if (isTooWide(blocks, family)) return this.#refuse('too wide');
    for (const { high, low, bits } of blocks) {
      if (family === 'ipv4') this.#draft.addIpv4(high, bits, this.#line);
      else this.#draft.addIpv6(high, low, bits, this.#line);
    }
    this.#entries += 1;
  }
}

function isTooWide(blocks: readonly Prefix[], family: Range['family']): boolean {
  let share = 0;
  for (const { high, bits } of blocks)
    share += family === 'ipv4' ? 2 ** -bits : publicOf(high, bits);
  return share > SHARE_MAX[family];
}

/** How much of what is public of IPv6. */
function publicOf(high: number, bits: number): number {
  const common = Math.min(bits, PUBLIC_IPV6.bits);
  const isPublic = bits === 0 || (high ^ PUBLIC_IPV6.high) >>> (32 - common) === 0;
  return isPublic ? 2 ** (common - bits) : 0;
}
