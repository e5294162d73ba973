import { describe, expect, it } from 'vitest';
import { segmentKeyOf } from '../../storage/audit-key.ts';
import { hex } from '../../storage/bytes.ts';
import { DerivedKeys, missingKey } from '../../storage/derived-keys.ts';
import { KeyArchive } from '../../storage/key-archive.ts';
import { drawn, secretOf, storeId } from './sealing.ts';

const entry = { madeMs: 5, size: 0, publicKey: new Uint8Array(32) };
const archive = new KeyArchive({ key: secretOf(7), storeId }).with(entry, drawn()(24), secretOf(1));

describe('keys that are derived', () => {
  it('are those of their audit key, and gone once they are forgotten', () => {
    const keys = new DerivedKeys(storeId, archive);
    const key = keys.keyOf(3, 1, secretOf(2));
    expect(key?.use(hex)).toBe(segmentKeyOf(secretOf(1), secretOf(2), storeId, 3).use(hex));
    expect(keys.keyOf(3, 1, secretOf(2))).toBe(key);
    keys.forget(3);
    expect(() => key?.use(hex)).toThrow('the key was wiped');
  });

  it('are none where the audit key is lost', () => {
    const keys = new DerivedKeys(storeId, archive);
    expect([keys.keyOf(3, 2, secretOf(2)), missingKey(2), missingKey(0)]).toEqual([
      undefined,
      'audit key 2 is missing',
      'its key is missing',
    ]);
  });
});
