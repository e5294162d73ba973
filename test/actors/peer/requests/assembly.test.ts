import { expect, it } from 'vitest';
import { Assembly, bytesFor, partOf } from '../../../../actors/peer/requests/assembly.ts';
import fc from '../../../fast-check.ts';
import { bulk } from '../joined.ts';

it('a payload is put together from any parts, and a third more than has come is held', () => {
  const parts = fc.array(fc.nat({ max: 3_000 }), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(parts, (lengths) => {
      const size = lengths.reduce((sum, length) => sum + length, 0);
      const whole = bulk(size);
      let at = lengths[0] ?? 0;
      const first = whole.bytes.slice(0, at);
      const assembly = new Assembly(size, 'bytes', first);
      first.fill(0);
      for (const length of lengths.slice(1)) {
        expect(assembly.heldBytes).toBe(Math.min(size, Math.floor((at * 4) / 3)));
        expect(assembly.payload.bytes.length).toBeLessThanOrEqual(assembly.heldBytes);
        const heldBytes = assembly.heldBytes + assembly.growthFor(length);
        assembly.add(whole.bytes.slice(at, at + length));
        at += length;
        expect([assembly.receivedBytes, assembly.missingBytes]).toEqual([at, size - at]);
        expect(assembly.heldBytes).toBe(heldBytes);
      }
      expect(assembly.payload).toEqual(whole);
      expect(assembly.heldBytes).toBe(size);
    }),
  );
});

it('what may come takes no more than there is for it', () => {
  fc.assert(
    fc.property(fc.nat({ max: 20_000_000 }), (bytes) => {
      expect(bytesFor(partOf(bytes))).toBeLessThanOrEqual(bytes);
    }),
  );
});
