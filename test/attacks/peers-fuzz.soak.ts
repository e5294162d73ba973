import { expect, it } from 'vitest';
import { seedsFor } from '../seeds.ts';
import { inUse } from './crowd.ts';
import { fuzzHalfOpen, fuzzLive, serveAll } from './fuzz.ts';
import { LoneSide } from './lone-side.ts';

const seeds = seedsFor({ ci: 20, full: 1_000 });
/** With all the seeds, a few tens of bytes a connection are more. */
const GROWTH_BYTES_MAX = 1_000_000;

/**
 * By how many bytes memory grows with the second half of the seeds. The first half warms it up:
 * what that leaves, code above all, tends to a bound and says nothing of the number.
 */
async function grown(run: (side: LoneSide, seed: number) => void): Promise<number> {
  const side = new LoneSide();
  serveAll(side);
  const pending = side.clock.pending;
  const bytesAfter = async (half: readonly number[]): Promise<number> => {
    for (const seed of half) {
      try {
        run(side, seed);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
    side.clock.advance(7_200_000);
    expect(side.clock.pending).toBe(pending);
    return (await inUse()).bytes;
  };
  const middle = Math.ceil(seeds.length / 2);
  const before = await bytesAfter(seeds.slice(0, middle));
  return (await bytesAfter(seeds.slice(middle))) - before;
}

it(`${seeds.length * 1_000} frames after the seal end a connection as the SPEC says`, async () => {
  let connections = 0;
  const bytes = await grown((side, seed) => {
    connections += fuzzLive(side, seed, 1_000);
  });
  console.log(`${connections} connections, ${bytes} bytes more than half-way`);
  expect(bytes < GROWTH_BYTES_MAX).toBe(true);
});

it(`${seeds.length * 100} messages before the seal lead nowhere`, async () => {
  const bytes = await grown((side, seed) => fuzzHalfOpen(side, seed, 100));
  console.log(`${bytes} bytes more than half-way`);
  expect(bytes < GROWTH_BYTES_MAX).toBe(true);
});
