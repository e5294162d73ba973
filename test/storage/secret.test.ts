import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { StorageError } from '../../storage/faults.ts';
import { Secret } from '../../storage/secret.ts';
import fc from '../fast-check.ts';

const bytesOf = (secret: Secret) => secret.use((bytes) => Uint8Array.from(bytes));
const gone = new StorageError('KEY_MISSING', 'the key was wiped');

describe('a secret', () => {
  it('lends the bytes it was made of, and returns what was made of them', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, index) => index);
    const secret = Secret.of(bytes);
    bytes.fill(0);
    expect(secret.use((lent) => [...lent].reduce((sum, byte) => sum + byte))).toBe(496);
  });

  it.each([0, 31, 33])('does not have %d bytes, and says nothing else about them', (length) => {
    const wrong = new RangeError(`a secret must have 32 bytes, got ${length}`);
    expect(() => Secret.of(new Uint8Array(length).fill(0x41))).toThrow(wrong);
  });

  it('equals the one that has the same bytes, and no other', () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(key, fc.nat({ max: 31 }), fc.integer({ min: 0, max: 255 }), (bytes, at, mask) => {
        const other = Uint8Array.from(bytes);
        other[at] = (other[at] ?? 0) ^ mask;
        expect(Secret.of(bytes).equals(Secret.of(other))).toBe(mask === 0);
      }),
    );
  });

  it('shows in no print, no JSON, no text and no field', () => {
    const secret = Secret.of(new Uint8Array(32).fill(0x41));
    const shown = [
      inspect(secret, { showHidden: true, depth: 9 }),
      inspect({ secret }),
      JSON.stringify({ secret }),
      `${secret}`,
      Object.getOwnPropertyNames(secret).join(),
      JSON.stringify({ ...secret }),
    ];
    expect(shown).toEqual([
      '[secret]',
      '{ secret: [secret] }',
      '{"secret":"[secret]"}',
      '[secret]',
      '',
      '{}',
    ]);
  });

  it('once wiped is zeros, is lent no more, and equals nothing', () => {
    const secret = Secret.of(new Uint8Array(32).fill(0x41));
    const kept = secret.use((bytes) => bytes);
    secret.wipe();
    expect(kept).toEqual(new Uint8Array(32));
    expect(() => bytesOf(secret)).toThrow(gone);
    expect(() => secret.equals(Secret.of(new Uint8Array(32)))).toThrow(gone);
    expect(() => Secret.of(new Uint8Array(32)).equals(secret)).toThrow(gone);
  });

  it('is wiped twice as well as once', () => {
    const secret = Secret.of(new Uint8Array(32));
    secret.wipe();
    expect(secret.wipe()).toBeUndefined();
  });
});
