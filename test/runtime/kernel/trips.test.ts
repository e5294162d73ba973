import { describe, expect, it, vi } from 'vitest';
import { HoldfastError } from '../../../runtime/errors.ts';
import { Kernel } from '../../../runtime/kernel/kernel.ts';
import { Trips } from '../../../runtime/kernel/trips.ts';
import { type ChildOptionsInput, childOptions } from '../../../runtime/options/child.ts';
import { runtimeOptions } from '../../../runtime/options/runtime.ts';
import { supervisorOptions } from '../../../runtime/options/supervisor.ts';
import { simWorld } from '../../../runtime/sim/world.ts';
import { counterMachine, drainingMachine, stage, told } from './stage.ts';

/** Something that can be failed, and what it was failed with. */
function leafAt(path: string, onFailed: () => void = () => {}, isSettled = true) {
  const errors: HoldfastError[] = [];
  const fail = (error: unknown): void => {
    if (error instanceof HoldfastError) errors.push(error);
    onFailed();
  };
  const leaf = { path, fail, isSettled };
  return { leaf, errors };
}

const opened = (error?: unknown) => ({ name: 'psp', openings: 1, error, factId: 'f1' });

describe('the trips of a breaker', () => {
  it('fail all that it guards with why it opened, and nobody else', () => {
    const trips = new Trips();
    const [a, b, other] = [leafAt('pool/a'), leafAt('pool/b'), leafAt('pool/other')];
    trips.add('psp', a.leaf);
    trips.add('psp', b.leaf);
    trips.add('smtp', other.leaf);
    const cause = new Error('down');
    trips.trip(opened(cause));
    const errors = [...a.errors, ...b.errors, ...other.errors];
    expect(
      errors.map((error) => ({ ...error, message: error.message, cause: error.cause })),
    ).toEqual(
      ['pool/a', 'pool/b'].map((path) => ({
        name: 'HoldfastError',
        message: `breaker "psp", which guards ${path}, opened`,
        code: 'BREAKER_OPEN',
        recovery: 'retry',
        retryable: true,
        details: { name: 'psp', path },
        cause,
      })),
    );
  });

  it('leave those alone that it guards no more, and come again for the others', () => {
    const trips = new Trips();
    const [a, b] = [leafAt('a'), leafAt('b')];
    for (const { leaf } of [a, b]) trips.add('psp', leaf);
    trips.trip(opened());
    trips.remove('psp', a.leaf);
    trips.remove('smtp', b.leaf);
    trips.trip(opened());
    trips.remove('psp', b.leaf);
    trips.trip(opened());
    expect([a.errors.length, b.errors.length]).toEqual([1, 2]);
  });

  it('leave those alone that came back just before', () => {
    const trips = new Trips();
    const [young, old] = [leafAt('young', () => {}, false), leafAt('old')];
    for (const { leaf } of [young, old]) trips.add('psp', leaf);
    trips.trip(opened());
    expect([young.errors.length, old.errors.length]).toEqual([0, 1]);
  });

  it('are nothing where nothing is guarded', () => {
    expect(() => new Trips().trip(opened(new Error('down')))).not.toThrow();
  });

  it('leave those alone that only start while others fail', () => {
    const trips = new Trips();
    const late = leafAt('late');
    const first = leafAt('first', () => trips.add('psp', late.leaf));
    trips.add('psp', first.leaf);
    trips.trip(opened());
    expect([first.errors.length, late.errors.length]).toEqual([1, 0]);
  });
});

type GuardedOptions = Pick<ChildOptionsInput, 'restart' | 'backoff' | 'restartOnOpen'>;

const down = (): never => {
  throw new Error('down');
};

/** A pool of counters that hold something of `psp`, and a way to open its breaker. */
async function guarded(...children: readonly GuardedOptions[]) {
  const { runtime, facts, clock } = await stage();
  const pool = runtime.supervisor('pool');
  const handles = children.map((options, index) =>
    pool.start(`child ${index}`, counterMachine, { restartOnOpen: 'psp', ...options }),
  );
  const breaker = runtime.breaker('psp', { window: { kind: 'consecutive', failuresMax: 1 } });
  const events = () =>
    told(facts, 'breaker.opened', 'actor.failed', 'actor.restarted', 'actor.stopped');
  return { pool, handles, breaker, clock, events };
}

describe('an actor that is to restart when a breaker opens', () => {
  it('is restarted, removed or left alone as its policy and its breaker say', async () => {
    const { breaker, clock, events } = await guarded(
      {},
      { restart: 'temporary' },
      { restartOnOpen: 'smtp' },
    );
    await breaker.tryExecute(down);
    clock.advance(1_000);
    expect(events()).toEqual([
      'breaker.opened psp',
      'actor.failed pool/child 0',
      'actor.failed pool/child 1',
      'actor.stopped pool/child 1',
      'actor.restarted pool/child 0',
    ]);
  });

  it('fails again in its next incarnation, when the breaker opens again', async () => {
    const { breaker, clock, events } = await guarded({});
    await breaker.tryExecute(down);
    clock.advance(20_000);
    await breaker.tryExecute(down);
    clock.advance(20_000);
    expect(events()).toEqual([
      'breaker.opened psp',
      'actor.failed pool/child 0',
      'actor.restarted pool/child 0',
      'breaker.opened psp',
      'actor.failed pool/child 0',
      'actor.restarted pool/child 0',
    ]);
  });

  it('never spends its window on a backend that comes and goes', async () => {
    const { breaker, clock, events } = await guarded({});
    for (let flap = 0; flap < 600; flap++) {
      await breaker.tryExecute(down);
      clock.advance(1_000);
      await breaker.tryExecute(() => 7);
    }
    const failures = events().filter((event) => event.startsWith('actor.failed'));
    expect(failures.length).toBeGreaterThan(40);
    expect(failures.every((event) => event === 'actor.failed pool/child 0')).toBe(true);
  });

  it('does not fail while it waits for its restart, or once it has stopped', async () => {
    const backoff = { minMs: 3_600_000, maxMs: 3_600_000 };
    const { handles, breaker, clock, events } = await guarded({ backoff }, {});
    void handles[1]?.stop();
    clock.advance(0);
    await breaker.tryExecute(down);
    clock.advance(1_000);
    await breaker.tryExecute(down);
    expect(events()).toEqual([
      'actor.stopped pool/child 1',
      'breaker.opened psp',
      'actor.failed pool/child 0',
      'breaker.opened psp',
    ]);
  });

  it('is let go of once it has ended', () => {
    const world = simWorld({ seed: 1 });
    const options = supervisorOptions.parse({});
    const kernel = new Kernel(world, runtimeOptions.parse({}), options, () => {});
    const policy = childOptions.parse({ restartOnOpen: 'psp', shutdownMs: 0 });
    const [stopped, left] = ['a', 'b'].map((id) => {
      const leaf = kernel.root.startLeaf(id, counterMachine, policy);
      return { leaf, fail: vi.spyOn(leaf, 'fail') };
    });
    stopped?.leaf.stop(() => {});
    kernel.trips.trip(opened());
    expect([stopped, left].map((child) => child?.fail.mock.calls.length)).toEqual([0, 1]);
  });

  it('may finish what it has while it is drained', async () => {
    const { pool, breaker, clock, events } = await guarded();
    const draining = pool.start('draining', drainingMachine, { restartOnOpen: 'psp' });
    void draining.stop();
    clock.advance(500);
    await breaker.tryExecute(down);
    clock.advance(500);
    expect(events()).toEqual(['breaker.opened psp', 'actor.stopped pool/draining']);
  });
});
