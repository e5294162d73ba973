import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeHead, encodeHead, type Head } from '../../storage/head.ts';
import { verdicts } from '../../storage/verification.ts';
import fc from '../fast-check.ts';
import {
  bytes32,
  cutAndGrown,
  flipped,
  otherStoreId,
  secretOf,
  storeId,
  withByte,
} from './store.fixture.ts';

const key = secretOf(3);

const head: Head = {
  generation: 5,
  size: 2 ** 33 + 1,
  chain: bytes32(7),
  segment: 3,
  isClosed: true,
  found: 'rolledBack',
  keyGeneration: 9,
  wallMs: 1_764_000_000_000,
  openFrom: 2,
};

const count = fc.maxSafeNat();
const heads: fc.Arbitrary<Head> = fc.record({
  generation: count.filter((generation) => generation > 0),
  size: count,
  chain: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  segment: fc.nat(0xffff_ffff),
  isClosed: fc.boolean(),
  found: fc.constantFrom(...verdicts),
  keyGeneration: count,
  wallMs: count,
  openFrom: fc.nat(0xffff_ffff),
});

/** A slot with a MAC that is right for its bytes, whatever they are. */
function signed(slot: Uint8Array): Uint8Array {
  const fields = slot.slice(0, 224);
  const hmac = createHmac('sha256', bytes32(3)).update('head').update(storeId).update(fields);
  return Uint8Array.of(...fields, ...hmac.digest());
}

describe('a head', () => {
  it('is on the disk as FORMAT.md says', () => {
    const bytes = Buffer.alloc(256);
    bytes.write('HFHEAD', 0, 'latin1');
    bytes[7] = 1;
    bytes.writeBigUInt64BE(5n, 8);
    bytes.writeBigUInt64BE(2n ** 33n + 1n, 16);
    bytes.set(bytes32(7), 24);
    bytes.writeUInt32BE(3, 56);
    bytes[60] = 1;
    bytes[61] = 4;
    bytes.writeBigUInt64BE(9n, 64);
    bytes.writeBigUInt64BE(1_764_000_000_000n, 72);
    bytes.writeUInt32BE(2, 80);
    expect(encodeHead(head, key, storeId)).toEqual(signed(bytes));
  });

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(heads, (given) => {
        expect(decodeHead(encodeHead(given, key, storeId), key, storeId)).toEqual(given);
      }),
    );
  });

  it('is refused with any byte changed, cut or added', () => {
    const slot = encodeHead(head, key, storeId);
    const broken = [...flipped(slot), ...cutAndGrown(slot)];
    expect(broken.filter((bytes) => decodeHead(bytes, key, storeId))).toEqual([]);
  });

  it('is refused under another key and in another store', () => {
    const slot = encodeHead(head, key, storeId);
    expect([
      decodeHead(slot, secretOf(4), storeId),
      decodeHead(slot, key, otherStoreId),
      decodeHead(encodeHead(head, key, otherStoreId), key, storeId),
    ]).toEqual([undefined, undefined, undefined]);
  });

  it('is refused, with a MAC that is right, if it is written in another way', () => {
    const slot = encodeHead(head, key, storeId);
    const places = [0, 7, 60, 62, 63, 84, 223];
    const odd = places.map((at) => signed(withByte(slot, at, 2)));
    odd.push(signed(withByte(slot, 61, verdicts.length)));
    const generation = signed(withByte(slot, 15, 0));
    const unsafe = [8, 16, 64, 72].map((at) => signed(withByte(slot, at, 1)));
    expect(decodeHead(signed(slot), key, storeId)).toEqual(head);
    const accepted = [...odd, generation, ...unsafe].filter((it) => decodeHead(it, key, storeId));
    expect(accepted).toEqual([]);
  });

  it('keeps nothing of the bytes it was read from', () => {
    const slot = Buffer.from(encodeHead(head, key, storeId));
    const decoded = decodeHead(slot, key, storeId);
    slot.fill(0);
    expect(decoded).toEqual(head);
  });
});
