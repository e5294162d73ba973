import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import type { Fact } from '../../runtime/facts.ts';
import type { LogLine } from '../../runtime/sim/log.ts';
import { audited, ended } from '../runtime/audit-stage.ts';
import { type Listening, PeersStage } from '../runtime/peers-stage.ts';

const anybody = { level: 'basic', effect: 'read' } as const;
const token = 'correct.horse.battery.staple';
const TIMES = 120;
/** Of one kind in a minute: the first ten, then every hundredth. */
const LINES_MAX = 11;

interface Shop extends Listening {
  readonly stage: PeersStage;
}

async function opened(): Promise<Shop> {
  const stage = new PeersStage();
  const network = { deny: ['10.66.0.0/16'] };
  return { ...(await stage.listening({ diagnostics: { token }, network })), stage };
}

const times = (work: (n: number) => unknown): Promise<unknown> =>
  Promise.all(Array.from({ length: TIMES }, (_, n) => work(n)));

const unheard = (promise: Promise<unknown>): Promise<unknown> => promise.catch(() => {});

function fail(): never {
  throw new Error('down');
}

/** What goes wrong so often at once, and the line that tells of it. */
const logged: Readonly<Record<string, readonly [string, (shop: Shop) => Promise<unknown>]>> = {
  'a handler that fails': [
    'a handler failed',
    async ({ rt, url, stage }) => {
      rt.peers.handle('fail', anybody, fail);
      const till = await stage.machine();
      const peer = await stage.until(till.rt.peers.connect(url));
      await stage.until(times(() => unheard(peer.request('fail'))));
    },
  ],
  'a listener of sandboxes that fails': [
    'what serves a sandbox failed',
    async ({ rt, stage }) => {
      const box = await stage.until(rt.sandboxes.open());
      await stage.until(times(() => box.call('print x', 1, { onPrinted: fail })));
    },
  ],
  'actors that fail': [
    'an actor failed',
    async ({ rt }) => {
      const machine = setup({ actions: { fail } }).createMachine({ entry: 'fail' });
      const pool = rt.supervisor('pool');
      await times((n) => pool.start(`${n}`, machine, { restart: 'temporary' }));
    },
  ],
  'subscribers that throw': [
    'a subscriber threw and was unsubscribed',
    async ({ rt }) => {
      await times(() => rt.events$.subscribe(fail));
      rt.breaker('psp').isolate('to be heard of');
      // What they threw rxjs throws by timers like this, each before it.
      await setTimeout(1);
    },
  ],
};

const suppressed = ({ fields }: LogLine): number => Number(fields.suppressed ?? 0);

describe('what goes wrong again and again', () => {
  it.each(Object.entries(logged))('is logged a few times, and counted: %s', async (_, row) => {
    const [line, provoke] = row;
    const shop = await opened();
    await provoke(shop);
    await shop.stage.clock.advanceAsync(100);
    const told = shop.log.lines.filter(({ message }) => message === line);
    expect([told.length > 0, told.length <= LINES_MAX, shop.log.lines.length < 20]).toEqual([
      ...[true, true, true],
    ]);
    await shop.stage.until(shop.rt.shutdown({ deadlineMs: 1_000 }));
    const counted = shop.log.lines.filter(
      ({ message, fields }) => message === line || fields.line === line,
    );
    const sum = told.length + counted.reduce((total, each) => total + suppressed(each), 0);
    expect(sum).toBe(TIMES);
  });
});

const sumOf = (facts: readonly Fact[], type: string, of: (data: Fact['data']) => unknown): number =>
  facts.filter((fact) => fact.type === type).reduce((sum, { data }) => sum + Number(of(data)), 0);

const sumOfCounts = ({ counts }: Fact['data']): number =>
  Object.values(Object(counts)).reduce((sum: number, count) => sum + Number(count), 0);

/** What is told in facts: at most so many of them, and how often that says that it was. */
const counted: Readonly<
  Record<string, readonly [number, (facts: readonly Fact[]) => number, (shop: Shop) => unknown]>
> = {
  'tokens that are wrong': [
    1,
    (facts) => sumOf(facts, 'runtime.refused', sumOfCounts),
    ({ rt }) =>
      times((n) =>
        rt.fetch(new Request('http://shop/metrics'), { remoteAddress: `192.0.2.${n % 250}` }),
      ),
  ],
  'strangers that are denied': [
    1,
    (facts) => sumOf(facts, 'peer.refused', sumOfCounts),
    async ({ url, stage }) => {
      const { signal } = new AbortController();
      for (let n = 0; n < TIMES; n++) {
        const host = stage.network.host(`10.66.0.${n % 250}`);
        await stage.until(host.dial(url, { signal }, () => ({}) as never));
      }
    },
  ],
  'guests that crash': [
    105,
    (facts) => sumOf(facts, 'vm.died', () => 1) + sumOf(facts, 'vm.summed', ({ died }) => died),
    async ({ rt, stage }) => {
      const box = await stage.until(rt.sandboxes.open());
      for (let n = 0; n < TIMES; n++) await stage.until(unheard(box.call('crash')));
    },
  ],
};

describe('what strangers and guests repeat', () => {
  it.each(Object.entries(counted))('is told in few facts, and counted: %s', async (_, row) => {
    const [factsMax, count, provoke] = row;
    const shop = await opened();
    const before = shop.facts.length;
    await provoke(shop);
    await shop.stage.clock.advanceAsync(61_000);
    expect(count(shop.facts)).toBe(TIMES);
    expect(shop.facts.length - before).toBeLessThanOrEqual(factsMax);
    expect(shop.log.lines.length).toBeLessThan(5);
  });
});

it('a disk that comes and goes for minutes is told of in few facts, and no line', async () => {
  const { world, runtime, log, clock } = await audited();
  const facts: Fact[] = [];
  runtime.events$.subscribe((fact) => facts.push(fact));
  for (let second = 0; second < 300; second++) {
    world.files.isReadOnly = second % 4 < 2;
    void unheard(log.append({ type: 'order.placed' }));
    await clock.advanceAsync(1_000);
  }
  const types = new Set(facts.map(({ type }) => type));
  expect([types.has('audit.append.failed'), types.has('audit.moved')]).toEqual([true, true]);
  expect(facts.length).toBeLessThanOrEqual(100);
  expect(world.log.lines).toEqual([]);
  world.files.isReadOnly = false;
  await ended(world, runtime);
});
