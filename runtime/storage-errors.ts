import { type StorageCode, StorageError } from '../storage/faults.ts';
import { type Code, type ErrorDetails, HoldfastError } from './errors.ts';

/** The code that users see, for each of storage. */
export const codeOfStorage: Readonly<Record<StorageCode, Code>> = {
  NO_SPACE: 'DISK_FULL',
  READ_ONLY_DISK: 'DISK_READ_ONLY',
  DISK_FAILED: 'DISK_FAILED',
  GONE: 'DISK_FAILED',
  TAKEN: 'DATA_FOREIGN',
  LOCKED: 'DATA_LOCKED',
  CORRUPT: 'DATA_DAMAGED',
  FOREIGN: 'DATA_FOREIGN',
  NEWER_VERSION: 'DATA_VERSION',
  OLDER_VERSION: 'DATA_VERSION',
  WRONG_KEY: 'MASTER_KEY_WRONG',
  KEY_MISSING: 'AUDIT_KEY_MISSING',
  KEY_PAGE_FULL: 'KEY_PAGE_FULL',
  RECORD_TOO_LARGE: 'AUDIT_RECORD_TOO_LARGE',
  SHREDDED: 'AUDIT_SHREDDED',
  UNPROVEN: 'AUDIT_UNPROVEN',
  HELD: 'AUDIT_HELD',
};

/** An error of storage as users see it; any other as it is. */
export function asHoldfastError(error: unknown, details: ErrorDetails = {}): unknown {
  if (!(error instanceof StorageError)) return error;
  return new HoldfastError(codeOfStorage[error.code], error.message, details, { cause: error });
}
