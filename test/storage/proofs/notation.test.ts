import { describe, expect, it } from 'vitest';
import { fromBase64, fromDecimal, textIn, toBase64 } from '../../../storage/proofs/notation.ts';
import fc from '../../fast-check.ts';

describe('base64', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(['AA', 'AA=', 'AB==', 'AA==\n', ' AA==', '-_==', 'AA==AA==', 'A', '=', 'é'])(
    'is written in one way only: %j is none',
    (digits) => expect(fromBase64(digits)).toBeUndefined(),
  );
});

describe('a decimal number', () => {
  it.each([
    ['0', 0],
    ['20852163', 20_852_163],
    ['9007199254740991', 2 ** 53 - 1],
  ])('is read: %s', (digits, n) => expect(fromDecimal(digits)).toBe(n));

  it.each(['', '00', '01', '-1', '+1', '1.0', '1e3', ' 1', '1\n', '0x1', '9007199254740992', '١'])(
    'is written in one way only: %j is none',
    (digits) => expect(fromDecimal(digits)).toBeUndefined(),
  );
});

describe('UTF-8', () => {
  it('is read with all its characters, a byte order mark too', () => {
    expect(textIn(Buffer.from('\ufeff— ü🏠'))).toBe('\ufeff— ü🏠');
  });

  it('is none if a byte is out of place', () => {
    expect([[0xff], [0xc3], [0xed, 0xa0, 0x80]].map((bytes) => textIn(Buffer.from(bytes)))).toEqual(
      [...[undefined, undefined, undefined]],
    );
  });
});
