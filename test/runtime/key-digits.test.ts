import { describe, expect, it } from 'vitest';
import { keyOfDigits, lineOfDigits, secretOf } from '../../runtime/key-digits.ts';
import { text } from '../../storage/bytes.ts';
import type { Secret } from '../../storage/secret.ts';

const key = Uint8Array.from({ length: 32 }, (_, at) => at * 8 + (at % 8));
const digits = Buffer.from(key).toString('hex');
const bytesOf = (secret: Secret) => secret.use((lent) => Uint8Array.from(lent));
const message = 'the file /key must hold 64 hex digits';

describe('the digits of a key', () => {
  it('are those of its bytes, of either case', () => {
    for (const each of [digits, digits.toUpperCase()]) {
      expect(bytesOf(keyOfDigits(text(each), 'it'))).toEqual(key);
    }
    expect(Buffer.from(lineOfDigits(key)).toString()).toBe(`${digits}\n`);
  });

  it('are hex, wherever they stand', () => {
    const all = Uint8Array.from({ length: 256 }, (_, code) => code);
    for (const at of [0, 1, 62, 63]) {
      const taken = all.filter((code) => {
        const given = text(digits).fill(code, at, at + 1);
        try {
          return keyOfDigits(given, 'it') !== undefined;
        } catch {
          return false;
        }
      });
      expect(Buffer.from(taken).toString()).toBe('0123456789ABCDEFabcdef');
    }
  });

  it.each([0, 1, 62, 63, 65, 128])('are 64, not %i', (length) => {
    expect(() => keyOfDigits(text('a'.repeat(length)), 'the file /key')).toThrow(message);
  });

  it('are gone once they are read, and so are the bytes that a secret has', () => {
    const given = [text(digits), text('z'.repeat(64)), key.slice()] as const;
    keyOfDigits(given[0], 'it');
    expect(() => keyOfDigits(given[1], 'the file /key')).toThrow(message);
    secretOf(given[2]);
    for (const each of given) expect(each).toEqual(new Uint8Array(each.length));
  });
});
