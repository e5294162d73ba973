import { Cursor } from './cursor.ts';
import type { Report } from './entry.ts';
import { readRecords } from './record-log.ts';

const COMPARATOR = 'leveldb.BytewiseComparator';
const LEVELS = 7;

/** What the MANIFEST says of a table. */
export interface TableNote {
  readonly number: number;
  readonly sizeBytes: number;
  /** The first and the last key in it, each with its tag. */
  readonly smallest: Uint8Array;
  readonly largest: Uint8Array;
}

/** Which files make the store. */
export interface Version {
  readonly tables: readonly TableNote[];
  /** Write-ahead logs before this one are obsolete; 0 before there was any. */
  readonly logNumber: number;
  /** No table has this number or one above. */
  readonly nextFile: number;
  /** No table holds a write after this one. */
  readonly lastSequence: number;
}

/** Tags of the fields of an edit, all but the comparator's followed by numbers. */
const LOG_NUMBER = 2;
const NEXT_FILE = 3;
const LAST_SEQUENCE = 4;
const PREVIOUS_LOG_NUMBER = 9;

/** Edits of a version, applied one after the other. */
class Draft {
  readonly #numbers = new Map<number, number>();
  readonly #levels = Array.from({ length: LEVELS }, () => new Map<number, TableNote>());

  /** What is wrong with the edit, if anything is. */
  apply(edit: Uint8Array): string | undefined {
    const cursor = new Cursor(edit);
    const added: (() => void)[] = [];
    while (cursor.hasMore) {
      const wrong = this.#applyField(cursor, added);
      if (wrong !== undefined || cursor.isBroken) return wrong ?? 'an edit is not whole';
    }
    for (const add of added) add();
    return undefined;
  }

  #applyField(cursor: Cursor, added: (() => void)[]): string | undefined {
    const tag = cursor.varint();
    switch (tag) {
      case 1: {
        const name = String.fromCharCode(...cursor.string().subarray(0, COMPARATOR.length + 1));
        return name === COMPARATOR ? undefined : 'the order of the keys is a foreign one';
      }
      case LOG_NUMBER:
      case NEXT_FILE:
      case LAST_SEQUENCE:
      case PREVIOUS_LOG_NUMBER:
        this.#numbers.set(tag, cursor.varint());
        return undefined;
      case 5:
        return this.#applyToLevel(cursor, () => cursor.string());
      case 6:
        return this.#applyToLevel(cursor, (level) => level.delete(cursor.varint()));
      case 7:
        return this.#applyToLevel(cursor, (level) => {
          const note = noteOf(cursor);
          added.push(() => level.set(note.number, note));
        });
      default:
        return 'an edit has an unknown field';
    }
  }

  #applyToLevel(cursor: Cursor, apply: (level: Map<number, TableNote>) => void) {
    const level = this.#levels[cursor.varint()];
    if (level === undefined) return 'an edit names a level that does not exist';
    apply(level);
    return undefined;
  }

  /** The version; undefined if a number it needs was never set. */
  finish(): Version | undefined {
    const logNumber = this.#numbers.get(LOG_NUMBER);
    const nextFile = this.#numbers.get(NEXT_FILE);
    const lastSequence = this.#numbers.get(LAST_SEQUENCE);
    if (logNumber === undefined || nextFile === undefined || lastSequence === undefined) {
      return undefined;
    }
    const tables = this.#levels.flatMap((level) => [...level.values()]);
    return { tables, logNumber, nextFile, lastSequence };
  }
}

const noteOf = (cursor: Cursor): TableNote => ({
  number: cursor.varint(),
  sizeBytes: cursor.varint(),
  smallest: cursor.string(),
  largest: cursor.string(),
});

/** What a MANIFEST says; undefined, and reported, if any of it cannot be read. */
export function readManifest(
  bytes: Uint8Array,
  isTrusted: boolean,
  report: Report,
): Version | undefined {
  let isSound = true;
  const complain = (offset: number, what: string): void => {
    isSound = false;
    report(offset, what);
  };
  const draft = new Draft();
  for (const { offset, payload } of readRecords(bytes, isTrusted, complain)) {
    const wrong = draft.apply(payload);
    if (wrong !== undefined) complain(offset, wrong);
  }
  const version = draft.finish();
  if (version === undefined) complain(bytes.length, 'a number that every store has is missing');
  return isSound ? version : undefined;
}
