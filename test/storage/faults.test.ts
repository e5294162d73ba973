import { expect, it } from 'vitest';
import { StorageError, storageCodes } from '../../storage/faults.ts';

it('a fault of storage has a code, says what happened, and keeps what caused it', () => {
  const cause = new Error('ENOSPC');
  const { name, code, message, cause: kept } = new StorageError('NO_SPACE', 'no room', { cause });
  expect({ name, code, message, kept }).toEqual({
    name: 'StorageError',
    code: 'NO_SPACE',
    message: 'no room',
    kept: cause,
  });
});

it('every code of storage has a meaning of its own', () => {
  const meanings = Object.values(storageCodes);
  expect(new Set(meanings).size).toBe(meanings.length);
});
