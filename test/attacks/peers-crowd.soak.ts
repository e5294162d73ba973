import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { Fact } from '../../runtime/facts.ts';
import { createRuntime } from '../../runtime/runtime.ts';
import { buildPackage } from '../package.ts';
import { Kept } from './arena.ts';
import { Diallers, inUse, keepHere, percentile, startDecoy } from './crowd.ts';

const isWhole = process.env.HOLDFAST_SOAK !== 'ci' && process.env.HOLDFAST_SEEDS === undefined;
const honestProcesses = isWhole ? 3 : 1;
const honestEach = isWhole ? 300 : 45;
const hostileCount = isWhole ? 100 : 7;
const rounds = isWhole ? 3 : 1;
const roundMs = isWhole ? 10_000 : 1_500;
/** Of each process. */
const everyMs = 10;

const anybody = { level: 'basic', effect: 'read' } as const;

/** Awaits what is bound to happen, or gives up. */
async function until(isSo: () => boolean, withinMs: number): Promise<void> {
  for (let passedMs = 0; !isSo() && passedMs < withinMs; passedMs += 100) await sleep(100);
}

async function crowded() {
  const rt = await createRuntime({ name: 'crowded', network: { exempt: [] } });
  onTestFinished(async () => void (await rt.shutdown({ deadlineMs: 5_000 })));
  const facts = new Map<string, number>();
  rt.events$.subscribe(({ type }: Fact) => void facts.set(type, (facts.get(type) ?? 0) + 1));
  rt.peers.handle('echo', anybody, () => 'here');
  rt.peers.handle('watch', anybody, async function* () {
    for (;;) yield new Uint8Array(10_000);
  });
  const { url } = await rt.peers.listen();
  const start = async (first: number, count: number, attacked?: string): Promise<Diallers> => {
    const diallers = await Diallers.start(attacked ?? url, first, count, attacked !== undefined);
    onTestFinished(() => diallers.kill());
    return diallers;
  };
  return { url, facts, start };
}

const count = honestProcesses * honestEach + hostileCount;

it(`${count} peers, a tenth of them hostile: the others are served, and none is left`, async () => {
  buildPackage();
  const kept = new Kept();
  const { url, facts, start } = await crowded();
  const honest: Diallers[] = [];
  for (let nth = 0; nth < honestProcesses; nth++) {
    honest.push(await start(nth * honestEach, honestEach));
  }
  const hostile = await start(2_000, hostileCount, url);
  const decoy = await startDecoy();
  onTestFinished(decoy.kill);
  const astray = await start(2_000, hostileCount, decoy.url);
  keepHere();
  const before = await inUse();
  const live = await Promise.all(honest.map((each) => each.connect()));
  const all = honestProcesses * honestEach;
  expect(live.reduce((sum, each) => sum + each, 0)).toBe(all);
  const idle = await inUse();
  console.log(
    `per idle peer: ${Math.round((idle.bytes - before.bytes) / all)} bytes of heap, ` +
      `${Math.round((idle.residentBytes - before.residentBytes) / all)} resident`,
  );
  const load = async (): Promise<number[]> => {
    const loaded = await Promise.all(honest.map((each) => each.load(roundMs, everyMs)));
    expect(loaded.map(({ lost }) => lost)).toEqual(honest.map(() => 0));
    return loaded.flatMap(({ latenciesMs }) => latenciesMs);
  };
  const [calm, beside, attacked]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    calm.push(...(await load()));
    await astray.say('attack');
    beside.push(...(await load()));
    await astray.say('rest');
    await hostile.say('attack');
    attacked.push(...(await load()));
    await hostile.say('rest');
    await until(() => kept.all().peers === all, 10_000);
  }
  for (const [what, latencies] of [
    ['nobody attacks', calm],
    ['another is attacked on this machine', beside],
    ['attacked', attacked],
  ] as const) {
    const [p50, p99] = [50, 99].map((of) => percentile(latencies, of).toFixed(1));
    console.log(`${what}: ${latencies.length} requests, p50 ${p50} ms, p99 ${p99} ms`);
  }
  console.log(facts, kept.all());
  await Promise.all([...honest, hostile, astray].map((each) => each.leave()));
  decoy.kill();
  const isQuiet = (): boolean => kept.all().peers === 0 && kept.halfOpen === 0;
  await until(isQuiet, 30_000);
  expect(kept.all()).toMatchObject({ accounts: 0, heldBytes: 0, peers: 0, halfOpen: 0 });
  if (isWhole) await until(() => kept.all().buckets === 0, 60_000);
  const after = await inUse();
  console.log(`${Math.round((after.bytes - before.bytes) / 1e6)} MB more than before`);
  // Six processes less, each with a channel to it.
  expect(after.descriptors <= before.descriptors).toBe(true);
  if (!isWhole) return;
  expect(kept.all().buckets).toBe(0);
  // What an attack does to us, and not what so many processes do to the cores that all share.
  expect(percentile(attacked, 99) / percentile(beside, 99) <= 2).toBe(true);
});
