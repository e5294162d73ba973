import { describe, expect, it } from 'vitest';
import { fromCallback, fromPromise } from 'xstate';
import { createRuntime } from '../../../runtime/runtime.ts';
import { nodeWorld } from '../../../runtime/world/node.ts';
import { counterMachine, drainingMachine, stage, told } from './stage.ts';

describe('shutdown', () => {
  it('goes through its phases in order and stops actors in reverse start order', async () => {
    const { runtime, facts, clock } = await stage();
    const first = runtime.supervisor('first', { strategy: 'restForOne' });
    for (const id of ['a', 'b']) first.start(id, counterMachine);
    runtime.supervisor('second').start('c', counterMachine);
    const done = runtime.shutdown();
    await clock.advanceAsync(0);
    expect(await done).toEqual({ abandoned: [] });
    expect(told(facts).slice(5)).toEqual([
      'runtime.closing',
      'runtime.draining',
      'runtime.persisting',
      'runtime.stopping',
      'actor.stopped second/c',
      'actor.stopped second',
      'actor.stopped first/b',
      'actor.stopped first/a',
      'actor.stopped first',
      'actor.stopped',
      'runtime.stopped',
    ]);
    expect(clock.pending).toBe(0);
  });

  it('takes nothing new in, but lets actors finish what they tell each other', async () => {
    const { runtime, clock } = await stage();
    const pool = runtime.supervisor('pool');
    const sink = pool.start('sink', counterMachine);
    const source = pool.start(
      'source',
      fromCallback<{ type: 'go'; left: number }>(({ receive, self }) => {
        receive(({ left }) => {
          sink.tell({ type: 'add' });
          if (left > 0) self.send({ type: 'go', left: left - 1 });
        });
      }),
    );
    source.tell({ type: 'go', left: 9 });
    const counts: number[] = [];
    sink.changes$.subscribe(({ context }) => counts.push(context.count));
    const done = runtime.shutdown();
    expect(source.tell({ type: 'go', left: 0 })).toEqual({ rejected: 'dead' });
    expect(() => runtime.supervisor('late')).toThrow('takes nothing new in');
    await clock.advanceAsync(0);
    await done;
    expect(counts.at(-1)).toBe(10);
  });

  it('asks a machine that knows how to drain, and waits for it', async () => {
    const { runtime, facts, clock } = await stage();
    runtime.supervisor('pool').start('a', drainingMachine);
    const done = runtime.shutdown();
    await clock.advanceAsync(999);
    expect(told(facts, 'actor.stopped')).toEqual([]);
    await clock.advanceAsync(1);
    await done;
    expect(told(facts, 'actor.finished', 'actor.stopped')).toEqual([
      'actor.finished pool/a',
      'actor.stopped pool/a',
      'actor.stopped pool',
      'actor.stopped',
    ]);
  });

  it('gives one child no longer than its own deadline', async () => {
    const { runtime, clock } = await stage();
    runtime
      .supervisor('pool')
      .start('a', drainingMachine, { shutdownMs: 300 })
      .tell({ type: 'stick' });
    const done = runtime.shutdown();
    await clock.advanceAsync(300);
    expect(await done).toEqual({ abandoned: [] });
  });

  it('is over by its deadline, and names whom it abandoned', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool', { strategy: 'restForOne' });
    for (const id of ['a', 'b', 'c']) {
      pool.start(id, drainingMachine, { shutdownMs: 60_000 }).tell({ type: 'stick' });
    }
    const done = runtime.shutdown({ deadlineMs: 2_000 });
    await clock.advanceAsync(2_000);
    expect(await done).toEqual({ abandoned: ['pool/c', 'pool/b', 'pool/a', 'pool'] });
    expect(told(facts).at(-1)).toBe('runtime.stopped');
  });

  it('is over by the earliest of its deadlines', async () => {
    const { runtime, clock } = await stage();
    const pool = runtime.supervisor('pool');
    pool.start('a', drainingMachine, { shutdownMs: 60_000 }).tell({ type: 'stick' });
    const patient = runtime.shutdown({ deadlineMs: 50_000 });
    await clock.advanceAsync(100);
    const urgent = runtime.shutdown({ deadlineMs: 200 });
    await clock.advanceAsync(200);
    const abandoned = ['pool/a', 'pool'];
    expect([await patient, await urgent, clock.pending]).toEqual([{ abandoned }, { abandoned }, 0]);
  });

  it('ends although actors keep each other busy for ever', async () => {
    // Virtual time stands still while there is anything to run, so this one takes the real clock.
    const runtime = await createRuntime({ world: nodeWorld() });
    const pool = runtime.supervisor('pool');
    const busy = pool.start(
      'busy',
      fromCallback<{ type: 'spin' }>(({ receive }) => {
        receive(() => busy.tell({ type: 'spin' }));
      }),
    );
    busy.tell({ type: 'spin' });
    expect(await runtime.shutdown({ deadlineMs: 1_000 })).toEqual({ abandoned: [] });
  });

  it('outlives an actor that fails while it drains, and one whose cleanup throws', async () => {
    const { runtime, facts, clock } = await stage();
    const pool = runtime.supervisor('pool');
    pool.start(
      'cleanup',
      fromCallback(() => () => {
        throw new Error('bad cleanup');
      }),
    );
    const failing = pool.start('failing', counterMachine);
    failing.tell({ type: 'boom' });
    const done = runtime.shutdown();
    await clock.advanceAsync(1000);
    expect(await done).toEqual({ abandoned: [] });
    expect(told(facts, 'actor.restarted')).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('aborts a promise that does not end', async () => {
    const { runtime, clock } = await stage();
    const signals: AbortSignal[] = [];
    const endless = fromPromise(({ signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    runtime.supervisor('pool').start('a', endless);
    const done = runtime.shutdown();
    await clock.advanceAsync(0);
    await done;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('happens once, however often it is asked for', async () => {
    const { runtime, facts, clock } = await stage();
    runtime.supervisor('pool').start('a', counterMachine);
    const all = [runtime.shutdown(), runtime.shutdown({ deadlineMs: 1 }), runtime.shutdown()];
    await clock.advanceAsync(0);
    const after = await runtime.shutdown();
    expect(await Promise.all(all)).toEqual([after, after, after]);
    expect(told(facts, 'runtime.closing', 'runtime.stopped')).toEqual([
      'runtime.closing',
      'runtime.stopped',
    ]);
  });

  it('completes every stream', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    const completed: string[] = [];
    runtime.events$.subscribe({ complete: () => completed.push('events') });
    child.changes$.subscribe({ complete: () => completed.push('changes') });
    const done = runtime[Symbol.asyncDispose]();
    await clock.advanceAsync(0);
    await done;
    expect(completed).toEqual(['changes', 'events']);
  });
});
