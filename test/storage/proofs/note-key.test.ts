import { describe, expect, it } from 'vitest';
import { isKeyName } from '../../../storage/proofs/note.ts';
import {
  formatNoteKey,
  keyIdOf,
  noteKeyTypes,
  parseNoteKey,
} from '../../../storage/proofs/note-key.ts';
import fc from '../../fast-check.ts';
import { reasonOf } from './rfc6962.ts';

/** Of the specification, of Go, and of the witnesses of transparency.dev. */
const known = [
  'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  'TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6',
  'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2',
];

const refused = (vkey: string): string | undefined =>
  reasonOf(() => parseNoteKey(vkey))?.replace('the vkey is malformed: ', '');

describe('the key of a note', () => {
  it.each(known)('is read and written as others do: %s', (vkey) => {
    const key = parseNoteKey(vkey);
    expect(formatNoteKey(key)).toBe(vkey);
    expect(key).toEqual({
      name: vkey.split('+')[0],
      type: vkey.startsWith('remora') ? noteKeyTypes.cosignature : noteKeyTypes.signature,
      publicKey: expect.any(Uint8Array),
    });
  });

  it('comes back as it was', () => {
    const keys = fc.record({
      name: fc.string({ minLength: 1, unit: 'grapheme' }).filter(isKeyName),
      type: fc.constantFrom(...Object.values(noteKeyTypes)),
      publicKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    });
    fc.assert(
      fc.property(keys, (key) => {
        expect(parseNoteKey(formatNoteKey(key))).toEqual(key);
      }),
    );
  });

  it('has another id under another name, and for another type', () => {
    const key = parseNoteKey(known[0] ?? '');
    const ids = [key, { ...key, name: 'other' }, { ...key, type: noteKeyTypes.cosignature }];
    expect(new Set(ids.map(keyIdOf)).size).toBe(3);
    expect(keyIdOf(key)).toBe(0x530d903a);
  });

  it.each([
    ['', 'its name is none'],
    ['a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', 'its name is none'],
    ['a', 'its id is not 8 hex digits'],
    ['a+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', 'its id is not 8 hex digits'],
    ['a+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', 'its id is not 8 hex digits'],
    ['a+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k=', 'its key is no base64'],
    ['a+530d903a', 'it has no key'],
    ['a+530d903a+Bg==', 'type 6 is not known'],
    ['a+530d903a+AQ==', 'its key has 0 bytes instead of 32'],
    [
      'a+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=',
      'its key has 31 bytes instead of 32',
    ],
    [
      'example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
      'its id is that of another key',
    ],
  ])('is refused: %j', (vkey, reason) => expect(refused(vkey)).toBe(reason));

  it('is refused with any character changed', () => {
    const vkey = known[0] ?? '';
    const changed = [...vkey].map(
      (was, at) => vkey.slice(0, at) + (was === 'b' ? 'c' : 'b') + vkey.slice(at + 1),
    );
    expect(changed.filter((other) => refused(other) === undefined)).toEqual([]);
  });
});
