import { type StorageCode, StorageError } from './faults.ts';

/** What LevelDB says in words only, at the end of its messages: the system's, then its own. */
const words: readonly (readonly [RegExp, StorageCode])[] = [
  [/No space left on device$|Disk quota exceeded$/, 'NO_SPACE'],
  [/Read-only file system$/, 'READ_ONLY_DISK'],
  [/No such file or directory$|does not exist \(create_if_missing is false\)$/, 'GONE'],
  [/exists \(error_if_exists is true\)$/, 'TAKEN'],
  [/does not match existing comparator/, 'CORRUPT'],
];

const codes: Readonly<Record<string, StorageCode>> = {
  LEVEL_LOCKED: 'LOCKED',
  LEVEL_CORRUPTION: 'CORRUPT',
};

/** Codes of whoever uses a store after its `close`. */
const closed = /^LEVEL_(DATABASE|ITERATOR|BATCH)_NOT_OPEN$/;

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : '';

/** The error of this floor for one of LevelDB's, which becomes its cause. */
export function levelFault(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error;
  const outer = error instanceof Error ? error : new Error(String(error));
  const { cause } = outer;
  if (closed.test(codeOf(outer))) {
    if (cause instanceof Error) return levelFault(cause, path);
    return new StorageError('GONE', `the store ${path} is closed`, { cause: outer });
  }
  const code = codes[codeOf(outer)] ?? words.find(([said]) => said.test(outer.message))?.[1];
  const message = `the store ${path}: ${outer.message}`;
  return new StorageError(code ?? 'DISK_FAILED', message, { cause: outer });
}
