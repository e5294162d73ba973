import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../runtime/options/read.ts';
import { logOptions } from '../../../runtime/options/witness.ts';
import { formatNoteKey } from '../../../storage/proofs/note-key.ts';
import { logKey } from '../../storage/witness.fixture.ts';
import { refusalOf } from './refusal.ts';

const verifierKey = formatNoteKey(logKey);
const read = (given: unknown) => readOptions(logOptions, 'trust', given);

describe('a log that a witness is told of', () => {
  it('is known by the name of its key, or by one that is given', () => {
    expect([read({ verifierKey }), read({ verifierKey, origin: 'b' })]).toEqual([
      { key: logKey, origin: logKey.name },
      { key: logKey, origin: 'b' },
    ]);
  });

  it.each([
    [undefined, 'TypeError: trust must be an object, got undefined'],
    [
      { verifierKey, origin: '' },
      'RangeError: trust.origin must be a line of 1 to 200 characters, got ""',
    ],
    [
      { verifierKey, origin: 'a\nb' },
      'RangeError: trust.origin must be a line of 1 to 200 characters, got "a\\nb"',
    ],
    [{ verifierKey, name: 'b' }, 'TypeError: trust.name is not an option'],
  ])('is none if it is %j', (given, because) => {
    expect(refusalOf(() => read(given))).toBe(because);
  });
});
