import type { KeyRange } from '../ports.ts';
import { readBlock } from './block.ts';
import { findChecked, maskedCrc32c } from './crc32c.ts';
import { Cursor } from './cursor.ts';
import {
  compareEntries,
  compareKeys,
  type Entry,
  type Report,
  TAG_BYTES,
  tagBefore,
} from './entry.ts';

const FOOTER_BYTES = 48;
const MAGIC_BYTES = 8;
const MAGIC_LOW = 0x8b80fb57;
const MAGIC_HIGH = 0xdb477524;

/** Behind every block: how it is compressed, and its checksum. */
const TRAILER_BYTES = 5;
const CHECKSUM_BYTES = 4;

/** Where a block lies, without its trailer. */
interface Handle {
  readonly from: number;
  readonly to: number;
}

/** All writes that a table holds; it reports what is wrong with it, and reads on. */
export function readTable(bytes: Uint8Array, isTrusted: boolean, report: Report): Entry[] {
  return new TableReader(bytes, isTrusted, report).read();
}

/** Bytes of a file, fewer at its end. */
export type Fetch = (offset: number, length: number) => Promise<Uint8Array>;

/**
 * The writes in those blocks of a table that may hold keys of the ranges; nothing else of it is
 * fetched than its index. Undefined, and not reported, if that cannot be believed.
 */
export async function readTableIn(
  fetch: Fetch,
  sizeBytes: number,
  ranges: readonly KeyRange[],
  isTrusted: boolean,
  report: Report,
): Promise<Entry[] | undefined> {
  const places = await placesIn(fetch, sizeBytes, ranges, isTrusted);
  if (places === undefined) return undefined;
  const entries: Entry[] = [];
  for (const { from, to } of places) {
    const bytes = await fetch(from, to + TRAILER_BYTES - from);
    const reportAt: Report = (offset, what) => report(from + offset, what);
    const reader = new TableReader(bytes, isTrusted, reportAt);
    for (const entry of reader.readData({ from: 0, to: to - from })) entries.push(entry);
  }
  return entries;
}

async function placesIn(
  fetch: Fetch,
  sizeBytes: number,
  ranges: readonly KeyRange[],
  isTrusted: boolean,
): Promise<Handle[] | undefined> {
  const end = sizeBytes - FOOTER_BYTES;
  if (end < 0) return undefined;
  const index = footerOf(await fetch(end, FOOTER_BYTES), end)?.index;
  if (index === undefined) return undefined;
  const bytes = await fetch(index.from, index.to + TRAILER_BYTES - index.from);
  const reader = new TableReader(bytes, isTrusted, () => {});
  const places = reader.placesIn({ from: 0, to: index.to - index.from });
  if (places === undefined || !areAdjacent(places)) return undefined;
  return places.filter(({ last }, at) => {
    const before = places[at - 1]?.last;
    return ranges.some(({ from, to }) => {
      return compareKeys(last, from) >= 0 && (!before || compareKeys(before, to) < 0);
    });
  });
}

/** A block of data, and a key that is not below its last one, but below those of the next. */
interface Place extends Handle {
  readonly last: Uint8Array;
}

class TableReader {
  readonly #bytes: Uint8Array;
  readonly #isTrusted: boolean;
  readonly #report: Report;
  readonly #entries: Entry[] = [];

  constructor(bytes: Uint8Array, isTrusted: boolean, report: Report) {
    this.#bytes = bytes;
    this.#isTrusted = isTrusted;
    this.#report = report;
  }

  read(): Entry[] {
    const places = this.#placesOfData();
    if (places === undefined) this.#walk();
    else for (const place of places) this.#readData(place);
    this.#checkOrder();
    return this.#entries;
  }

  /** Of one block. */
  readData(handle: Handle): readonly Entry[] {
    this.#readData(handle);
    return this.#entries;
  }

  /** What an index says, if that can be believed. */
  placesIn(handle: Handle): Place[] | undefined {
    return this.#isSound(handle) ? this.#placesIn(handle) : undefined;
  }

