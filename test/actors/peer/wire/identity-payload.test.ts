import { describe, expect, it } from 'vitest';
import { readIdentity, writeIdentity } from '../../../../actors/peer/wire/identity-payload.ts';
import { concat, hex } from '../../../../storage/bytes.ts';
import fc from '../../../fast-check.ts';
import { unhex } from './backends.ts';

const identity = { publicKey: new Uint8Array(32).fill(7), signature: new Uint8Array(64).fill(9) };
const key = `0a2408011220${'07'.repeat(32)}`;
const signature = `1240${'09'.repeat(64)}`;
const extensions = `2203${'aaaaaa'}`;

describe('an identity payload', () => {
  it('is laid out as libp2p does', () => {
    expect(hex(writeIdentity(identity))).toBe(key + signature);
  });

  it.each([
    ['as it is written', key + signature],
    ['in another order', signature + key],
    ['with extensions, which say nothing', key + signature + extensions],
    ['with many of them', `${key + signature}228101${'00'.repeat(129)}`],
  ])('is read %s', (_, digits) => {
    expect(readIdentity(unhex(digits))).toEqual(identity);
  });

  it.each([
    ['nothing', ''],
    ['no signature', key],
    ['no key', signature],
    ['a key twice', key + key + signature],
    ['a signature twice', key + signature + signature],
    ['extensions twice', key + signature + extensions + extensions],
    ['an unknown field', `${key + signature}1a0100`],
    ['a field that is a number', `${key + signature}1001`],
    ['a key of another kind', `${key.replace('0801', '0802')}${signature}`],
    ['a key cut', `0a2308011220${'07'.repeat(31)}${signature}`],
    ['a signature cut', `${key}123f${'09'.repeat(63)}`],
    ['a length beyond the end', `${key + signature}2204aaaaaa`],
    ['a length that is missing', `${key + signature}22`],
    ['a length that is cut', `${key + signature}2281`],
    ['a length longer than it need be', `${key + signature}228300aaaaaa`],
    ['a length of three bytes', `${key + signature}22818001${'00'.repeat(129)}`],
    ['more than 4,352 bytes', `${key + signature}229621${'00'.repeat(4_246)}`],
  ])('is none with %s', (_, digits) => {
    expect(readIdentity(unhex(digits))).toBeUndefined();
  });

  it('may have 4,352 bytes', () => {
    const longest = unhex(`${key + signature}229521${'00'.repeat(4_245)}`);
    expect([longest.length, readIdentity(longest)]).toEqual([4_352, identity]);
  });

  it('has the records of the identity in field 15 of its extensions', () => {
    const [short, long] = [100, 4_048].map((length) => new Uint8Array(length).fill(5));
    const written = writeIdentity({ ...identity, chain: short });
    expect(hex(written)).toBe(`${key + signature}22667a64${'05'.repeat(100)}`);
    expect(
      [short, long].map((chain) => readIdentity(writeIdentity({ ...identity, chain }))),
    ).toEqual([short, long].map((chain) => ({ ...identity, chain })));
  });

  it.each([
    ['after others, as those of libp2p', '220812020a0b7a02aabb', 'aabb'],
    ['the first of them, if there are two', '22067a01aa7a01bb', 'aa'],
    ['and none that is cut', '22037a02aa', undefined],
    ['and none after what cannot be read', '22050a05007a00', undefined],
  ])('has records %s', (_, given, chain) => {
    const read = readIdentity(unhex(key + signature + given));
    expect([read?.publicKey, read?.chain && hex(read.chain)]).toEqual([identity.publicKey, chain]);
  });

  it('is any bytes or none, and never an exception', () => {
    const bytes = fc.uint8Array({ maxLength: 64 });
    const look = (given: Uint8Array) =>
      expect([undefined, identity]).toContainEqual(readIdentity(given));
    fc.assert(
      fc.property(bytes, bytes, (before, after) => {
        look(before);
        look(concat(before, writeIdentity(identity), after));
      }),
      { numRuns: 3000 },
    );
  });
});
