import { readBlock } from './block.ts';
import { findChecked, maskedCrc32c } from './crc32c.ts';
import { Cursor } from './cursor.ts';
import { compareEntries, type Entry, type Report, TAG_BYTES, tagBefore } from './entry.ts';

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

  /** Where the blocks of data are, if the rest of the table can be believed. */
  #placesOfData(): Handle[] | undefined {
    const footer = this.#footer();
    if (footer === undefined) return undefined;
    const { metaindex, index } = footer;
    const data = this.#isSound(index) ? this.#handlesIn(index) : undefined;
    const filters = this.#isSound(metaindex) ? this.#handlesIn(metaindex) : undefined;
    if (data === undefined) return undefined;
    for (const filter of filters ?? []) this.#isSound(filter);
    const blocks = filters === undefined ? data : [...data, ...filters, metaindex, index];
    if (areAdjacent(blocks)) return data;
    this.#report(this.#bytes.length - FOOTER_BYTES, 'the blocks do not lie one behind the other');
    return undefined;
  }

  #footer() {
    const from = this.#bytes.length - FOOTER_BYTES;
    const magic = new Cursor(this.#bytes, this.#bytes.length - MAGIC_BYTES);
    const hasMagic = magic.uint32() === MAGIC_LOW && magic.uint32() === MAGIC_HIGH;
    if (from < 0 || !hasMagic) {
      this.#report(Math.max(from, 0), 'the table does not end as a table');
      return undefined;
    }
    const cursor = new Cursor(this.#bytes, from, this.#bytes.length - MAGIC_BYTES);
    const metaindex = handleAt(cursor);
    const index = handleAt(cursor);
    const isPadded = this.#bytes.subarray(cursor.at, cursor.end).every((byte) => byte === 0);
    const isSound = !cursor.isBroken && isPadded && index.to + TRAILER_BYTES === from;
    if (!isSound) this.#report(from, 'the footer is wrong');
    return isSound ? { metaindex, index } : undefined;
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

  /** The values of a block of handles. */
  #handlesIn({ from, to }: Handle): Handle[] | undefined {
    const handles: Handle[] = [];
    let isWhole = true;
    const isBlock = readBlock(this.#bytes, from, to, (_keys, _keyBytes, valueFrom, valueTo) => {
      const cursor = new Cursor(this.#bytes, valueFrom, valueTo);
      handles.push(handleAt(cursor));
      isWhole &&= !cursor.isBroken && !cursor.hasMore;
    });
    if (isBlock && isWhole) return handles;
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
