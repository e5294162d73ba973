import { hkdfSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { hkdf } from '../../storage/hkdf.ts';
import fc from '../fast-check.ts';

it('a derivation by hand is that of Node, whatever it is made of, at any length', () => {
  const bytes = fc.uint8Array({ maxLength: 99 });
  const length = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(bytes, bytes, bytes, length, (secret, salt, info, count) => {
      const expected = new Uint8Array(hkdfSync('sha256', secret, salt, info, count));
      expect(hkdf(secret, salt, info, count)).toStrictEqual(expected);
    }),
  );
});
