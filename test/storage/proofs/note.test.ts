import { describe, expect, it } from 'vitest';
import { formatNote, isKeyName, type Note, parseNote } from '../../../storage/proofs/note.ts';
import fc from '../../fast-check.ts';
import { reasonOf } from './rfc6962.ts';

/** The example of the specification. */
const example =
  'This is an example message.\n\n— example.com/foo ' +
  'Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';

const line = '— a AAAAAQI=\n';

const refused = (bytes: string | Uint8Array): string | undefined =>
  reasonOf(() => parseNote(Buffer.from(bytes)))?.replace('the note is malformed: ', '');

const names = fc.string({ minLength: 1 }).filter(isKeyName);

const notes: fc.Arbitrary<Note> = fc.record({
  text: fc
    .array(fc.string({ unit: 'grapheme' }).filter((part) => !/\p{Cc}/u.test(part)))
    .map((lines) => `${lines.join('\n')}\n`),
  signatures: fc.array(
    fc.record({
      name: names,
      keyId: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      signature: fc.uint8Array({ minLength: 1, maxLength: 200 }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

describe('a signed note', () => {
  it('is read as in the example of its specification', () => {
    const note = parseNote(Buffer.from(example));
    expect(note).toEqual({
      text: 'This is an example message.\n',
      signatures: [
        { name: 'example.com/foo', keyId: 0x530d903a, signature: expect.any(Uint8Array) },
      ],
    });
    expect(note.signatures[0]?.signature).toHaveLength(64);
    expect(Buffer.from(formatNote(note)).toString()).toBe(example);
  });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(notes, (note) => {
        expect(parseNote(formatNote(note))).toEqual(note);
      }),
    );
  });

  it('is split at its last empty line', () => {
    expect(parseNote(Buffer.from(`a\n\n— b AAAAAQI=\n\n${line}`)).text).toBe('a\n\n— b AAAAAQI=\n');
  });

  it.each([
    ['nothing', '', 'no empty line comes before its signatures'],
    ['no empty line', `text\n${line}`, 'no empty line comes before its signatures'],
    ['no signature', 'text\n\n', 'signature 1 is not a dash, a name and base64'],
    ['no line feed at its end', `text\n\n${line.slice(0, -1)}`, 'its last line has no line feed'],
    ['a tab', `te\txt\n\n${line}`, 'it has a control character'],
    ['a carriage return', `text\r\n\r\n${line}`, 'it has a control character'],
    ['a zero in a name', `text\n\n— a\0 AAAAAQI=\n`, 'it has a control character'],
    [
      'a hyphen for the dash',
      'text\n\n- a AAAAAQI=\n',
      'signature 1 is not a dash, a name and base64',
    ],
    ['no name', 'text\n\n— AAAAAQI=\n', 'signature 1 is not a dash, a name and base64'],
    ['an empty name', 'text\n\n—  AAAAAQI=\n', 'signature 1 is not a dash, a name and base64'],
    [
      'a plus in a name',
      'text\n\n— a+b AAAAAQI=\n',
      'signature 1 is not a dash, a name and base64',
    ],
    [
      'a wide space in a name',
      'text\n\n— a\u3000b AAAAAQI=\n',
      'signature 1 is not a dash, a name and base64',
    ],
    [
      'a next line in a name',
      'text\n\n— a\u0085b AAAAAQI=\n',
      'signature 1 is not a dash, a name and base64',
    ],
    [
      'words after a signature',
      `text\n\n${line}— a AAAAAQI= b\n`,
      'signature 2 is not a dash, a name and base64',
    ],
    ['base64 without its end', 'text\n\n— a AAAAAQI\n', 'signature 1 is no base64'],
    ['base64 with a stray bit', 'text\n\n— a AAAAAQJ=\n', 'signature 1 is no base64'],
    ['a key id alone', `text\n\n— a AAAAAQ==\n`, 'signature 1 is too short'],
    ['101 signatures', `text\n\n${line.repeat(101)}`, 'it has 101 signatures of at most 100'],
  ])('is refused with %s', (_, note, reason) => {
    expect(refused(note)).toBe(reason);
  });

  it('is refused if it is no UTF-8, or has more than 1,000,000 bytes', () => {
    expect(refused(Buffer.from([0xff, 0x0a, 0x0a, ...Buffer.from(line)]))).toBe('it is no UTF-8');
    const longest = `${'x'.repeat(1_000_000 - line.length - 4)}\n\n${line}`;
    expect(Buffer.byteLength(longest)).toBe(1_000_000);
    expect([refused(longest), refused(`x${longest}`)]).toEqual([
      undefined,
      'it has 1000001 bytes of at most 1000000',
    ]);
  });

  it('takes 100 signatures, of keys that nobody knows', () => {
    expect(parseNote(Buffer.from(`text\n\n${line.repeat(100)}`)).signatures).toHaveLength(100);
  });

  it.each(['text', '', 'a\tb\n', 'a\r\n', '\ud800\n'])('is not made of the text %j', (text) => {
    const { signatures } = parseNote(Buffer.from(example));
    expect(() => formatNote({ text, signatures })).toThrow(
      new TypeError('text must be lines without control characters, each with a line feed'),
    );
  });

  it('is not made beyond its limits', () => {
    const { text, signatures } = parseNote(Buffer.from(example));
    const [one] = signatures;
    const named = signatures.map((signature) => ({ ...signature, name: 'a b' }));
    expect(() => formatNote({ text, signatures: named })).toThrow(
      new TypeError('name must be without white space and plus, and not empty'),
    );
    expect(() => formatNote({ text, signatures: [] })).toThrow(
      new RangeError('signatures must be 1 to 100, got 0'),
    );
    expect(() => formatNote({ text, signatures: Array(101).fill(one) })).toThrow(
      new RangeError('signatures must be 1 to 100, got 101'),
    );
    expect(() => formatNote({ text: `${'x'.repeat(1_000_000)}\n`, signatures })).toThrow(
      new RangeError('note must have at most 1000000 bytes, got 1000115'),
    );
  });
});
