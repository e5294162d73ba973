import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  blockKey,
  decodeSession,
  encodeSession,
  isSessionAuthentic,
  parseStoreKey,
  type Session,
  sessionKey,
  sessionKeys,
} from '../../storage/session.ts';
import fc from '../fast-check.ts';
import {
  bytes32,
  cutAndGrown,
  flipped,
  keysByHand,
  keysOf,
  otherStoreId,
  secretOf,
  storeId,
} from './store.fixture.ts';

const session: Session = {
  session: 2,
  salt: bytes32(9),
  wallMs: 1_764_000_000_000,
  size: 2 ** 32 + 4,
  chain: bytes32(5),
};
const keys = keysOf(7, 2);

function isAccepted(value: Uint8Array, segment = 7, number = 2, id = storeId): boolean {
  const decoded = decodeSession(value, number);
  if (decoded === undefined) return false;
  const itsKeys = sessionKeys(secretOf(1), id, segment, number, decoded.salt);
  return isSessionAuthentic(decoded, segment, itsKeys, id);
}

describe('the keys of a session', () => {
  it('are derived as FORMAT.md says, and differ from each other', () => {
    const { block, leaf, mac } = sessionKeys(secretOf(1), storeId, 7, 2, bytes32(9));
    const lent = [block, leaf, mac].map((secret) => secret.use((it) => Buffer.from(it)));
    const byHand = keysByHand(7, 2, bytes32(9));
    expect(lent).toEqual([byHand.block, byHand.leaf, byHand.mac]);
    expect(new Set(lent.map((it) => it.toString('hex'))).size).toBe(3);
  });

  it('are other ones in another segment, session or store, with another salt or key', () => {
    const all = [
      sessionKeys(secretOf(1), storeId, 7, 2, bytes32(9)),
      sessionKeys(secretOf(2), storeId, 7, 2, bytes32(9)),
      sessionKeys(secretOf(1), otherStoreId, 7, 2, bytes32(9)),
      sessionKeys(secretOf(1), storeId, 2, 2, bytes32(9)),
      sessionKeys(secretOf(1), storeId, 7, 7, bytes32(9)),
      sessionKeys(secretOf(1), storeId, 7, 2, bytes32(8)),
    ].flatMap(({ block, leaf, mac }) => [block, leaf, mac]);
    const lent = all.map((secret) => secret.use((it) => Buffer.from(it).toString('hex')));
    expect(new Set(lent).size).toBe(18);
  });
});

describe('the header of a session', () => {
  it('is on the disk as FORMAT.md says', () => {
    const fields = Buffer.alloc(80);
    fields.set(bytes32(9), 0);
    fields.writeBigUInt64BE(1_764_000_000_000n, 32);
    fields.writeBigUInt64BE(2n ** 32n + 4n, 40);
    fields.set(bytes32(5), 48);
    const mac = createHmac('sha256', keysByHand(7, 2, bytes32(9)).mac)
      .update('session')
      .update(storeId)
      .update(Uint8Array.of(0, 0, 0, 7, 0, 0, 0, 2))
      .update(fields)
      .digest();
    const expected = Uint8Array.of(...fields, ...mac);
    expect(encodeSession(session, 7, keys, storeId)).toEqual(expected);
  });

  it('comes back as it was written', () => {
    const value = Buffer.from(encodeSession(session, 7, keys, storeId));
    const decoded = decodeSession(value, 2);
    const mac = Uint8Array.from(value.subarray(80));
    value.fill(0);
    expect(decoded).toEqual({ ...session, mac });
  });

  it('is refused with any byte changed, cut or added', () => {
    const value = encodeSession(session, 7, keys, storeId);
    const broken = [...flipped(value), ...cutAndGrown(value)];
    expect(isAccepted(value)).toBe(true);
    expect(broken.filter((bytes) => isAccepted(bytes))).toEqual([]);
  });

  it('has one length', () => {
    const value = encodeSession(session, 7, keys, storeId);
    expect(cutAndGrown(value).filter((bytes) => decodeSession(bytes, 2))).toEqual([]);
  });

  it('is refused with any byte changed, also by whoever has the keys already', () => {
    const value = encodeSession(session, 7, keys, storeId);
    const accepted = flipped(value).filter((bytes) => {
      const decoded = decodeSession(bytes, 2);
      return decoded !== undefined && isSessionAuthentic(decoded, 7, keys, storeId);
    });
    expect(accepted).toEqual([]);
  });

  it('is refused in another segment, session or store, even under its own keys', () => {
    const value = encodeSession(session, 7, keys, storeId);
    const moved = [
      isAccepted(value, 8),
      isAccepted(value, 7, 3),
      isAccepted(value, 7, 2, otherStoreId),
    ];
    const header = { ...session, mac: value.slice(80) };
    const own = [
      isSessionAuthentic(header, 8, keys, storeId),
      isSessionAuthentic({ ...header, session: 3 }, 7, keys, storeId),
      isSessionAuthentic(header, 7, keys, otherStoreId),
    ];
    expect([moved, own]).toEqual([
      [false, false, false],
      [false, false, false],
    ]);
  });
});

describe('a key of the store of a segment', () => {
  it('stands for a session or a block', () => {
    expect([sessionKey(258), blockKey(2 ** 40 + 3)]).toEqual([
      Uint8Array.of(0x73, 0, 0, 1, 2),
      Uint8Array.of(0x62, 0, 0, 1, 0, 0, 0, 0, 3),
    ]);
    expect([parseStoreKey(sessionKey(258)), parseStoreKey(blockKey(2 ** 40 + 3))]).toEqual([
      { kind: 'session', number: 258 },
      { kind: 'block', number: 2 ** 40 + 3 },
    ]);
  });

  it('sorts as its number does', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        expect(Buffer.compare(blockKey(a), blockKey(b))).toBe(Math.sign(a - b));
      }),
    );
  });

  it('is not anything else', () => {
    const odd = [
      new Uint8Array(),
      Uint8Array.of(0x73),
      Uint8Array.of(0x73, 0, 0, 0),
      Uint8Array.of(0x73, 0, 0, 0, 0, 0),
      Uint8Array.of(0x62, 0, 0, 0, 0),
      Uint8Array.of(0x62, 0, 0, 0, 0, 0, 0, 0, 0, 0),
      Uint8Array.of(0x62, 0xff, 0, 0, 0, 0, 0, 0, 0),
      Uint8Array.of(0x63, 0, 0, 0, 0, 0, 0, 0, 0),
    ];
    expect(odd.filter((key) => parseStoreKey(key))).toEqual([]);
  });
});
