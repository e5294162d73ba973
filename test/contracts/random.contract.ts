import { describe, expect, it } from 'vitest';
import type { Random, RandomStream } from '../../actors/world.ts';

const draws = (stream: RandomStream, count: number): number[] =>
  Array.from({ length: count }, () => stream.draw());

function counts(values: Iterable<number>, buckets: number): number[] {
  const seen = Array.from({ length: buckets }, () => 0);
  for (const value of values) seen[value] = (seen[value] ?? 0) + 1;
  return seen;
}

/** What every source of randomness promises; `source` says in messages how to have it again. */
export function randomContract(name: string, source: string, begin: () => Random): void {
  describe(`${name} (${source})`, () => {
    it('draws fractions of 53 bits, all of them in use', () => {
      const drawn = draws(begin().stream('a'), 2_000).map((draw) => draw * 2 ** 53);
      expect(
        drawn.filter((bits) => !Number.isInteger(bits) || bits < 0 || bits >= 2 ** 53),
      ).toEqual([]);
      const ones = Array.from({ length: 53 }, (_, bit) => {
        const isOne = (bits: number): boolean => (BigInt(bits) >> BigInt(bit)) % 2n === 1n;
        return drawn.filter(isOne).length;
      });
      // The mean is 1,000, the standard deviation 22.
      expect(ones.filter((count) => count < 800 || count > 1_200)).toEqual([]);
    });

    it('draws uniformly', () => {
      const drawn = draws(begin().stream('a'), 10_000).map((draw) => Math.floor(draw * 10));
      // The mean is 1,000, the standard deviation 30.
      expect(counts(drawn, 10).filter((count) => count < 750 || count > 1_250)).toEqual([]);
    });

    it('does not repeat itself, nor one stream another', () => {
      const random = begin();
      const all = ['a', 'b', ''].flatMap((stream) => draws(random.stream(stream), 2_000));
      expect(new Set(all).size).toBe(6_000);
    });

    it.each([0, 1, 31, 65_536])('gives %d bytes', (length) => {
      const bytes = begin().stream('a').bytes(length);
      expect(bytes).toBeInstanceOf(Uint8Array);
      expect(bytes).toHaveLength(length);
    });

    it('gives uniform bytes, and others every time', () => {
      const stream = begin().stream('a');
      const [first, second] = [stream.bytes(65_536), stream.bytes(65_536)];
      // The mean is 256, the standard deviation 16.
      expect(counts(first, 256).filter((count) => count < 120 || count > 400)).toEqual([]);
      const same = first.filter((byte, index) => byte === second[index]).length;
      expect(same < 400, `${same} of 65,536 bytes are the same`).toBe(true);
    });

    it.each([-1, 65_537, 1.5, NaN, Infinity])('refuses to give %d bytes', (length) => {
      const wrong = new RangeError(`length must be a whole number from 0 to 65536, got ${length}`);
      expect(() => begin().stream('a').bytes(length)).toThrow(wrong);
    });
  });
}
