import { expect, it } from 'vitest';
import { Assembly } from '../../../../actors/peer/requests/assembly.ts';
import fc from '../../../fast-check.ts';
import { bulk } from '../joined.ts';

it('a payload is put together from any parts, and takes at most twice what has come', () => {
  const parts = fc.array(fc.nat({ max: 3_000 }), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(parts, (lengths) => {
      const size = lengths.reduce((sum, length) => sum + length, 0);
      const whole = bulk(size);
      let at = lengths[0] ?? 0;
      const first = whole.bytes.slice(0, at);
      const assembly = new Assembly(size, 'bytes', first);
      first.fill(0);
      expect(assembly.capacity).toBe(Math.min(size, 2 * at));
      for (const length of lengths.slice(1)) {
        const capacity = assembly.capacity + assembly.growthFor(length);
        assembly.add(whole.bytes.slice(at, at + length));
        at += length;
        expect([assembly.receivedBytes, assembly.missingBytes]).toEqual([at, size - at]);
        expect(assembly.capacity).toBe(capacity);
        expect(assembly.capacity).toBeLessThanOrEqual(Math.min(size, 2 * at));
      }
      expect(assembly.payload).toEqual(whole);
      expect(assembly.capacity).toBe(size);
    }),
  );
});
