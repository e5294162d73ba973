import { filter, firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AnyActorLogic, type AnyActorRef, fromCallback, sendTo, setup } from 'xstate';
import type { Log } from '../../../actors/world.ts';
import type { Fact } from '../../../runtime/facts.ts';
import { createRuntime } from '../../../runtime/runtime.ts';
import { nodeWorld } from '../../../runtime/world/node.ts';
import { strayErrors } from '../process-errors.ts';
import { Hazard, lateSites, machineSites, otherSites } from './hazards.ts';
import { counterMachine } from './stage.ts';

const stray = strayErrors();

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const backoff = { minMs: 0, maxMs: 0, factor: 1 };

/** A runtime on the real world, a sibling that must go on serving, and all facts. */
async function house() {
  const runtime = await createRuntime({ world: nodeWorld({ log: quiet }) });
  const facts: Fact[] = [];
  runtime.events$.subscribe((fact) => facts.push(fact));
  const pool = runtime.supervisor('pool');
  const sibling = pool.start('sibling', counterMachine);
  const next = (wanted: string): Promise<Fact> =>
    firstValueFrom(
      runtime.events$.pipe(filter(({ type, subject }) => `${type} ${subject}` === wanted)),
    );
  const errorsOf = (path: string): unknown[] =>
    facts
      .filter(({ type, subject }) => type === 'actor.failed' && subject === path)
      .map(({ data }) => data.error);
  const counts = (): Promise<unknown> => sibling.ask({ type: 'report' }, { reply: 'reported' });
  return { runtime, pool, facts, next, errorsOf, counts };
}

/** What became of an actor that met a hazard. */
async function meet(hazard: Hazard, logic: AnyActorLogic) {
  const { runtime, pool, next, errorsOf, counts } = await house();
  const back = next('actor.restarted pool/a');
  const child = pool.start('a', logic, { backoff, restart: 'permanent' });
  child.tell({ type: 'strike' });
  await back;
  const sibling = await counts();
  const { inner } = hazard;
  const isBack = child.snapshot() !== undefined;
  const { abandoned } = await runtime.shutdown();
  return {
    errors: errorsOf('pool/a'),
    sibling,
    isBack,
    inner: [inner, hazard.inner],
    abandoned,
    stray: [...stray],
  };
}

const fine = {
  sibling: { type: 'reported', count: 0 },
  isBack: true,
  abandoned: [],
  stray: [],
};

const struck = { name: 'Error', message: expect.stringContaining('struck') };

describe('an error thrown in a machine, by', () => {
  it.each(Object.entries(machineSites))(
    '%s, fails this machine alone, which comes back, with nothing left inside',
    async (_site, logicOf) => {
      const hazard = new Hazard(new Error('struck'));
      expect(await meet(hazard, logicOf(hazard))).toEqual({
        ...fine,
        errors: expect.arrayContaining([struck]),
        inner: [1, 0],
      });
    },
  );
});

describe('an error thrown by', () => {
  it.each(Object.entries({ ...otherSites, ...lateSites }))(
    '%s fails this actor alone, which comes back',
    async (_site, logicOf) => {
      const hazard = new Hazard(new Error('struck'));
      expect(await meet(hazard, logicOf(hazard))).toEqual({
        ...fine,
        errors: [struck],
        inner: [0, 0],
      });
    },
  );
});

function anything(): never {
  throw new Error('do not look');
}

/** Values that a careless look at would make worse. */
const values: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  'a string': () => 'struck',
  'a symbol': () => Symbol('struck'),
  'a proxy that throws': () =>
    new Proxy({}, { get: anything, getPrototypeOf: anything, has: anything, ownKeys: anything }),
  'an object whose getters throw': () =>
    Object.defineProperties({}, { message: { get: anything }, name: { get: anything } }),
  'a frozen object': () => Object.freeze({ struck: true }),
  'an error whose message throws': () =>
    Object.defineProperty(new Error('struck'), 'message', { get: anything }),
  'an error whose stack throws': () =>
    Object.defineProperty(new Error('struck'), 'stack', { get: anything }),
};

const sites = { ...machineSites, ...otherSites, ...lateSites };

describe.each(Object.entries(values))('%s, thrown by', (_value, thrown) => {
  it.each(Object.entries(sites))('%s, does no more than an error', async (_site, logicOf) => {
    const hazard = new Hazard(thrown());
    const { errors, inner, ...rest } = await meet(hazard, logicOf(hazard));
    expect(rest).toEqual(fine);
    expect([inner[1], errors.length > 0]).toEqual([0, true]);
  });
});

describe('a cleanup that throws', () => {
  it('when its actor is restarted or stopped, hurts nobody, and is told', async () => {
    const { runtime, pool, next, errorsOf, counts } = await house();
    let cleanups = 0;
    const untidy = fromCallback(() => () => {
      cleanups += 1;
      throw new Error(`cleanup ${cleanups}`);
    });
    const back = next('actor.restarted pool/a');
    const child = pool.start('a', untidy, { backoff });
    child.restart('try it');
    await back;
    await child.stop();
    expect(errorsOf('pool/a')).toEqual([
      { name: 'Error', message: 'cleanup 1' },
      { name: 'Error', message: 'cleanup 2' },
    ]);
    expect(await counts()).toEqual(fine.sibling);
    expect(await runtime.shutdown()).toEqual({ abandoned: [] });
    expect(stray).toEqual([]);
  });
});

