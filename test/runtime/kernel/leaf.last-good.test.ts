import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { stage } from './stage.ts';

const atOnce = { minMs: 0, maxMs: 0, factor: 1 };
const lastGood = { restore: 'lastGood', backoff: atOnce } as const;

describe('an actor without a good state to go back to', () => {
  it('runs the entry that failed again, and what it arms', async () => {
    const { runtime, clock } = await stage();
    const opened: boolean[] = [];
    const machine = setup({
      actions: {
        open: () => {
          opened.push(opened.length > 0);
          if (opened.length === 1) throw new Error('false start');
        },
      },
    }).createMachine({
      initial: 'opening',
      states: { opening: { entry: 'open', after: { 1000: 'open' } }, open: {} },
    });
    const child = runtime.supervisor('pool').start('a', machine, lastGood);
    clock.advance(5_000);
    expect([opened, child.snapshot()?.value]).toEqual([[false, true], 'open']);
  });

  it('has its context made again', async () => {
    const { runtime, clock } = await stage();
    let tries = 0;
    const machine = setup({ types: { context: {} as { tries: number } } }).createMachine({
      context: () => {
        tries += 1;
        if (tries === 1) throw new Error('no context');
        return { tries };
      },
    });
    const child = runtime.supervisor('pool').start('a', machine, lastGood);
    clock.advance(5_000);
    expect(child.snapshot()?.context).toEqual({ tries: 2 });
  });
});

describe('a machine inside one that goes back to its last good state', () => {
  it('still waits for what it waited for, until the time it was due', async () => {
    const { runtime, clock } = await stage();
    const firedAtMs: number[] = [];
    const inner = setup({
      actions: { note: () => firedAtMs.push(clock.monotonicMs()) },
    }).createMachine({
      initial: 'waiting',
      states: { waiting: { after: { 5000: 'done' } }, done: { entry: 'note' } },
    });
    const outer = setup({
      actors: { inner },
      actions: {
        boom: () => {
          throw new Error('boom');
        },
      },
    }).createMachine({ invoke: { src: 'inner' }, on: { boom: { actions: 'boom' } } });
    const child = runtime.supervisor('pool').start('a', outer, lastGood);
    clock.advance(3_000);
    child.tell({ type: 'boom' });
    clock.advance(100_000);
    expect(firedAtMs).toEqual([5_000]);
  });
});
