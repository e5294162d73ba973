import { basename } from 'node:path';
import { type StorageCode, StorageError, storageCodes } from './faults.ts';

/** What a method of Files fails with: names the method and the file, without the path to it. */
export function fileFault(
  code: StorageCode,
  method: string,
  path: string,
  cause?: unknown,
): StorageError {
  const message = `${method} of '${basename(path)}' failed: ${storageCodes[code]}`;
  return new StorageError(code, message, cause === undefined ? undefined : { cause });
}
