import { describe, expect, it } from 'vitest';
import { counterMachine, stage, told } from './kernel/stage.ts';

describe('a supervisor', () => {
  it('knows its place', async () => {
    const { runtime } = await stage();
    const pool = runtime.supervisor('outer').supervisor('pool');
    expect([pool.id, pool.path]).toEqual(['pool', 'outer/pool']);
  });

  it.each([
    ['logic', (start: Start) => start('a', undefined), 'logic must be XState actor logic'],
    ['an id', (start: Start) => start('a/b', counterMachine), 'id must be a string'],
    [
      'an option',
      (start: Start) => start('a', counterMachine, { x: 1 }),
      'start.x is not an option',
    ],
  ])('refuses %s that is none, and starts nothing', async (_what, call, refused) => {
    const { runtime } = await stage();
    const pool = runtime.supervisor('pool');
    expect(() => call((pool.start as Start).bind(pool))).toThrow(refused);
    expect(runtime.find('pool/a')).toBeUndefined();
  });

  it('refuses options that are none, for one below it too', async () => {
    const { runtime } = await stage();
    const pool = runtime.supervisor('pool');
    expect(() => pool.supervisor('a', { windowMs: Number.NaN })).toThrow(
      new RangeError('supervisor.windowMs must be a number from 1 to 86400000, got NaN'),
    );
    expect(() => pool.supervisor('')).toThrow(RangeError);
  });

  it('stops what is below it, last started first, and takes nothing new meanwhile', async () => {
    const { runtime, clock, facts } = await stage();
    const pool = runtime.supervisor('pool');
    const inner = pool.supervisor('inner');
    for (const id of ['a', 'b']) inner.start(id, counterMachine);
    const stopped = Promise.all([pool.stop(), pool.stop()]);
    await clock.advanceAsync(0);
    await stopped;
    expect(told(facts, 'actor.stopped')).toEqual([
      'actor.stopped pool/inner/b',
      'actor.stopped pool/inner/a',
      'actor.stopped pool/inner',
      'actor.stopped pool',
    ]);
    expect(() => inner.start('c', counterMachine)).toThrow(
      expect.objectContaining({ code: 'ACTOR_DEAD', message: 'pool/inner is stopping or stopped' }),
    );
  });

  it('stands at most 64 levels deep', async () => {
    const { runtime } = await stage();
    let deepest = runtime.supervisor('s');
    for (let level = 1; level < 64; level++) deepest = deepest.supervisor('s');
    expect(() => deepest.supervisor('s')).toThrow('id must be at most 64 levels deep');
    expect(() => deepest.start('a', counterMachine)).toThrow('id must be at most 64 levels deep');
  });
});

type Start = (id: string, logic: unknown, options?: unknown) => unknown;
