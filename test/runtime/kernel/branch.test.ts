import { describe, expect, it, vi } from 'vitest';
import { fromCallback } from 'xstate';
import { counterMachine, drainingMachine, stage, told } from './stage.ts';

const steady = { minMs: 100, maxMs: 100, factor: 1 };

/** An actor that notes in `life` when it begins and when it is gone. */
const noting = (life: string[], id: string) =>
  fromCallback(() => {
    life.push(`${id} up`);
    return () => life.push(`${id} down`);
  });

describe('supervisor', () => {
  it('restarts a failed child alone under oneForOne, and not before its backoff', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool');
    const [a, b] = ['a', 'b'].map((id) => pool.start(id, counterMachine, { backoff: steady }));
    b?.tell({ type: 'add' });
    a?.tell({ type: 'boom' });
    clock.advance(0);
    const decided = facts.find(({ type }) => type === 'supervisor.decided');
    const delayMs = Number(decided?.data.delayMs);
    expect(delayMs).toBeGreaterThan(0);
    clock.advance(delayMs - 1);
    expect(a?.snapshot()).toBeUndefined();
    clock.advance(1);
    expect(a?.snapshot()?.context).toEqual({ count: 0 });
    expect(b?.snapshot()?.context).toEqual({ count: 1 });
    expect(told(facts)).toEqual([
      'supervisor.started pool',
      'actor.started pool/a',
      'actor.started pool/b',
      'actor.failed pool/a',
      'mailbox.dropped',
      'actor.quarantined pool/a',
      'supervisor.decided pool/a',
      'actor.restarted pool/a',
    ]);
  });

  it('names the failure as cause of its decision, and that as cause of the restart', async () => {
    const { runtime, facts, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    child.tell({ type: 'boom' });
    clock.advance(1000);
    const [failed, decided, restarted] = [
      'actor.failed',
      'supervisor.decided',
      'actor.restarted',
    ].map((wanted) => facts.find(({ type }) => type === wanted));
    expect([decided?.causationid, restarted?.causationid]).toEqual([failed?.id, decided?.id]);
    expect(failed?.data).toEqual({ incarnation: 1, error: { name: 'Error', message: 'boom' } });
  });

  it('brings those started later back in start order under restForOne', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool', { strategy: 'restForOne' });
    for (const id of ['db', 'cache', 'http', 'ui']) pool.start(id, counterMachine);
    for (const id of ['db', 'http']) runtime.find(`pool/${id}`)?.tell({ type: 'add' });
    clock.advance(0);
    runtime.find('pool/cache')?.tell({ type: 'boom' });
    clock.advance(1000);
    expect(told(facts, 'actor.restarted')).toEqual([
      'actor.restarted pool/cache',
      'actor.restarted pool/http',
      'actor.restarted pool/ui',
    ]);
    const counts = ['db', 'http'].map((id) => runtime.find(`pool/${id}`)?.snapshot()?.context);
    expect(counts).toEqual([{ count: 1 }, { count: 0 }]);
  });

  it('restarts everybody under oneForAll, and keeps what was queued for them', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool', { strategy: 'oneForAll' });
    const [a, b] = ['a', 'b'].map((id) => pool.start(id, counterMachine));
    a?.tell({ type: 'boom' });
    clock.advance(0);
    expect(b?.snapshot()).toBeUndefined();
    expect(b?.tell({ type: 'add' })).toBe('accepted');
    clock.advance(1000);
    expect(told(facts, 'actor.restarted')).toEqual([
      'actor.restarted pool/a',
      'actor.restarted pool/b',
    ]);
    expect(b?.snapshot()?.context).toEqual({ count: 1 });
  });

  it('takes a group down last started first, and brings it back first started first', async () => {
    const { runtime, clock } = await stage();
    const pool = runtime.supervisor('pool', { strategy: 'oneForAll' });
    const life: string[] = [];
    for (const id of ['db', 'cache', 'http']) pool.start(id, noting(life, id));
    pool.start('failing', counterMachine).tell({ type: 'boom' });
    clock.advance(1000);
    expect(life.slice(3)).toEqual([
      ...['http down', 'cache down', 'db down'],
      ...['db up', 'cache up', 'http up'],
    ]);
  });

  it('answers failures that come together with one decision', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool', { strategy: 'oneForAll' });
    let falseStarts = 2;
    const flaky = fromCallback(() => {
      if (falseStarts-- > 0) throw new Error('false start');
    });
    for (const id of ['a', 'b']) pool.start(id, flaky);
    clock.advance(1000);
    expect(told(facts).slice(1)).toEqual([
      'actor.failed pool/a',
      'actor.failed pool/b',
      'supervisor.decided pool/a',
      'actor.restarted pool/a',
      'actor.restarted pool/b',
    ]);
  });

  it('does not bring back by an older decision what a later one lets wait longer', async () => {
    const { runtime, facts, clock, world } = await stage();
    vi.spyOn(world.random.stream('supervision'), 'draw').mockReturnValue(0.5);
    const pool = runtime.supervisor('pool', { strategy: 'restForOne' });
    const a = pool.start('a', counterMachine, { backoff: steady });
    const slow = { minMs: 2000, maxMs: 2000, factor: 1 };
    const b = pool.start('b', counterMachine, { backoff: slow });
    a.tell({ type: 'boom' });
    clock.advance(0);
    b.restart('now, please');
    b.tell({ type: 'boom' });
    clock.advance(999);
    expect([a.snapshot()?.context, b.snapshot()?.context]).toEqual([{ count: 0 }, undefined]);
    clock.advance(1);
    expect(told(facts, 'actor.restarted')).toEqual([
      'actor.restarted pool/b',
      'actor.restarted pool/a',
      'actor.restarted pool/b',
    ]);
  });
});

