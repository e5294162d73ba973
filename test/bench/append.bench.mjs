/**
 * How many records a second does the audit log take durably, in groups of 1,024 objects, beside raw
 * LevelDB that is given the same objects as JSON in one durable chained batch a group?
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadHoldfast } from './holdfast.mjs';

const GROUP = 1_024;
const WARM_UP_GROUPS = 30;
const GROUPS = 100;
const GROUPS_PER_TURN = 10;

/** @param {number} index */
const eventOf = (index) => ({
  type: 'order.taken',
  subject: `order-${index}`,
  data: { cents: index % 10_000, sku: 'tea', note: 'x'.repeat(120), at: 1_700_000_000_000 + index },
});

/**
 * @typedef {{ write: (first: number) => Promise<unknown>, end: () => Promise<unknown> }} Taking
 */

/**
 * @param {() => Promise<Taking>} open
 * @returns {import('./sample.mjs').Contender}
 */
const taker = (open) => async (turn) => {
  const { write, end } = await open();
  let index = 0;
  for (let group = 0; group < WARM_UP_GROUPS; group++, index += GROUP) await write(index);
  let tookMs = 0;
  for (let group = 0; group < GROUPS; group++, index += GROUP) {
    if (group % GROUPS_PER_TURN === 0) await turn();
    const beganAtMs = performance.now();
    await write(index);
    tookMs += performance.now() - beganAtMs;
  }
  await end();
  return { perSecond: (GROUPS * GROUP * 1_000) / tookMs };
};

const fresh = () => mkdtempSync(join(tmpdir(), 'holdfast-append-'));

async function holdfast() {
  const { createRuntime } = await loadHoldfast();
  const home = fresh();
  const runtime = await createRuntime({
    dataDir: join(home, 'data'),
    masterKey: { file: join(home, 'key'), create: true },
  });
  return {
    /** @param {number} first */
    write: (first) =>
      Promise.all(
        Array.from({ length: GROUP }, (_, at) => runtime.audit.append(eventOf(first + at))),
      ),
    end: async () => {
      await runtime.shutdown();
      rmSync(home, { recursive: true });
    },
  };
}

async function level() {
  const require = createRequire(new URL('../../package.json', import.meta.url));
  const { Level } = await import(pathToFileURL(require.resolve('level')).href);
  const home = fresh();
  const db = new Level(join(home, 'db'), { compression: false });
  await db.open();
  return {
    /** @param {number} first */
    write: async (first) => {
      const batch = db.batch();
      for (let at = first; at < first + GROUP; at++) {
        batch.put(String(at).padStart(12, '0'), JSON.stringify(eventOf(at)));
      }
      await batch.write({ sync: true });
    },
    end: async () => {
      await db.close();
      rmSync(home, { recursive: true });
    },
  };
}

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'records/s',
  rounds: 3,
  contenders: { holdfast: taker(holdfast), level: taker(level) },
  rivals: {},
  comparisons: [
    {
      variant: 'groups of 1,024, objects in, durable',
      reading: 'perSecond',
      of: 'holdfast',
      beside: 'level',
      baseline: 'raw LevelDB chained batch + JSON.stringify',
      ratioMin: 0.6,
    },
  ],
};