describe('an actor that throws', () => {
  it('is removed if it is temporary, and its sibling serves on', async () => {
    const { runtime, pool, next, counts } = await house();
    const gone = next('actor.stopped pool/a');
    const child = pool.start('a', counterMachine, { restart: 'temporary' });
    child.tell({ type: 'boom' });
    expect((await gone).data).toEqual({ because: 'failed' });
    expect([runtime.find('pool/a'), await counts()]).toEqual([undefined, fine.sibling]);
    await runtime.shutdown();
  });
});

const ACTIVE = { status: 'active', output: undefined, error: undefined } as const;

/** Logic that does what its type forbids. */
function broken(replace: Readonly<Record<string, () => unknown>>): AnyActorLogic {
  const sound: AnyActorLogic = {
    getInitialSnapshot: () => ACTIVE,
    getPersistedSnapshot: () => ACTIVE,
    transition: () => ACTIVE,
  };
  return Object.assign(sound, replace);
}

describe('logic that breaks its contract', () => {
  it.each([
    ['returns no snapshot from a transition', broken({ transition: () => undefined })],
    ['has no initial snapshot', broken({ getInitialSnapshot: () => undefined })],
    ['cannot be persisted', broken({ transition: anything, getPersistedSnapshot: anything })],
  ])('because it %s fails alone, and stops nobody else', async (_how, logic) => {
    const { runtime, pool, next, errorsOf, counts } = await house();
    const gone = next('actor.stopped pool/a');
    const options = { restart: 'transient', restore: 'lastGood', restartsMax: 1, backoff } as const;
    const failing = next('actor.failed pool/a');
    const child = pool.start('a', logic, options);
    child.tell({ type: 'strike' });
    await failing;
    expect(await counts()).toEqual(fine.sibling);
    expect(errorsOf('pool/a').length).toBeGreaterThan(0);
    void child.stop();
    await gone;
    await runtime.shutdown();
    expect(stray).toEqual([]);
  });

  it('in a guard of its drain fails as it stops, and holds nobody up', async () => {
    const { runtime, pool, errorsOf } = await house();
    const guarded = setup({ guards: { anything } }).createMachine({
      initial: 'a',
      states: { a: { on: { 'actor.drain': { guard: 'anything', target: 'b' } } }, b: {} },
    });
    pool.start('a', guarded);
    expect(await runtime.shutdown({ deadlineMs: 2000 })).toEqual({ abandoned: [] });
    expect(errorsOf('pool/a')).toEqual([
      { name: 'Error', message: expect.stringContaining('do not look') },
    ]);
  });
});

describe('a watcher that throws', () => {
  it('at a fact or a change hurts only itself', async () => {
    const { runtime, pool, next, facts, counts } = await house();
    const child = pool.start('a', counterMachine);
    const heard = next('subscriber.failed pool/a');
    runtime.events$.subscribe(anything);
    child.changes$.subscribe(anything);
    child.watch(anything);
    child.tell({ type: 'add' });
    await heard;
    await child.stop();
    expect(await counts()).toEqual(fine.sibling);
    await runtime.shutdown();
    const failed = facts.filter(({ type }) => type === 'subscriber.failed');
    expect(failed.map(({ subject }) => subject ?? '').sort()).toEqual(['', 'pool/a', 'pool/a']);
    expect(failed.map(({ data }) => data)).toEqual(
      Array.from(failed, () => ({ error: { name: 'Error', message: 'do not look' } })),
    );
    expect(stray).toEqual([]);
  });
});

describe('twenty thousand hops', () => {
  it('pass by sendTo between supervised machines, without recursion', async () => {
    const { runtime, pool, next, counts } = await house();
    const ring: AnyActorRef[] = [];
    const hopper = setup({
      types: { events: {} as { type: 'hop'; left: number }, input: {} as number },
    }).createMachine({
      initial: 'hopping',
      context: ({ input }) => ({ at: input }),
      entry: ({ self }) => ring.push(self),
      states: {
        hopping: {
          on: {
            hop: [
              { guard: ({ event }) => event.left === 0, target: 'over' },
              {
                actions: sendTo(
                  ({ context, self }) => ring[(context.at + 1) % ring.length] ?? self,
                  ({ event }) => ({ type: 'hop', left: event.left - 1 }),
                ),
              },
            ],
          },
        },
        over: { type: 'final' },
      },
    });
    const over = next('actor.finished pool/a');
    const [a] = ['a', 'b'].map((id, input) => pool.start(id, hopper, { input }));
    a?.tell({ type: 'hop', left: 20_000 });
    await over;
    expect(await counts()).toEqual(fine.sibling);
    await runtime.shutdown();
  });
});
