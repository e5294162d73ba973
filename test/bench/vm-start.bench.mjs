/**
 * How long until a microVM has answered its first call: restored from a snapshot, with a clock and
 * chance of its own, beside the same machine booted from the same image; and from a clone that was
 * restored before, and waits, paused.
 *
 * For each level that can be had here, too: a run in a sandbox that is made when it is asked for,
 * and in one that waits in the pool.
 *
 * A boot ends when the agent says that it is there, and gets no call: less than the others do.
 */
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { loadHoldfast } from './holdfast.mjs';

const RUNS = 3;
const MEMORY_BYTES_MAX = 32 * 2 ** 20;
const never = new AbortController().signal;
const root = new URL('../../dist/runtime/world/vm/microvm/', import.meta.url);

/** The parts of the package below its entrance, as built. */
const part = (/** @type {string} */ name) => import(new URL(`${name}.js`, root).href);

/** @typedef {import('../../runtime/world/vm/microvm/driver.ts').MicroVmDriver} Driver */

/**
 * The best of some, of an image that is built for this. The first one is not counted: it makes the
 * snapshot, and has all files read.
 * @param {(driver: Driver) => Promise<number>} start
 * @returns {import('./sample.mjs').Contender}
 */
const startsOf = (start) => async (turn) => {
  const { buildImage, installedSources } = await part('image');
  const { MicroVmDriver } = await part('driver');
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  try {
    await buildImage(directory, await installedSources());
    const driver = new MicroVmDriver(directory);
    await start(driver);
    let bestMs = Number.POSITIVE_INFINITY;
    for (let run = 0; run < RUNS; run++) {
      await turn();
      bestMs = Math.min(bestMs, await start(driver));
    }
    return { startMs: bestMs };
  } finally {
    await rm(directory, { recursive: true });
  }
};

/** Whom a guest speaks to. */
function listener() {
  /** @type {(value?: unknown) => void} */
  let settle = () => {};
  const answered = new Promise((resolve) => {
    settle = resolve;
  });
  /** @type {(value?: unknown) => void} */
  let end = () => {};
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  const ignore = () => {};
  const events = {
    ...{ onPrinted: ignore, onHostCall: ignore, onPong: ignore },
    onOutcome: settle,
    onViolated: settle,
    onExited: end,
  };
  return { events, answered, ended };
}

const CALL = { code: 'input + 1', input: '1', resultBytesMax: 10 };

const restore = startsOf(async (driver) => {
  const { events, answered, ended } = listener();
  const sinceMs = performance.now();
  const vm = await driver.create({ memoryBytesMax: MEMORY_BYTES_MAX }, events, never);
  if ('unavailable' in vm) throw new Error(vm.unavailable);
  vm.call(CALL);
  await answered;
  const ms = performance.now() - sinceMs;
  vm.kill();
  await ended;
  return ms;
});

const paused = startsOf(async (driver) => {
  const { events, answered, ended } = listener();
  const clone = await driver.clone({ memoryBytesMax: MEMORY_BYTES_MAX }, events, never);
  const sinceMs = performance.now();
  const vm = await clone.wake(never);
  vm.call(CALL);
  await answered;
  const ms = performance.now() - sinceMs;
  vm.kill();
  await ended;
  return ms;
});

const boot = startsOf(async (driver) => {
  const { Machine } = await part('machine');
  const { bootArguments } = await part('qemu');
  const { programs, hardware, programMib, image } = await driver.recipe(MEMORY_BYTES_MAX);
  const files = [await open(image.kernel), await open(image.initrd)];
  const fds = files.map(({ fd }) => fd);
  const sinceMs = performance.now();
  const machine = new Machine({ programs, hardware, args: bootArguments(programMib), fds });
  await once(machine.line, 'data');
  const ms = performance.now() - sinceMs;
  machine.kill();
  await machine.ended;
  for (const file of files) await file.close();
  return ms;
});

/**
 * The best of some runs at a level that was proved before, by the public door.
 * @param {import('../../runtime/index.ts').Isolation} isolation
 * @param {number} warmMax
 * @returns {import('./sample.mjs').Contender}
 */
const runsAt = (isolation, warmMax) => async (turn) => {
  const { createRuntime } = await loadHoldfast();
  const imageDir = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  if (isolation === 'microvm') {
    const { buildImage, installedSources } = await part('image');
    await buildImage(imageDir, await installedSources());
  }
  const rt = await createRuntime({ vm: { imageDir, warmMax } });
  const isWaiting = () =>
    rt.sandboxes.levels.some((one) => one.isolation === isolation && one.idle === warmMax);
  let bestMs = Number.POSITIVE_INFINITY;
  for (let run = 0; run <= RUNS; run++) {
    await turn();
    while (run > 0 && !isWaiting()) await setTimeout(10);
    const sinceMs = performance.now();
    await rt.sandboxes.run({ code: '1', isolation, floor: isolation, timeoutMs: 60_000 });
    if (run > 0) bestMs = Math.min(bestMs, performance.now() - sinceMs);
  }
  await rt.shutdown();
  await rm(imageDir, { recursive: true });
  return { startMs: bestMs };
};

const levels = /** @type {const} */ (['isolate', 'process', 'microvm']);

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'ms',
  rounds: 3,
  contenders: {
    ...{ restore, paused, boot },
    ...Object.fromEntries(levels.map((level) => [`${level} cold`, runsAt(level, 0)])),
    ...Object.fromEntries(levels.map((level) => [`${level} warm`, runsAt(level, 1)])),
  },
  rivals: {},
  comparisons: [
    {
      variant: 'restored, first answer',
      reading: 'startMs',
      of: 'restore',
      beside: 'boot',
      baseline: 'cold boot of the same image',
      ratioMax: 0.3,
    },
    {
      variant: 'paused clone, first answer',
      reading: 'startMs',
      of: 'paused',
      beside: 'boot',
      baseline: 'cold boot of the same image',
      ratioMax: 0.1,
    },
    ...levels.map((level) => ({
      variant: `${level}: one that waited`,
      reading: 'startMs',
      of: `${level} warm`,
      beside: `${level} cold`,
      baseline: 'made when asked for',
    })),
  ],
};
