import { hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { segmentKeyOf, signerSeedOf } from '../../storage/audit-key.ts';
import { concat, hex, u32 } from '../../storage/bytes.ts';
import { secretOf, storeId } from './sealing.ts';

const auditKey = new Uint8Array(32).fill(1);

const byHand = (salt: Uint8Array, info: Uint8Array): string =>
  hex(new Uint8Array(hkdfSync('sha256', auditKey, salt, info, 32)));

describe('of an audit key', () => {
  it('the keys of segments are derived as the format says', () => {
    const info = concat(Buffer.from('holdfast/v1/segment'), storeId, u32(7));
    const wanted = byHand(new Uint8Array(32).fill(2), info);
    expect(segmentKeyOf(secretOf(1), secretOf(2), storeId, 7).use(hex)).toBe(wanted);
  });

  it('the signer is derived as the format says', () => {
    const wanted = byHand(storeId, Buffer.from('holdfast/v1/signer'));
    expect(signerSeedOf(secretOf(1), storeId).use(hex)).toBe(wanted);
  });
});
