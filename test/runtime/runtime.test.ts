import { describe, expect, it } from 'vitest';
import type { Handle } from '../../runtime/handle.ts';
import { createRuntime, Runtime } from '../../runtime/runtime.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { all, audited, ended, told as recorded, settled } from './audit-stage.ts';
import { counterMachine, stage, told } from './kernel/stage.ts';

describe('a runtime', () => {
  it('needs no option, and is over when its scope is', async () => {
    const facts: string[] = [];
    {
      await using runtime = await createRuntime();
      runtime.events$.subscribe(({ type, source }) => facts.push(`${source} ${type}`));
      expect([runtime.name, runtime instanceof Runtime]).toEqual(['holdfast', true]);
    }
    expect(facts.at(-1)).toBe('holdfast/holdfast runtime.stopped');
  });

  it('finds actors by their path, and nothing else', async () => {
    const { runtime } = await stage();
    const pool = runtime.supervisor('outer').supervisor('pool');
    pool.start('a', counterMachine);
    const paths = ['outer/pool/a', 'outer/pool', 'outer/pool/b', 'outer/pool/a/b', '', '/'];
    expect(paths.map((path) => runtime.find(path)?.path)).toEqual([
      'outer/pool/a',
      ...Array.from({ length: 5 }, () => undefined),
    ]);
  });

  it('counts what nobody handled', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    (child.tell as (event: { type: string }) => unknown).call(child, { type: 'unheard.of' });
    clock.advance(0);
    const { total, byReason, recent } = runtime.deadLetters;
    expect({ total, byReason, recent }).toMatchObject({
      total: 1,
      byReason: { unhandled: 1 },
      recent: [{ subject: 'pool/a', event: { type: 'unheard.of' } }],
    });
  });

  it('shuts down once, however often it is asked, with one answer for all', async () => {
    const { runtime, clock, facts } = await stage();
    runtime.supervisor('pool').start('a', counterMachine);
    const all = Promise.all([runtime.shutdown(), runtime.shutdown({ deadlineMs: 0 })]);
    await clock.advanceAsync(0);
    expect(await all).toEqual([{ abandoned: [] }, { abandoned: [] }]);
    expect(await runtime.shutdown()).toEqual({ abandoned: [] });
    expect(told(facts, 'runtime.closing', 'runtime.stopped')).toEqual([
      'runtime.closing',
      'runtime.stopped',
    ]);
  });

  it('is ready until its shutdown begins', async () => {
    const { runtime, clock } = await stage();
    const seen = (): unknown => {
      const { checks: _, ...rest } = runtime.health();
      return rest;
    };
    const before = seen();
    const over = runtime.shutdown();
    const closing = seen();
    await clock.advanceAsync(0);
    await over;
    const ready = { status: 'pass', isStarted: true, isReady: true };
    const unready = { ...ready, status: 'fail', isReady: false };
    expect([before, closing, seen(), clock.pending]).toEqual([ready, unready, unready, 0]);
  });

  it('takes no new supervisor once it is closing', async () => {
    const { runtime } = await stage();
    void runtime.shutdown();
    expect(() => runtime.supervisor('late')).toThrow(
      expect.objectContaining({
        code: 'RUNTIME_STOPPED',
        message: 'runtime holdfast takes nothing new in',
      }),
    );
  });

  it('heeds a signal if asked to: it shuts down, then ends as the signal would have', async () => {
    const world = simWorld({ seed: 1 });
    const runtime = await createRuntime({ world, signals: ['SIGTERM'] });
    const heard: string[] = [];
    runtime.events$.subscribe(({ type }) => heard.push(type));
    world.signals.send('SIGTERM');
    await world.clock.advanceAsync(0);
    expect([heard[0], heard.at(-1), world.signals.raised]).toEqual([
      'runtime.signalled',
      'runtime.stopped',
      ['SIGTERM'],
    ]);
  });
});

describe('a runtime with a log', () => {
  it('records its end, to the last phase', async () => {
    const { world, runtime } = await audited();
    await ended(world, runtime);
    const { log } = await audited({}, world);
    const phases = recorded(await all(log.read())).filter((each) => / runtime\./.test(each));
    expect(phases.map((each) => each.split(' ')[1])).toEqual([
      ...['runtime.closing', 'runtime.draining', 'runtime.persisting'],
      ...['runtime.stopping', 'runtime.stopped'],
    ]);
  });

  it('writes what waits before it is over', async () => {
    const { world, runtime, log } = await audited();
    const appending = log.append({ type: 'order.placed' });
    await ended(world, runtime);
    const { index } = await appending;
    const { log: next } = await audited({}, world);
    expect(recorded(await all(next.read({ type: 'order.placed' })))).toEqual([
      `${index} order.placed`,
    ]);
  });

  it('whose actors all failed closes it too', async () => {
    const { world, runtime, clock } = await audited();
    const failed: string[] = [];
    runtime.events$.subscribe(({ type }) => failed.push(type));
    runtime.supervisor('pool', { restartsMax: 0 }).start('a', counterMachine);
    for (let time = 0; time < 12; time++) {
      (runtime.find('pool/a') as Handle<typeof counterMachine> | undefined)?.tell({ type: 'boom' });
      await clock.advanceAsync(2_000);
    }
    expect([failed.includes('runtime.failed'), failed.at(-1)]).toEqual([true, 'runtime.stopped']);
    const { log } = await audited({}, world);
    expect((await settled(world, log.verify())).verdict).toBe('ok');
  });

  it('is told its options by field, before anything is opened', async () => {
    const world = simWorld({ seed: 1 });
    const masterKey = { file: '/key', create: true };
    await expect(createRuntime({ world, dataDir: '/data' })).rejects.toThrow(
      'createRuntime.masterKey must be given too',
    );
    await expect(createRuntime({ world, masterKey })).rejects.toThrow(
      'createRuntime.dataDir must be given too',
    );
    expect(await world.files.list('/')).toEqual([]);
  });
});