describe('restart types', () => {
  it('restarts a permanent child also when it finished', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool');
    pool.start('a', counterMachine, { restart: 'permanent' }).tell({ type: 'finish' });
    clock.advance(1000);
    expect(told(facts, 'actor.finished', 'actor.restarted')).toEqual([
      'actor.finished pool/a',
      'actor.restarted pool/a',
    ]);
  });

  it('lets a transient child that finished go, and forgets its id', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool');
    pool.start('a', counterMachine).tell({ type: 'finish' });
    clock.advance(1000);
    expect(told(facts, 'actor.finished', 'actor.restarted', 'actor.stopped')).toEqual([
      'actor.finished pool/a',
      'actor.stopped pool/a',
    ]);
    expect(runtime.find('pool/a')).toBeUndefined();
    expect(pool.start('a', counterMachine).snapshot()?.context).toEqual({ count: 0 });
  });

  it('never restarts a temporary child, neither for itself nor for its siblings', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool', { strategy: 'oneForAll' });
    const a = pool.start('a', counterMachine);
    pool.start('b', counterMachine, { restart: 'temporary' });
    pool.start('c', counterMachine, { restart: 'temporary' }).tell({ type: 'boom' });
    clock.advance(1000);
    expect(told(facts, 'actor.stopped', 'actor.restarted')).toEqual(['actor.stopped pool/c']);
    a.tell({ type: 'boom' });
    clock.advance(1000);
    expect(told(facts, 'actor.stopped', 'actor.restarted')).toEqual([
      'actor.stopped pool/c',
      'actor.stopped pool/b',
      'actor.restarted pool/a',
    ]);
  });
});