  /** Where the blocks of data are, if the rest of the table can be believed. */
  #placesOfData(): Handle[] | undefined {
    const footer = this.#footer();
    if (footer === undefined) return undefined;
    const { metaindex, index } = footer;
    const data = this.placesIn(index);
    const filters = this.placesIn(metaindex);
    if (data === undefined) return undefined;
    for (const filter of filters ?? []) this.#isSound(filter);
    const blocks = filters === undefined ? data : [...data, ...filters, metaindex, index];
    if (areAdjacent(blocks)) return data;
    this.#report(this.#bytes.length - FOOTER_BYTES, 'the blocks do not lie one behind the other');
    return undefined;
  }

  #footer() {
    const from = this.#bytes.length - FOOTER_BYTES;
    const hasMagic = hasMagicAtEnd(this.#bytes);
    if (from < 0 || !hasMagic) {
      this.#report(Math.max(from, 0), 'the table does not end as a table');
      return undefined;
    }
    const footer = footerOf(this.#bytes.subarray(from), from);
    if (footer === undefined) this.#report(from, 'the footer is wrong');
    return footer;
  }

  /** Whether the block lies within the table and has the checksum it was written with. */
  #isSound({ from, to }: Handle): boolean {
    const end = to + TRAILER_BYTES;
    if (end > this.#bytes.length) {
      this.#report(from, 'the table ends within a block');
      return false;
    }
    const isRight =
      this.#isTrusted || maskedCrc32c(this.#bytes, from, to + 1) === this.#checksumAt(to + 1);
    if (!isRight) this.#report(from, 'the checksum of a block is wrong');
    else if (this.#bytes[to] !== 0) this.#report(from, 'a block is compressed');
    return isRight && this.#bytes[to] === 0;
  }

  #checksumAt(at: number): number {
    return new Cursor(this.#bytes, at, at + CHECKSUM_BYTES).uint32();
  }

  #placesIn({ from, to }: Handle): Place[] | undefined {
    const places: Place[] = [];
    let isWhole = true;
    const isBlock = readBlock(this.#bytes, from, to, (keys, keyBytes, valueFrom, valueTo) => {
      const cursor = new Cursor(this.#bytes, valueFrom, valueTo);
      const last = keys.slice(0, Math.max(0, keyBytes - TAG_BYTES));
      places.push({ ...handleAt(cursor), last });
      isWhole &&= !cursor.isBroken && !cursor.hasMore;
    });
    if (isBlock && isWhole) return places;
    this.#report(from, 'a block of places is not one');
    return undefined;
  }

  #readData(handle: Handle): void {
    if (!this.#isSound(handle)) return;
    const entries = this.#entriesIn(handle);
    if (entries === undefined) this.#report(handle.from, 'a block does not hold entries');
    else this.#keep(entries);
  }

  #keep(entries: readonly Entry[]): void {
    for (const entry of entries) this.#entries.push(entry);
  }

  #entriesIn({ from, to }: Handle): Entry[] | undefined {
    const entries: Entry[] = [];
    let isWhole = true;
    const isBlock = readBlock(this.#bytes, from, to, (keys, keyBytes, valueFrom, valueTo) => {
      const tag = tagBefore(keys, keyBytes);
      isWhole &&= tag !== undefined;
      if (tag === undefined) return;
      const { sequence, isDeletion } = tag;
      const value = isDeletion ? undefined : this.#bytes.subarray(valueFrom, valueTo);
      entries.push({ key: keys.slice(0, keyBytes - TAG_BYTES), value, sequence });
    });
    return isBlock && isWhole && entries.length > 0 ? entries : undefined;
  }

  /**
   * Without an index the blocks are found by their checksums, one behind the other. What follows
   * the data, filter or metaindex, does not read as a block of entries: there it stops.
   */
  #walk(): void {
    for (let from = 0; from < this.#bytes.length; ) {
      const to = findChecked(this.#bytes, from, this.#bytes.length, (crc, end) => {
        return this.#bytes[end - 1] === 0 && crc === this.#checksumAt(end);
      });
      const entries = to === undefined ? undefined : this.#entriesIn({ from, to: to - 1 });
      if (to === undefined || entries === undefined) return;
      this.#keep(entries);
      from = to + CHECKSUM_BYTES;
    }
  }

  #checkOrder(): void {
    let last: Entry | undefined;
    for (const entry of this.#entries) {
      if (last !== undefined && compareEntries(last, entry) >= 0) {
        this.#report(0, 'the keys are out of order');
        return;
      }
      last = entry;
    }
  }
}

function hasMagicAtEnd(bytes: Uint8Array): boolean {
  const magic = new Cursor(bytes, bytes.length - MAGIC_BYTES);
  return magic.uint32() === MAGIC_LOW && magic.uint32() === MAGIC_HIGH;
}

/** Where the footer, which begins at `from`, says that the other blocks are; undefined if wrong. */
function footerOf(bytes: Uint8Array, from: number) {
  if (bytes.length !== FOOTER_BYTES || !hasMagicAtEnd(bytes)) return undefined;
  const cursor = new Cursor(bytes, 0, FOOTER_BYTES - MAGIC_BYTES);
  const metaindex = handleAt(cursor);
  const index = handleAt(cursor);
  const isPadded = bytes.subarray(cursor.at, cursor.end).every((byte) => byte === 0);
  const isSound = !cursor.isBroken && isPadded && index.to + TRAILER_BYTES === from;
  return isSound ? { metaindex, index } : undefined;
}

function handleAt(cursor: Cursor): Handle {
  const from = cursor.varint();
  return { from, to: from + cursor.varint() };
}

function areAdjacent(handles: readonly Handle[]): boolean {
  let at = 0;
  return handles.every(({ from, to }) => {
    const isNext = from === at;
    at = to + TRAILER_BYTES;
    return isNext;
  });
}
