import { describe, expect, it } from 'vitest';
import { findChecked, maskedCrc32c } from '../../../storage/level-raw/crc32c.ts';
import fc from '../../fast-check.ts';

/** As RFC 3720 defines it, one bit after the other. */
function plainCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function unmasked(checksum: number): number {
  const rotated = (checksum - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}

const crcOf = (bytes: Uint8Array): number => unmasked(maskedCrc32c(bytes, 0, bytes.length));

describe('a checksum', () => {
  it('is that of the vectors of RFC 3720', () => {
    expect(crcOf(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crcOf(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crcOf(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crcOf(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e);
    expect(crcOf(new Uint8Array())).toBe(0);
  });

  it('is the plain one for any part of any bytes', () => {
    const cases = fc.record({ bytes: fc.uint8Array({ maxLength: 200 }), skip: fc.nat(40) });
    fc.assert(
      fc.property(cases, ({ bytes, skip }) => {
        const part = bytes.subarray(skip);
        const from = Math.min(skip, bytes.length);
        expect(unmasked(maskedCrc32c(bytes, from, bytes.length))).toBe(plainCrc(part));
        expect(crcOf(part)).toBe(plainCrc(part));
      }),
    );
  });

  it('finds where the bytes end that it was taken of', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, index) => index * 7);
    const stored = maskedCrc32c(bytes, 10, 60);
    const find = (to: number) => findChecked(bytes, 10, to, (checksum) => checksum === stored);
    expect([find(100), find(60), find(59), find(10)]).toEqual([60, 60, undefined, undefined]);
  });
});
