import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { seedsFor } from '../seeds.ts';
import { fuzzHalfOpen, fuzzLive, serveAll } from './fuzz.ts';
import { LoneSide } from './lone-side.ts';

const seeds = seedsFor({ ci: 20, full: 1_000 });

function bytesInUse(): number {
  setFlagsFromString('--expose_gc');
  runInNewContext('gc')();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** As many seeds as there are, after some that warm it up. */
function grown(run: (side: LoneSide, seed: number) => void): number {
  const side = new LoneSide();
  serveAll(side);
  const settle = (): void => side.clock.advance(7_200_000);
  const fuzz = (seed: number): void => {
    try {
      run(side, seed);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  };
  const pending = side.clock.pending;
  for (const seed of [100_001, 100_002, 100_003]) fuzz(seed);
  settle();
  const before = bytesInUse();
  for (const seed of seeds) fuzz(seed);
  settle();
  expect(side.clock.pending).toBe(pending);
  return bytesInUse() - before;
}

it(`${seeds.length * 1_000} frames after the seal end a connection only as the SPEC says`, () => {
  let connections = 0;
  const bytes = grown((side, seed) => {
    connections += fuzzLive(side, seed, 1_000);
  });
  console.log(`${connections} connections, ${bytes} bytes more than before`);
  expect(bytes < 4_000_000).toBe(true);
});

it(`${seeds.length * 100} messages before the seal lead nowhere`, () => {
  const bytes = grown((side, seed) => fuzzHalfOpen(side, seed, 100));
  console.log(`${bytes} bytes more than before`);
  expect(bytes < 4_000_000).toBe(true);
});
