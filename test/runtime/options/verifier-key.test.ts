import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../runtime/options/read.ts';
import { verifierKey } from '../../../runtime/options/verifier-key.ts';
import { formatNoteKey, noteKeyTypes } from '../../../storage/proofs/note-key.ts';
import { cosignerKey, logKey } from '../../storage/witness.fixture.ts';
import { refusalOf } from './refusal.ts';

const read = (given: unknown) => readOptions(verifierKey(noteKeyTypes.signature), 'key', given);

describe('a verifier key', () => {
  it('is read', () => {
    expect(read(formatNoteKey(logKey))).toEqual(logKey);
  });

  it.each([
    [5, 'TypeError: key must be a verifier key of at most 1024 characters, got 5'],
    [
      'a',
      'RangeError: key must be a verifier key, but the vkey is malformed: ' +
        'its id is not 8 hex digits, got "a"',
    ],
    [
      formatNoteKey(cosignerKey),
      'RangeError: key must be a verifier key, but its type is 4 instead of 1, ' +
        'got "witness.[secret]"',
    ],
    [
      'a'.repeat(1_025),
      'RangeError: key must be a verifier key of at most 1024 characters, got "[secret]"',
    ],
  ])('is none if it is %.40s', (given, because) => {
    expect(refusalOf(() => read(given))).toBe(because);
  });
});
