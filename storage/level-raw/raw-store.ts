import { StorageError } from '../faults.ts';
import type { Damage, KeyRange, RawFiles, RawOptions, RawStore } from '../ports.ts';
import { compareKeys, type Entry, newestOf, type Report, TAG_BYTES, tagBefore } from './entry.ts';
import { readManifest, type TableNote, type Version } from './manifest.ts';
import { type Fetch, readTable, readTableIn } from './table.ts';
import { readWriteLog, SequenceChain } from './write-log.ts';

/** What the engine keeps in its files; the others it may write and lose as it likes. */
const isStoreFile = (name: string): boolean =>
  name === 'CURRENT' || /^MANIFEST-\d{6,}$/.test(name) || /^\d{6,}\.(ldb|log)$/.test(name);

/** How often a store is read that its engine changes meanwhile, before what was found stands. */
const READINGS_MAX = 5;

/**
 * Reads the files of a LevelDB store without LevelDB: nothing is opened for writing, locked or
 * created. Reads past damage, and reports it. Trap: it never touches LOCK; a process that opens and
 * closes that file loses the lock it holds on it.
 */
export async function readRaw(
  files: RawFiles,
  path: string,
  { trusted = false, ranges }: Pick<RawOptions, 'trusted' | 'ranges'> = {},
): Promise<RawStore> {
  let names = await storeFilesIn(files, path);
  for (let reading = 1; ; reading++) {
    const store = await new RawReader(files, path, trusted, ranges).read(names);
    if (store.damage.length === 0 || reading === READINGS_MAX) return store;
    const later = await storeFilesIn(files, path);
    if (later.join() === names.join()) return store;
    names = later;
  }
}

async function storeFilesIn(files: RawFiles, path: string): Promise<readonly string[]> {
  return ((await files.list(path)) ?? []).filter(isStoreFile);
}

class RawReader {
  readonly #files: RawFiles;
  readonly #path: string;
  readonly #isTrusted: boolean;
  readonly #ranges: readonly KeyRange[] | undefined;
  readonly #damage: Damage[] = [];
  readonly #entries: Entry[] = [];
  /** The highest sequence number read so far. */
  #latest = 0;

  constructor(
    files: RawFiles,
    path: string,
    isTrusted: boolean,
    ranges: readonly KeyRange[] | undefined,
  ) {
    this.#files = files;
    this.#path = path;
    this.#isTrusted = isTrusted;
    this.#ranges = ranges;
  }

  async read(names: readonly string[]): Promise<RawStore> {
    if (names.length === 0) {
      this.#reportOn('CURRENT')(0, 'there is no store');
    } else {
      const version = await this.#readVersion();
      if (version === undefined) await this.#readAllTables(names);
      else await this.#readTables(version);
      await this.#readLogs(names, version);
    }
    return { entries: newestOf(this.#entries), damage: this.#damage };
  }

  #reportOn(file: string, mayBeTorn = false): Report {
    return (offset, what, isTornTail = false) => {
      this.#damage.push({ file, offset, what, isTornTail: isTornTail && mayBeTorn });
    };
  }

  /** The file's bytes; undefined, and reported, if it cannot be had. */
  async #bytesOf(name: string): Promise<Uint8Array | undefined> {
    try {
      const bytes = await this.#files.read(`${this.#path}/${name}`);
      if (bytes !== undefined) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
      this.#reportOn(name)(0, 'the file is missing');
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#reportOn(name)(0, `the file cannot be read: ${error.message}`);
    }
    return undefined;
  }

  async #readVersion(): Promise<Version | undefined> {
    const current = await this.#bytesOf('CURRENT');
    if (current === undefined) return undefined;
    const text = String.fromCharCode(...current.subarray(0, 64));
    const name = /^(MANIFEST-\d{6,})\n$/.exec(text)?.[1];
    if (name === undefined) {
      this.#reportOn('CURRENT')(0, 'it does not name a MANIFEST');
      return undefined;
    }
    const bytes = await this.#bytesOf(name);
    return bytes && readManifest(bytes, this.#isTrusted, this.#reportOn(name));
  }

