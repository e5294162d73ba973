/** What can be wrong with bytes and disks. `runtime/errors.ts` gives each its recovery. */
export const storageCodes = {
  NO_SPACE: 'the disk is full',
  READ_ONLY_DISK: 'the disk admits no writes',
  DISK_FAILED: 'the disk failed to read or write',
  GONE: 'there is no such file or store',
  TAKEN: 'the name is taken by another file or store',
  LOCKED: 'another process has the directory open',
  CORRUPT: 'the bytes are not what was written',
  FOREIGN: 'the directory holds something else',
  NEWER_VERSION: 'the directory was written by a newer version',
  OLDER_VERSION: 'the directory was written by an older version, and nothing reads it any more',
  WRONG_KEY: 'the master key is not the one of this directory',
  KEY_MISSING: 'the key of this segment is not on the key page',
  KEY_PAGE_FULL: 'the key page has no slot left',
  RECORD_TOO_LARGE: 'the record has more bytes than a record may have',
  SHREDDED: 'the records were shredded',
  UNPROVEN: 'a note, a receipt or a proof does not show what it should',
  HELD: 'a hold keeps the records of this segment',
} as const satisfies Record<string, string>;

export type StorageCode = keyof typeof storageCodes;

/** The one error of this floor. Its message never holds secrets or the bytes of records. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageCode;

  constructor(code: StorageCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
