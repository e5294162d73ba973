import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { failure } from './audit-stage.ts';
import { paying, sales, turning } from './own-modes-stage.ts';

describe('a mode of an embedder', () => {
  it('that throws refuses nothing, is told, and is begun anew, later each time', async () => {
    const { runtime, clock, moves, openIt, closeIt } = await paying();
    const throwing = setup({}).createMachine({
      initial: 'shut',
      states: {
        shut: {
          tags: 'refusing',
          on: {
            'breaker.opened': {
              actions: () => {
                throw new Error('of the embedder');
              },
            },
          },
        },
      },
    });
    const mode = runtime.defineMode('sales', throwing);
    const steady = runtime.defineMode('steady', sales);
    const sell = runtime.protect('till', async () => 'sold', { mode: 'sales' });
    expect((await failure(sell())).message).toContain('refuses it');
    await openIt();
    expect(await sell()).toBe('sold');
    expect([mode.snapshot().mode, steady.snapshot().mode]).toEqual(['failed', 'shut']);
    await closeIt();
    expect(mode.snapshot()).toMatchObject({ mode: 'shut', isRefusing: true });
    const of = moves().filter(({ subject }) => subject === 'sales');
    expect(of.map(({ type, data: { from, to, error } }) => [type, from, to, error])).toEqual([
      ['mode.failed', undefined, undefined, { name: 'Error', message: 'of the embedder' }],
      ['mode.moved', 'shut', 'failed', undefined],
      ['mode.moved', 'failed', 'shut', undefined],
    ]);
    expect(of.map(({ causationid }) => causationid).slice(1)).toEqual([of[0]?.id, of[0]?.id]);
    await openIt();
    await clock.advanceAsync(900);
    expect(mode.snapshot().mode).toBe('failed');
    await clock.advanceAsync(1_100);
    expect(mode.snapshot().mode).toBe('shut');
  });

  it('that has stood for five minutes is begun anew as soon as at first', async () => {
    const { runtime, clock, openIt, closeIt } = await paying();
    const on = {
      'breaker.opened': {
        actions: () => {
          throw new Error('of the embedder');
        },
      },
    };
    const mode = runtime.defineMode('sales', setup({}).createMachine({ on }));
    for (const stoodMs of [0, 0, 299_000]) {
      await openIt();
      await clock.advanceAsync(60_000);
      await closeIt();
      await clock.advanceAsync(stoodMs);
    }
    await openIt();
    await clock.advanceAsync(1_000);
    expect(mode.snapshot().mode).not.toBe('failed');
  });

  it('that throws from the start refuses nothing', async () => {
    const { runtime, moves } = await paying();
    const context = (): never => {
      throw new Error('from the start');
    };
    const mode = runtime.defineMode('sales', turning('x', { context }));
    expect(mode.snapshot()).toMatchObject({ mode: 'failed', isRefusing: false });
    expect(moves().map(({ type }) => type)).toEqual(['mode.failed']);
  });

  it('that is done stays as it ended', async () => {
    const { runtime, openIt, closeIt } = await paying();
    const states = { open: { on: { 'breaker.opened': 'sold' } }, sold: {} };
    const ended = { ...states, sold: { type: 'final', tags: 'refusing' } } as const;
    const mode = runtime.defineMode(
      'sales',
      setup({}).createMachine({ initial: 'open', states: ended }),
    );
    await openIt();
    await closeIt();
    expect(mode.snapshot()).toMatchObject({ mode: 'sold', isRefusing: true });
    expect(runtime.deadLetters.total).toBe(0);
  });

  it('says in which states it is, within others and beside others', async () => {
    const { runtime } = await paying();
    const region = { initial: 'x', states: { x: { initial: 'y', states: { y: {} } } } };
    const states = { left: region, right: {} };
    const mode = runtime.defineMode('sales', setup({}).createMachine({ type: 'parallel', states }));
    expect(mode.snapshot().mode).toBe('left.x.y, right');
  });

  it('is shown as it stands, and its moves are facts that name what led to them', async () => {
    const { runtime, clock, facts, moves, openIt } = await paying();
    const mode = runtime.defineMode('sales', sales);
    const beganAtMs = clock.wallMs();
    await clock.advanceAsync(50);
    await openIt();
    expect([...runtime.modes.own]).toEqual([['sales', mode]]);
    expect(mode.snapshot()).toEqual({
      ...{ mode: 'shut', because: 'breaker.opened', isRefusing: true, isReadOnly: false },
      sinceMs: beganAtMs + 50,
    });
    const opened = facts.find(({ type }) => type === 'breaker.opened');
    expect(moves()).toEqual([
      expect.objectContaining({
        ...{ type: 'mode.moved', subject: 'sales', causationid: opened?.id },
        data: {
          ...{ from: 'open', to: 'shut', because: 'breaker.opened' },
          ...{ isRefusing: true, isReadOnly: false },
        },
      }),
    ]);
  });

  it('is told of move by move; of one that moves without end some are counted', async () => {
    const { runtime, clock, moves, facts } = await paying();
    const to = (target: string) => ({ after: { 10: { guard: () => isRestless, target } } });
    const states = { a: to('b'), b: to('a') };
    let isRestless = true;
    const chart = setup({}).createMachine({ initial: 'a', states });
    const mode = runtime.defineMode('sales', chart);
    let moved = 0;
    mode.changes$.subscribe(() => {
      moved += 1;
    });
    await clock.advanceAsync(5_000);
    isRestless = false;
    await clock.advanceAsync(2_000);
    const sum = () => moves().reduce((total, { data }) => total + 1 + Number(data.untold ?? 0), 0);
    expect([moves().length < 115, sum(), moves().at(-1)?.data.to]).toEqual([
      ...[true, moved, mode.snapshot().mode],
    ]);
    expect([moved > 400, facts.length < 120]).toEqual([true, true]);
  });
});
