import { describe, expect, it } from 'vitest';
import { fromCallback, log, setup } from 'xstate';
import { Kernel } from '../../../runtime/kernel/kernel.ts';
import { childOptions } from '../../../runtime/options/child.ts';
import { runtimeOptions } from '../../../runtime/options/runtime.ts';
import { supervisorOptions } from '../../../runtime/options/supervisor.ts';
import { simWorld } from '../../../runtime/sim/world.ts';
import { counterMachine, stage } from './stage.ts';

describe('the kernel', () => {
  it('counts every actor and supervisor, and forgets those that ended', async () => {
    const { runtime, clock } = await stage({ limits: { actorsMax: 2 } });
    const pool = runtime.supervisor('pool');
    const first = pool.start('a', counterMachine, { shutdownMs: 0 });
    const refused = { code: 'ACTORS_LIMIT', details: { actorsMax: 2 } };
    expect(() => pool.start('b', counterMachine)).toThrow(expect.objectContaining(refused));
    await Promise.all([first.stop(), clock.advanceAsync(0)]);
    expect(pool.start('b', counterMachine).path).toBe('pool/b');
  });

  it('keeps the first cause of a failure that climbs to its root', () => {
    const world = simWorld({ seed: 1 });
    const strict = supervisorOptions.parse({ restartsMax: 0 });
    const failures: unknown[] = [];
    const kernel = new Kernel(world, runtimeOptions.parse({}), strict, (error) =>
      failures.push(error),
    );
    const pool = kernel.root.startBranch('pool', strict);
    pool.startLeaf('a', counterMachine, childOptions.parse({})).tell({ type: 'boom' });
    world.clock.advance(0);
    const code = 'RESTARTS_SPENT';
    expect(failures).toMatchObject([
      {
        code,
        details: { path: 'pool' },
        cause: { code, details: { path: 'pool/a' }, cause: new Error('boom') },
      },
    ]);
  });

  it('hands what actors log to the log of the world', async () => {
    const chatty = setup({}).createMachine({ entry: log('hello') });
    const { runtime, world } = await stage();
    runtime.supervisor('pool').start('a', chatty);
    expect(world.log.lines).toEqual([
      expect.objectContaining({ level: 'warn' }),
      { level: 'info', message: 'logged by an actor', fields: { parts: ['hello'] } },
    ]);
  });

  it('gives every question an id of its own', async () => {
    const { runtime, clock } = await stage();
    const asked: unknown[] = [];
    const logic = fromCallback<{ type: 'q'; correlationId?: string }>(({ receive }) =>
      receive(({ correlationId }) => asked.push(correlationId)),
    );
    const child = runtime.supervisor('pool').start('a', logic);
    const questions = [1, 2].map(() =>
      child.ask({ type: 'q' }, { reply: 'none' as never, timeoutMs: 1 }).catch(() => {}),
    );
    clock.advance(1);
    await Promise.all(questions);
    expect(asked).toEqual(['ask-1', 'ask-2']);
  });
});