describe('restart window', () => {
  const policy = { restartsMax: 3, windowMs: 10_000, backoff: steady, stableAfterMs: 86_400_000 };

  it('lets the fourth failure within the window bring the supervisor down', async () => {
    const { runtime, facts, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine, policy);
    for (let failure = 1; failure <= 4; failure++) {
      child.tell({ type: 'boom' });
      clock.advance(200);
    }
    expect(told(facts, 'actor.restarted', 'supervisor.escalated')).toEqual([
      'actor.restarted pool/a',
      'actor.restarted pool/a',
      'actor.restarted pool/a',
      'supervisor.escalated pool',
      'actor.restarted pool/a',
    ]);
    const failed = facts.filter(({ type }) => type === 'actor.failed').at(-1);
    expect(failed).toMatchObject({
      subject: 'pool',
      data: {
        error: {
          name: 'HoldfastError',
          message: 'pool/a failed too often: 3 of 3 restarts within 10000 ms are spent',
          code: 'RESTARTS_SPENT',
        },
      },
    });
  });

  it('brings the supervisor and what it looks after back, with fresh windows', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool');
    const child = pool.start('a', counterMachine, { ...policy, restartsMax: 0 });
    const sibling = pool.start('b', counterMachine);
    child.tell({ type: 'boom' });
    sibling.tell({ type: 'add' });
    clock.advance(1000);
    expect(told(facts, 'supervisor.restarted', 'actor.restarted')).toEqual([
      'supervisor.restarted pool',
      'actor.restarted pool/a',
      'actor.restarted pool/b',
    ]);
    expect(child.tell({ type: 'add' })).toBe('accepted');
    clock.advance(0);
    expect(child.snapshot()?.context).toEqual({ count: 1 });
  });

  it('is that of the supervisor, for each child that has none of its own', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool', { restartsMax: 1, windowMs: 10_000 });
    const [a, b] = [
      pool.start('a', counterMachine, { backoff: steady, restartsMax: 2 }),
      pool.start('b', counterMachine, { backoff: steady }),
    ];
    for (const child of [a, a, b, b]) {
      child.tell({ type: 'boom' });
      clock.advance(200);
    }
    const decisions = facts
      .filter(({ type }) => type === 'supervisor.decided')
      .map(({ subject, data }) => [subject, data.decision, data.restartsMax, data.windowMs]);
    expect(decisions).toEqual([
      ['pool/a', 'restart', 2, 10_000],
      ['pool/a', 'restart', 2, 10_000],
      ['pool/b', 'restart', 1, 10_000],
      ['pool/b', 'escalate', 1, 10_000],
      ['pool', 'restart', 5, 60_000],
    ]);
  });

  it('forgets failures that have left the window', async () => {
    const { runtime, facts, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine, policy);
    for (let failure = 1; failure <= 8; failure++) {
      child.tell({ type: 'boom' });
      clock.advance(5_000);
    }
    expect(told(facts, 'supervisor.escalated')).toEqual([]);
    expect(told(facts, 'actor.restarted').length).toBe(8);
  });

  it('counts for each child by itself: five siblings that fail spend nobody else', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool');
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      pool.start(id, counterMachine, policy).tell({ type: 'boom' });
    }
    clock.advance(1000);
    expect(told(facts, 'supervisor.escalated')).toEqual([]);
    expect(told(facts, 'actor.restarted').length).toBe(5);
  });

  it('starts the backoff afresh after a stable run', async () => {
    const { runtime, facts, clock } = await stage();
    const backoff = { minMs: 1, maxMs: 86_400_000, factor: 10 };
    const options = { restartsMax: 100, backoff, stableAfterMs: 5_000 };
    const child = runtime.supervisor('pool').start('a', counterMachine, options);
    for (let failure = 1; failure <= 20; failure++) {
      child.tell({ type: 'boom' });
      clock.advance(5_002);
    }
    const delays = facts
      .filter(({ type }) => type === 'supervisor.decided')
      .map(({ data }) => Number(data.delayMs));
    expect(delays.filter((delayMs) => delayMs <= 1).length).toBe(20);
  });

  it('lets the backoff grow while no run between the failures is stable', async () => {
    const { runtime, facts, clock, world } = await stage();
    vi.spyOn(world.random.stream('supervision'), 'draw').mockReturnValue(0.5);
    const backoff = { minMs: 2, maxMs: 86_400_000, factor: 10 };
    const options = { backoff, stableAfterMs: 200 };
    const child = runtime.supervisor('pool').start('a', counterMachine, options);
    for (const delayMs of [1, 10, 100, 1000]) {
      child.tell({ type: 'boom' });
      clock.advance(delayMs + 199);
    }
    const decided = facts.filter(({ type }) => type === 'supervisor.decided');
    expect(decided.map(({ data }) => data.delayMs)).toEqual([1, 10, 100, 1000]);
  });
});

describe('escalation', () => {
  it('climbs to the root, which stops everything and says so; the process lives', async () => {
    const { runtime, facts, clock } = await stage();
    const outer = runtime.supervisor('outer', { restartsMax: 0 });
    const inner = outer.supervisor('inner', { restartsMax: 0 });
    const child = inner.start('a', counterMachine);
    const bystander = runtime.supervisor('other').start('b', counterMachine);
    const ends: unknown[] = [];
    bystander.watch(({ path, because }) => ends.push({ path, because }));
    for (let failure = 0; failure < 6; failure++) {
      child.tell({ type: 'boom' });
      clock.advance(8_000);
    }
    expect(
      told(facts, 'supervisor.escalated', 'runtime.failed', 'runtime.stopped').slice(-5),
    ).toEqual([
      'supervisor.escalated outer/inner',
      'supervisor.escalated outer',
      'supervisor.escalated',
      'runtime.failed',
      'runtime.stopped',
    ]);
    expect(ends).toEqual([{ path: 'other/b', because: 'stopped' }]);
    expect(child.tell({ type: 'add' })).toEqual({ rejected: 'dead' });
    expect(() => runtime.supervisor('late')).toThrow('takes nothing new in');
  });

  it('stops all children last started first, before the supervisor fails', async () => {
    const { runtime, clock } = await stage();
    const pool = runtime.supervisor('pool', { restartsMax: 0 });
    const life: string[] = [];
    runtime.events$.subscribe(({ type, subject }) => {
      if (type === 'actor.failed') life.push(`${subject} fails`);
    });
    for (const id of ['db', 'cache', 'http']) pool.start(id, noting(life, id));
    pool.start('a', counterMachine).tell({ type: 'boom' });
    clock.advance(0);
    const ends = ['pool/a fails', 'http down', 'cache down', 'db down', 'pool fails'];
    expect(life.slice(3)).toEqual(ends);
  });

  it('lets everybody start from the beginning, whoever keeps a last good state too', async () => {
    const { runtime, clock } = await stage();
    const pool = runtime.supervisor('pool', { restartsMax: 0 });
    const keeper = pool.start('keeper', counterMachine, { restore: 'lastGood' });
    keeper.tell({ type: 'add' });
    clock.advance(0);
    expect(keeper.snapshot()?.context).toEqual({ count: 1 });
    pool.start('a', counterMachine).tell({ type: 'boom' });
    clock.advance(1000);
    expect(keeper.snapshot()?.context).toEqual({ count: 0 });
  });
});

