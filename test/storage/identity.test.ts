import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concat, hex, text } from '../../storage/bytes.ts';
import { StorageError } from '../../storage/faults.ts';
import {
  decodeIdentity,
  encodeIdentity,
  type Identity,
  isVouchedFor,
} from '../../storage/identity.ts';
import type { Stretching } from '../../storage/root-key.ts';
import fc from '../fast-check.ts';
import { codeOf, everyFlip, rootKey, secretOf, storeId, wrapOf } from './sealing.ts';

const salt = new Uint8Array(16).fill(6);
const cost = { memoryKiB: 65_536, passes: 3, lanes: 1 };
const wrap = wrapOf(7, { sinceMs: 9, passphrase: { ...cost, salt } });
const whole = encodeIdentity({ storeId, wrap }, rootKey);

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** With `fields` from byte 24 on, and the hash right. */
function forged(...fields: number[]): Uint8Array {
  const bytes = Uint8Array.from(encodeIdentity({ storeId, wrap: wrapOf(7) }, rootKey));
  bytes.set(fields, 24);
  bytes.set(sha256(bytes.subarray(0, 168)), 168);
  return bytes;
}

const codeOfDecoding = (bytes: Uint8Array): string => codeOf(() => decodeIdentity(bytes));

describe('an identity', () => {
  it('is laid out as the format says', () => {
    const fields = `48465354${'4f5245'}02${hex(storeId)}01000000${'00010000'}0000000300000001`;
    const after = `${'06'.repeat(16)}0000000000000009${hex(wrap.sealed)}`;
    const checked = Buffer.from(`${fields}${after}`, 'hex');
    const root = Buffer.alloc(32, 40);
    const key = Buffer.from(hkdfSync('sha256', root, storeId, 'holdfast/v1/check', 32));
    const check = createHmac('sha256', key).update(checked).digest();
    const hash = sha256(Buffer.concat([checked, check]));
    expect(hex(whole)).toBe(hex(Buffer.concat([checked, check, hash])));
  });

  it('is read as it was written', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const anyWrap = fc.record({ sinceMs: fc.maxSafeNat(), sealed: bytes(72) });
    const anyStretching = fc.record({
      memoryKiB: fc.integer({ min: 128, max: 2 ** 20 }),
      passes: fc.integer({ min: 1, max: 16 }),
      lanes: fc.integer({ min: 1, max: 16 }),
      salt: bytes(16),
    });
    const marks = [fc.boolean(), fc.nat(65_535)] as const;
    const any = [bytes(16), anyWrap, fc.option(anyStretching), ...marks] as const;
    fc.assert(
      fc.property(...any, (storeId, { sinceMs, sealed }, passphrase, hasLog, ringGeneration) => {
        const identity: Identity = {
          storeId,
          wrap: { sinceMs, ...(passphrase && { passphrase }), sealed },
          ...(hasLog && { hasLog }),
          ...(ringGeneration > 0 && { ringGeneration }),
        };
        expect(decodeIdentity(encodeIdentity(identity, rootKey))).toEqual(identity);
      }),
    );
  });

  it('knows the root key of its store from any other', () => {
    const known = [40, 7].map((byte) => isVouchedFor(whole, secretOf(byte)));
    expect(known).toEqual([true, false]);
  });

  it('is refused whichever byte was flipped', () => {
    const codes = everyFlip(whole).map(codeOfDecoding);
    expect(codes.slice(0, 8)).toEqual([...Array(7).fill('FOREIGN'), 'NEWER_VERSION']);
    expect(new Set(codes.slice(8))).toEqual(new Set(['CORRUPT']));
  });

  it('is refused at every other length', () => {
    const lengths = Array.from({ length: 200 }, (_, length) => whole.subarray(0, length));
    const codes = [...lengths, concat(whole, Uint8Array.of(0))].map(codeOfDecoding);
    expect(new Set(codes)).toEqual(new Set(['CORRUPT']));
  });

  it('that begins as something else is foreign, however short', () => {
    const others = [text('#!'), text('HFSTOR3'), new Uint8Array(128)];
    expect(others.map(codeOfDecoding)).toEqual(['FOREIGN', 'FOREIGN', 'FOREIGN']);
  });

  it('of a newer version may look different behind it', () => {
    expect(codeOfDecoding(concat(text('HFSTORE'), Uint8Array.of(3, 9, 9)))).toBe('NEWER_VERSION');
  });

  it('of an older version is not called damaged', () => {
    const older = concat(text('HFSTORE'), Uint8Array.of(1), new Uint8Array(120));
    expect(() => decodeIdentity(older)).toThrow(
      new StorageError('OLDER_VERSION', 'the directory has version 1, and only 2 can be read'),
    );
  });

  it.each([
    ['a kind of key that is unknown', [2]],
    ['another mark of a log', [0, 2]],
    ['a cost of a key', [0, 0, 0, 0, 0, 0, 0, 8]],
    ['a salt of a key', [...Array(31).fill(0), 1]],
    ['a time that no clock shows', [...Array(32).fill(0), 1]],
    ['no memory', [1, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 1]],
    ['more than 1 GiB', [1, 0, 0, 0, 0, 0x10, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]],
    ['no passes', [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['17 passes', [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 17, 0, 0, 0, 1]],
    ['no lanes', [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]],
    ['17 lanes', [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 17]],
  ])('is refused with %s, though its hash is right', (_, fields) => {
    expect(codeOfDecoding(forged(...fields))).toBe('CORRUPT');
  });

  it('is not made of wrong values', () => {
    const make = (identity: Identity) => () => encodeIdentity(identity, rootKey);
    const stretchedBy = (stretching: Partial<Stretching>) =>
      make({ storeId, wrap: { ...wrap, passphrase: { ...cost, salt, ...stretching } } });
    expect(make({ storeId: new Uint8Array(15), wrap })).toThrow(
      new RangeError('storeId must have 16 bytes, got 15'),
    );
    expect(stretchedBy({ passes: 0.5 })).toThrow(
      new RangeError('passes must be from 1 to 16, got 0.5'),
    );
    expect(stretchedBy({ memoryKiB: 7 })).toThrow(
      new RangeError('memoryKiB must be from 8 to 1048576, got 7'),
    );
    expect(stretchedBy({ salt: new Uint8Array(17) })).toThrow(
      new RangeError('salt must have 16 bytes, got 17'),
    );
  });
});
