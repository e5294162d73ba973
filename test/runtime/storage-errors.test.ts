import { describe, expect, it } from 'vitest';
import { codes } from '../../runtime/errors.ts';
import { asHoldfastError, codeOfStorage } from '../../runtime/storage-errors.ts';
import { type StorageCode, StorageError, storageCodes } from '../../storage/faults.ts';

describe('an error of storage', () => {
  it('has a code that users see, whichever it is', () => {
    const known = Object.keys(storageCodes) as StorageCode[];
    const seen = known.map((code) => [code, codeOfStorage[code] in codes]);
    expect(seen).toEqual(known.map((code) => [code, true]));
  });

  it('is told with its message, where it was, and itself as the cause', () => {
    const cause = new StorageError('NO_SPACE', 'append of /data failed: the disk is full');
    const told = asHoldfastError(cause, { dataDir: '/data' });
    expect(told).toMatchObject({
      name: 'HoldfastError',
      code: 'DISK_FULL',
      recovery: 'degrade',
      message: 'append of /data failed: the disk is full',
      details: { dataDir: '/data' },
      cause,
    });
  });

  it('of no other kind is touched', () => {
    const others = [new TypeError('mine'), 'text', undefined];
    expect(others.map((error) => asHoldfastError(error))).toEqual(others);
  });
});