  async #readTables({ tables, nextFile, lastSequence }: Version): Promise<void> {
    for (const note of tables) {
      if (this.#ranges?.some((range) => mayHold(note, range)) === false) continue;
      const name = tableName(note.number);
      const report = this.#reportOn(name);
      if (note.number >= nextFile) report(0, 'the number of the table was never given out');
      if (await this.#readPartOf(note, report)) continue;
      const bytes = await this.#bytesOf(name);
      if (bytes === undefined) continue;
      if (bytes.length !== note.sizeBytes) {
        report(bytes.length, `the table must have ${note.sizeBytes} bytes`);
      }
      const damages = this.#damage.length;
      const entries = readTable(bytes, this.#isTrusted, report);
      const isSound = this.#damage.length === damages;
      if (isSound && !isAsNoted(entries, note)) report(0, 'the table is not the one it must be');
      this.#keep(entries);
      if (this.#latest > lastSequence) report(0, 'the table holds writes that were never made');
    }
  }

  /** False if all of it is asked for, or must be read to say what is wrong with it. */
  async #readPartOf({ number, sizeBytes }: TableNote, report: Report): Promise<boolean> {
    if (this.#ranges === undefined) return false;
    const path = `${this.#path}/${tableName(number)}`;
    const fetch: Fetch = (offset, length) => this.#files.readAt(path, offset, length);
    try {
      const entries = await readTableIn(fetch, sizeBytes, this.#ranges, this.#isTrusted, report);
      if (entries !== undefined) this.#keep(entries);
      return entries !== undefined;
    } catch (error) {
      if (error instanceof StorageError) return false;
      throw error;
    }
  }

  /** All tables there are, for nothing says which of them are obsolete. */
  async #readAllTables(names: readonly string[]): Promise<void> {
    for (const name of names.filter((file) => file.endsWith('.ldb'))) {
      const bytes = await this.#bytesOf(name);
      if (bytes) this.#keep(readTable(bytes, this.#isTrusted, this.#reportOn(name)));
    }
  }

  #keep(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#entries.push(entry);
      this.#latest = Math.max(this.#latest, entry.sequence);
    }
  }

  async #readLogs(names: readonly string[], version: Version | undefined): Promise<void> {
    const { logNumber = 0, lastSequence = Number.MAX_SAFE_INTEGER } = version ?? {};
    const live = names.filter((name) => logNumberOf(name) >= logNumber);
    if (logNumber > 0 && !live.includes(logName(logNumber))) {
      this.#reportOn(logName(logNumber))(0, 'the file is missing');
    }
    const logs: { name: string; bytes: Uint8Array }[] = [];
    for (const name of live.sort((a, b) => logNumberOf(a) - logNumberOf(b))) {
      const bytes = await this.#bytesOf(name);
      if (bytes && bytes.length > 0) logs.push({ name, bytes });
    }
    const least = version === undefined ? 0 : this.#latest + 1;
    const chain = new SequenceChain(least, lastSequence + 1);
    const last = logs.at(-1);
    for (const log of logs) {
      const report = this.#reportOn(log.name, log === last);
      this.#keep(readWriteLog(log.bytes, this.#isTrusted, chain, report));
    }
  }
}

/** Whether a key of the range lies between the first and the last one of the table. */
const mayHold = ({ smallest, largest }: TableNote, { from, to }: KeyRange): boolean =>
  compareKeys(keyOf(largest), from) >= 0 && compareKeys(keyOf(smallest), to) < 0;

const keyOf = (noted: Uint8Array): Uint8Array => noted.subarray(0, noted.length - TAG_BYTES);

/** Whether the table has the first and the last key that the MANIFEST notes. */
function isAsNoted(entries: readonly Entry[], { smallest, largest }: TableNote): boolean {
  const isAt = (entry: Entry | undefined, noted: Uint8Array): boolean => {
    const tag = tagBefore(noted, noted.length);
    if (tag === undefined || entry === undefined) return false;
    const isDeletion = entry.value === undefined;
    const isSameWrite = tag.sequence === entry.sequence && tag.isDeletion === isDeletion;
    return isSameWrite && compareKeys(keyOf(noted), entry.key) === 0;
  };
  return isAt(entries[0], smallest) && isAt(entries.at(-1), largest);
}

const numbered = (number: number): string => String(number).padStart(6, '0');

const tableName = (number: number): string => `${numbered(number)}.ldb`;

const logName = (number: number): string => `${numbered(number)}.log`;

/** Below zero if the file is no write-ahead log. */
const logNumberOf = (name: string): number =>
  name.endsWith('.log') ? Number(name.slice(0, -'.log'.length)) : -1;
