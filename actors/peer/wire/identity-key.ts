import { hex } from '../../../storage/bytes.ts';

const KEY_BYTES = 32;

/** The y of every point of small order, and of what is one of them modulo 2^255 - 19. */
const smallOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

/**
 * Whether the bytes may be an identity. Under a key of small order anybody can sign: some backends
 * say so, and some do not.
 */
export function isIdentityKey(key: Uint8Array): boolean {
  if (key.length !== KEY_BYTES) return false;
  const y = key.with(KEY_BYTES - 1, (key[KEY_BYTES - 1] ?? 0) & 0x7f);
  return !smallOrder.includes(hex(y));
}
