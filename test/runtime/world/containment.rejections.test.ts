import { AsyncResource } from 'node:async_hooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findFailure } from '../../../runtime/sim/property/failure.ts';
import { type Simulation, simulate } from '../../../runtime/sim/simulate.ts';
import type { Stage } from '../../../runtime/sim/stage.ts';
import { containment, hearRejections } from '../../../runtime/world/containment.ts';
import { strayErrors } from '../process-errors.ts';

const stray = strayErrors();

/** Somebody listens, as test runners do. */
function listen(): readonly unknown[] {
  const heard: unknown[] = [];
  const hear = (error: unknown): void => {
    if (containment.current() === undefined) heard.push(error);
  };
  process.on('unhandledRejection', hear);
  onTestFinished(() => void process.off('unhandledRejection', hear));
  return heard;
}

const floating = (name: string): void => void Promise.reject(new RangeError(name));
const turn = () => new Promise((resolve) => setImmediate(resolve));

const simulation: Simulation<object> = { seed: 1, horizonMs: 100, start: () => ({}) };

const places: readonly [name: string, atMs: number, rest: Partial<Simulation<object>>][] = [
  ['a start', 0, { start: async () => floating('a start') }],
  [
    'a workload',
    5,
    {
      async workload(at) {
        await at.wait(5);
        floating('a workload');
      },
    },
  ],
  ['a task', 7, { workload: (at) => void at.world.clock.after(7, () => floating('a task')) }],
  [
    'an invariant',
    100,
    { invariants: [{ name: 'odd', always: () => void floating('an invariant') }] },
  ],
];

describe.each([
  ['somebody listens for rejections', listen],
  ['nobody does', () => []],
])('if %s, a rejection that nobody awaits', (_, prepare) => {
  it.each(places)('violates the run of %s it was in', async (name, atMs, rest) => {
    prepare();
    const { violations } = await simulate({ ...simulation, ...rest });
    expect(violations[0]).toEqual({ invariant: 'uncaught', atMs, detail: `RangeError: ${name}` });
    expect(stray).toEqual([]);
  });
});

describe('a rejection that nobody awaits', () => {
  it('is found like any other failure, with its scenario', async () => {
    const play = {
      start: () => ({}),
      workload: (at: Stage) => void (at.incarnation > 1 && floating('after a crash')),
    };
    const failure = await findFailure(play, { horizonMs: 5_000, faults: ['process.crash'] });
    expect([failure?.violation, failure?.scenario]).toEqual([
      { invariant: 'uncaught', atMs: 0, detail: 'RangeError: after a crash' },
      {
        ...{ v: 1, seed: 0, horizonMs: 5_000 },
        faults: [{ kind: 'process.crash', atMs: 0, downMs: 0 }],
        sites: 'listed',
      },
    ]);
  });

  it('of a process that is dead is heard of no more', async () => {
    const late: (() => void)[] = [];
    const { violations } = await simulate({
      ...simulation,
      faults: [{ kind: 'process.crash', atMs: 10, downMs: 10 }],
      workload(at) {
        if (at.incarnation === 1) late.push(AsyncResource.bind(() => floating('too late')));
        else for (const tell of late) tell();
      },
    });
    expect([violations, stray]).toEqual([[], []]);
  });

  it('and belongs to no run is left to those who listen, or else to the process', async () => {
    const reject = () =>
      hearRejections(async () => {
        floating('of nobody');
        await turn();
        await turn();
      });
    await reject();
    expect(stray).toEqual([new RangeError('of nobody')]);
    const heard = listen();
    await reject();
    expect([heard.length, stray.length]).toEqual([1, 1]);
    expect(process.listenerCount('unhandledRejection')).toBe(1);
  });
});
