import { describe, expect, it } from 'vitest';
import { StorageError } from '../../storage/faults.ts';
import { levelFault } from '../../storage/level-faults.ts';

const coded = (code: string, message: string, cause?: Error): Error =>
  Object.assign(new Error(message, { cause }), { code });

const failedOpen = (cause: Error): Error =>
  coded('LEVEL_DATABASE_NOT_OPEN', 'Database failed to open', cause);

describe('an error of LevelDB', () => {
  it('has the code of its kind', () => {
    const errors = [
      coded('LEVEL_LOCKED', 'IO error: lock /s/LOCK: Resource temporarily unavailable'),
      coded('LEVEL_CORRUPTION', 'Corruption: 1 missing files; e.g.: /s/000005.ldb'),
      coded('LEVEL_IO_ERROR', 'IO error: /s/000005.ldb: No space left on device'),
      coded('LEVEL_IO_ERROR', 'IO error: /s/000005.ldb: Disk quota exceeded'),
      coded('LEVEL_IO_ERROR', 'IO error: /s/LOCK: Read-only file system'),
      coded('LEVEL_IO_ERROR', 'IO error: /s/000005.ldb: No such file or directory'),
      coded('LEVEL_IO_ERROR', 'IO error: /s/000005.ldb: Input/output error'),
      coded('LEVEL_IO_ERROR', 'IO error: /No space left on device/LOCK: Permission denied'),
      new Error('Invalid argument: /s: does not exist (create_if_missing is false)'),
      new Error('Invalid argument: /s: exists (error_if_exists is true)'),
      new Error('Invalid argument: my.order: does not match existing comparator : leveldb.x'),
      new Error('what nobody has seen yet'),
    ];
    const codes = errors.map((error) => levelFault(error, '/s').code);
    expect(codes).toEqual([
      'LOCKED',
      'CORRUPT',
      'NO_SPACE',
      'NO_SPACE',
      'READ_ONLY_DISK',
      'GONE',
      'DISK_FAILED',
      'DISK_FAILED',
      'GONE',
      'TAKEN',
      'CORRUPT',
      'DISK_FAILED',
    ]);
    expect(errors.map((error) => levelFault(failedOpen(error), '/s').code)).toEqual(codes);
  });

  it('is the cause of what is thrown, and named in it', () => {
    const cause = coded('LEVEL_CORRUPTION', 'Corruption: checksum mismatch');
    const fault = levelFault(failedOpen(cause), '/s');
    expect(fault).toEqual(
      new StorageError('CORRUPT', 'the store /s: Corruption: checksum mismatch', { cause }),
    );
    expect(fault.cause).toBe(cause);
  });

  it('without a cause says that the store was closed', () => {
    for (const kind of ['DATABASE', 'ITERATOR', 'BATCH']) {
      const { code, message } = levelFault(coded(`LEVEL_${kind}_NOT_OPEN`, 'not open'), '/s');
      expect([code, message]).toEqual(['GONE', 'the store /s is closed']);
    }
  });

  it('that is one of this floor already stays what it is', () => {
    const error = new StorageError('TAKEN', 'there is a store');
    expect(levelFault(error, '/s')).toBe(error);
  });

  it('may be anything that can be thrown', () => {
    const { code, message } = levelFault('no', '/s');
    expect([code, message]).toEqual(['DISK_FAILED', 'the store /s: no']);
  });
});
