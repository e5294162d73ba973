import { describe, expect, it } from 'vitest';
import { fromCallback } from 'xstate';
import { counterMachine, stage, told } from './stage.ts';

describe('a child', () => {
  it('is known by all its ancestors, except the root, which has no name', async () => {
    const { runtime } = await stage();
    const pool = runtime.supervisor('outer').supervisor('pool');
    expect(pool.start('a', counterMachine).path).toBe('outer/pool/a');
  });

  it('counts its incarnations, and tells which one failed', async () => {
    const { runtime, clock, facts } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    for (let failure = 0; failure < 3; failure++) {
      child.tell({ type: 'boom' });
      clock.advance(1000);
    }
    const lives = facts
      .filter(({ type }) => /actor\.(started|failed|restarted)/.test(type))
      .map(({ type, data }) => `${type} ${data.incarnation}`);
    expect(lives).toEqual([
      'actor.started 1',
      'actor.failed 1',
      'actor.restarted 2',
      'actor.failed 2',
      'actor.restarted 3',
      'actor.failed 3',
      'actor.restarted 4',
    ]);
  });

  it('that fails as it starts is judged on a later turn, off the failing stack', async () => {
    const { runtime, clock, facts } = await stage();
    const failing = fromCallback(() => {
      throw new Error('false start');
    });
    runtime.supervisor('pool').start('a', failing, { restart: 'temporary' });
    const lives = () => told(facts).slice(1);
    expect(lives()).toEqual(['actor.failed pool/a']);
    clock.advance(0);
    expect(lives()).toEqual([
      'actor.failed pool/a',
      'supervisor.decided pool/a',
      'actor.stopped pool/a',
    ]);
  });

  it('that fails and is stopped in the same turn ends once, and stays away', async () => {
    const { runtime, clock, facts } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    child.tell({ type: 'boom' });
    const stopped = child.stop();
    await clock.advanceAsync(60_000);
    await stopped;
    expect(told(facts, 'actor.restarted', 'actor.stopped')).toEqual(['actor.stopped pool/a']);
    expect(clock.pending).toBe(0);
  });

  it('that is restarted on a wish while it waits comes back once', async () => {
    const { runtime, clock, facts } = await stage();
    const backoff = { minMs: 10_000, maxMs: 10_000, factor: 1 };
    const child = runtime.supervisor('pool').start('a', counterMachine, { backoff });
    child.tell({ type: 'boom' });
    clock.advance(0);
    child.restart('now, please');
    clock.advance(60_000);
    expect(told(facts, 'actor.restarted')).toEqual(['actor.restarted pool/a']);
    expect(clock.pending).toBe(0);
  });
});
