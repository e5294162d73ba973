import { describe, expect, it } from 'vitest';
import { createRuntime, Runtime } from '../../runtime/runtime.ts';
import { simWorld } from '../../runtime/sim/world.ts';
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
