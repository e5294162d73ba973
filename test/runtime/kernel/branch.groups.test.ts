import { describe, expect, it } from 'vitest';
import { fromCallback, setup } from 'xstate';
import { counterMachine, stage, told } from './stage.ts';

const atOnce = { minMs: 0, maxMs: 0, factor: 1 };

/** More than are taken down in one turn. */
const MANY = 1_200;

/** Fails at its first start, and at no other. */
function falseStarter() {
  let starts = 0;
  return fromCallback(() => {
    starts += 1;
    if (starts === 1) throw new Error('false start');
  });
}

describe('a group that is being taken down, over several turns', () => {
  it('leaves a child alone that came back by a wish meanwhile', async () => {
    const { runtime, clock } = await stage();
    const pool = runtime.supervisor('pool', { strategy: 'oneForAll' });
    const children = Array.from({ length: MANY }, (_, index) =>
      pool.start(`c${index}`, counterMachine, { backoff: atOnce }),
    );
    let isWished = false;
    runtime.events$.subscribe(({ type }) => {
      if (type !== 'supervisor.decided' || isWished) return;
      isWished = true;
      children[1]?.restart('a wish');
    });
    children[0]?.tell({ type: 'boom' });
    clock.advance(1_000);
    expect(children.filter((child) => child.snapshot() === undefined)).toEqual([]);
  });

  it('holds no timer once its supervisor was told to stop meanwhile', async () => {
    const { runtime, clock } = await stage();
    const backoff = { minMs: 600_000, maxMs: 600_000, factor: 1 };
    const pool = runtime.supervisor('pool', { strategy: 'oneForAll' });
    const children = Array.from({ length: MANY }, (_, index) =>
      pool.start(`c${index}`, counterMachine, { backoff }),
    );
    let stopped: Promise<void> | undefined;
    runtime.events$.subscribe(({ type }) => {
      if (type === 'supervisor.decided') stopped ??= pool.stop();
    });
    children[0]?.tell({ type: 'boom' });
    await clock.advanceAsync(0);
    await stopped;
    clock.advance(1_000);
    expect([stopped !== undefined, clock.pending]).toEqual([true, 0]);
  });
});

describe('a sibling that ended for good in the turn that another one failed in', () => {
  it('is not run again if it had done its work', async () => {
    const { runtime, clock } = await stage();
    const pool = runtime.supervisor('pool', { strategy: 'oneForAll' });
    let runs = 0;
    const job = setup({ actions: { run: () => void runs++ } }).createMachine({
      entry: 'run',
      initial: 'done',
      states: { done: { type: 'final' } },
    });
    pool.start('a', falseStarter(), { backoff: atOnce });
    pool.start('job', job);
    clock.advance(1_000);
    expect([runs, runtime.find('pool/job')]).toEqual([1, undefined]);
  });

  it('is told of as failed if it was temporary and failed', async () => {
    const { runtime, clock } = await stage();
    const pool = runtime.supervisor('pool', { strategy: 'oneForAll' });
    pool.start('a', falseStarter(), { backoff: atOnce });
    const temporary = pool.start('b', falseStarter(), { restart: 'temporary' });
    const ends: string[] = [];
    temporary.watch(({ because }) => ends.push(because));
    clock.advance(1_000);
    expect(ends).toEqual(['failed']);
  });
});

describe('a supervisor below one that gave up', () => {
  it('begins with a fresh window as all below do', async () => {
    const { runtime, clock, facts } = await stage();
    const outer = runtime.supervisor('outer', { backoff: atOnce, restartsMax: 1 });
    const inner = outer.supervisor('inner', { backoff: atOnce, restartsMax: 0 });
    const child = inner.start('a', counterMachine);
    for (let failure = 0; failure < 4; failure++) {
      child.tell({ type: 'boom' });
      clock.advance(10);
    }
    expect(told(facts, 'supervisor.escalated')).toEqual([
      'supervisor.escalated outer/inner',
      'supervisor.escalated outer/inner',
      'supervisor.escalated outer',
      'supervisor.escalated outer/inner',
      'supervisor.escalated outer/inner',
      'supervisor.escalated outer',
    ]);
  });
});
