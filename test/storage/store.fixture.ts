import { hkdfSync } from 'node:crypto';
import { Secret } from '../../storage/secret.ts';
import { type SessionKeys, sessionKeys } from '../../storage/session.ts';

export const storeId = Uint8Array.from({ length: 16 }, (_, at) => at + 1);
export const otherStoreId = Uint8Array.from({ length: 16 }, (_, at) => at + 2);

/** 32 bytes that differ from seed to seed. */
export const bytes32 = (seed: number): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, at) => (seed * 37 + at) % 256);

export const secretOf = (seed: number): Secret => Secret.of(bytes32(seed));

/** The three keys of a session, straight from FORMAT.md; the segment's key is `bytes32(1)`. */
export function keysByHand(segment: number, session: number, salt: Uint8Array, id = storeId) {
  const place = Buffer.alloc(8);
  place.writeUInt32BE(segment, 0);
  place.writeUInt32BE(session, 4);
  const info = Buffer.concat([Buffer.from('holdfast/v1/session'), id, place]);
  const keys = Buffer.from(hkdfSync('sha256', bytes32(1), salt, info, 96));
  return { block: keys.subarray(0, 32), leaf: keys.subarray(32, 64), mac: keys.subarray(64) };
}

/** The same as the store has them. */
export const keysOf = (segment: number, session: number, id = storeId): SessionKeys =>
  sessionKeys(secretOf(1), id, segment, session, bytes32(9));

/** Copies of `bytes`, each with one bit of one byte flipped; every byte has its turn. */
export const flipped = (bytes: Uint8Array): readonly Uint8Array[] =>
  Array.from(bytes, (_, at) => withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << (at % 8))));

export function withByte(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = byte;
  return copy;
}

/** Each beginning of `bytes`, and `bytes` with a zero more. */
export const cutAndGrown = (bytes: Uint8Array): readonly Uint8Array[] => [
  ...Array.from(bytes, (_, length) => bytes.slice(0, length)),
  Uint8Array.of(...bytes, 0),
];
