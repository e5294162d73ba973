import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concat, hex, text } from '../../storage/bytes.ts';
import {
  decodeIdentity,
  encodeIdentity,
  type Identity,
  isMasterKeyOf,
} from '../../storage/identity.ts';
import fc from '../fast-check.ts';
import { codeOf, everyFlip, secretOf, storeId } from './sealing.ts';

const cost = { memoryKiB: 65_536, passes: 3, lanes: 1 };
const whole = encodeIdentity({ storeId, passphrase: cost }, secretOf(7));

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** With `fields` from byte 24 on, and the hash right. */
function forged(...fields: number[]): Uint8Array {
  const bytes = Uint8Array.from(encodeIdentity({ storeId }, secretOf(7)));
  bytes.set(fields, 24);
  bytes.set(sha256(bytes.subarray(0, 96)), 96);
  return bytes;
}

const codeOfDecoding = (bytes: Uint8Array): string => codeOf(() => decodeIdentity(bytes));

describe('an identity', () => {
  it('is laid out as the format says', () => {
    const fields = `48465354${'4f5245'}01${hex(storeId)}01000000${'00010000'}0000000300000001`;
    const checked = Buffer.concat([Buffer.from(fields, 'hex'), Buffer.alloc(24)]);
    const master = Buffer.alloc(32, 7);
    const key = Buffer.from(hkdfSync('sha256', master, storeId, 'holdfast/v1/check', 32));
    const check = createHmac('sha256', key).update(checked).digest();
    const hash = sha256(Buffer.concat([checked, check]));
    expect(hex(whole)).toBe(hex(Buffer.concat([checked, check, hash])));
  });

  it('is read as it was written', () => {
    const id = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const anyCost = fc.record({
      memoryKiB: fc.integer({ min: 128, max: 2 ** 20 }),
      passes: fc.integer({ min: 1, max: 16 }),
      lanes: fc.integer({ min: 1, max: 16 }),
    });
    fc.assert(
      fc.property(id, fc.option(anyCost), fc.boolean(), (storeId, passphrase, hasLog) => {
        const identity: Identity = {
          storeId,
          ...(passphrase && { passphrase }),
          ...(hasLog && { hasLog }),
        };
        expect(decodeIdentity(encodeIdentity(identity, secretOf(7)))).toEqual(identity);
      }),
    );
  });

  it('knows its master key from any other', () => {
    const known = [7, 8].map((byte) => isMasterKeyOf(whole, secretOf(byte)));
    expect(known).toEqual([true, false]);
  });

  it('is refused whichever byte was flipped', () => {
    const codes = everyFlip(whole).map(codeOfDecoding);
    expect(codes.slice(0, 8)).toEqual([...Array(7).fill('FOREIGN'), 'NEWER_VERSION']);
    expect(new Set(codes.slice(8))).toEqual(new Set(['CORRUPT']));
  });

  it('is refused at every other length', () => {
    const lengths = Array.from({ length: 128 }, (_, length) => whole.subarray(0, length));
    const codes = [...lengths, concat(whole, Uint8Array.of(0))].map(codeOfDecoding);
    expect(new Set(codes)).toEqual(new Set(['CORRUPT']));
  });

  it('that begins as something else is foreign, however short', () => {
    const others = [text('#!'), text('HFSTOR3'), new Uint8Array(128)];
    expect(others.map(codeOfDecoding)).toEqual(['FOREIGN', 'FOREIGN', 'FOREIGN']);
  });

  it('of a newer version may look different behind it', () => {
    expect(codeOfDecoding(concat(text('HFSTORE'), Uint8Array.of(2, 9, 9)))).toBe('NEWER_VERSION');
  });

  it.each([
    ['version 0', Uint8Array.of(), 0],
    ['a kind of key that is unknown', [2]],
    ['a byte that must be zero behind the kind', [0, 0, 1]],
    ['a byte that must be zero at the end', [...Array(39).fill(0), 1]],
    ['a cost of a key', [0, 0, 0, 0, 0, 0, 0, 8]],
    ['no memory', [1, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 1]],
    ['more than 1 GiB', [1, 0, 0, 0, 0, 0x10, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]],
    ['no passes', [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['17 passes', [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 17, 0, 0, 0, 1]],
    ['no lanes', [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]],
    ['17 lanes', [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 17]],
  ])('is refused with %s, though its hash is right', (_, fields, version = 1) => {
    const bytes = forged(...fields);
    bytes[7] = version;
    bytes.set(sha256(bytes.subarray(0, 96)), 96);
    expect(codeOfDecoding(bytes)).toBe('CORRUPT');
  });

  it('is not made of wrong values', () => {
    const make = (identity: Identity) => () => encodeIdentity(identity, secretOf(7));
    expect(make({ storeId: new Uint8Array(15) })).toThrow(
      new RangeError('storeId must have 16 bytes, got 15'),
    );
    expect(make({ storeId, passphrase: { ...cost, passes: 0.5 } })).toThrow(
      new RangeError('passes must be from 1 to 16, got 0.5'),
    );
    expect(make({ storeId, passphrase: { ...cost, memoryKiB: 7 } })).toThrow(
      new RangeError('memoryKiB must be from 8 to 1048576, got 7'),
    );
  });
});