describe('restart budget of the runtime', () => {
  it('spreads a storm of restarts over time, and loses none of them', async () => {
    const limits = { restartsBurst: 10, restartsPerSecond: 5 };
    const { runtime, facts, clock } = await stage({ limits });
    const pool = runtime.supervisor('pool');
    const backoff = { minMs: 0, maxMs: 0, factor: 1 };
    for (let index = 0; index < 30; index++) {
      pool.start(`${index}`, counterMachine, { backoff }).tell({ type: 'boom' });
    }
    const restarted: number[] = [];
    for (let second = 0; second < 6; second++) {
      clock.advance(second === 0 ? 0 : 1000);
      restarted.push(told(facts, 'actor.restarted').length);
    }
    expect(restarted).toEqual([10, 15, 20, 25, 30, 30]);
  });
});

describe('children', () => {
  it.each([
    ['', 'RangeError: id must be a string of 1 to 128 printable characters without "/", got ""'],
    [
      'a/b',
      'RangeError: id must be a string of 1 to 128 printable characters without "/", got "a/b"',
    ],
    [
      'a\n',
      'RangeError: id must be a string of 1 to 128 printable characters without "/", got "a\\n"',
    ],
    ['twice', 'RangeError: id must be new under pool, got "twice", which is already there'],
  ])('refuses the id %j with its reason', async (id, refusal) => {
    const { runtime } = await stage();
    const pool = runtime.supervisor('pool');
    pool.start('twice', counterMachine);
    let refused = '';
    try {
      pool.start(id, counterMachine);
    } catch (error) {
      refused = String(error);
    }
    expect(refused).toBe(refusal);
  });

  it('are bounded in number over the whole runtime', async () => {
    const { runtime } = await stage({ limits: { actorsMax: 3 } });
    const pool = runtime.supervisor('pool');
    pool.start('a', counterMachine);
    pool.start('b', counterMachine);
    expect(() => pool.start('c', counterMachine)).toThrow('limits.actorsMax: 3 actors are running');
  });

  it('that are stopped while they wait for a restart do not come back', async () => {
    const { runtime, facts, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    child.tell({ type: 'boom' });
    clock.advance(0);
    await Promise.all([child.stop(), clock.advanceAsync(100_000)]);
    expect(told(facts, 'actor.restarted', 'actor.stopped')).toEqual(['actor.stopped pool/a']);
    expect(clock.pending).toBe(0);
  });

  it('that are stopped while they wait leave no timer behind', async () => {
    const { runtime, clock } = await stage();
    const options = { restart: 'permanent', backoff: steady } as const;
    const child = runtime.supervisor('pool').start('a', counterMachine, options);
    child.tell({ type: 'finish' });
    clock.advance(0);
    expect(clock.pending).toBe(1);
    void child.stop();
    clock.advance(0);
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['oneForOne', 'together', 1000],
    ['restForOne', 'one after another', 2000],
    ['oneForAll', 'one after another', 2000],
  ] as const)('that take their second to drain stop under %s %s', async (strategy, _how, ms) => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool', { strategy });
    for (const id of ['a', 'b']) pool.start(id, drainingMachine);
    void pool.stop();
    clock.advance(ms - 1);
    expect(told(facts, 'actor.stopped')).not.toContain('actor.stopped pool');
    clock.advance(1);
    expect(told(facts, 'actor.stopped').at(-1)).toBe('actor.stopped pool');
  });

  it('that are stopping are not brought back by a failing sibling under oneForAll', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool', { strategy: 'oneForAll' });
    const leaving = pool.start('leaving', drainingMachine);
    const failing = pool.start('failing', counterMachine);
    const stopped = leaving.stop();
    clock.advance(0);
    failing.tell({ type: 'boom' });
    await clock.advanceAsync(20_000);
    await stopped;
    expect(told(facts, 'actor.restarted', 'actor.stopped')).toEqual([
      'actor.restarted pool/failing',
      'actor.stopped pool/leaving',
    ]);
  });
});
