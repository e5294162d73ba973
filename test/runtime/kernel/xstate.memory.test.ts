import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromCallback, setup } from 'xstate';
import { nextTurn } from '../../../runtime/world/turn.ts';
import { stage } from './stage.ts';

let gc: () => void;

beforeAll(() => {
  setFlagsFromString('--expose-gc');
  gc = runInNewContext('gc');
});

/** How many of those noted are still there. */
async function left(refs: readonly WeakRef<object>[]): Promise<number> {
  for (let turn = 0; turn < 5; turn++) {
    await nextTurn();
    gc();
  }
  return refs.filter((ref) => ref.deref() !== undefined).length;
}

describe('what has ended is let go', () => {
  it('if it was to go back to its last good state, and if not', async () => {
    const { runtime, clock } = await stage();
    const pool = runtime.supervisor('pool');
    const refs: WeakRef<object>[] = [];
    const logic = setup({ actions: { note: ({ self }) => refs.push(new WeakRef(self)) } });
    const machine = logic.createMachine({ entry: 'note' });
    for (let index = 0; index < 10; index++) {
      const restore = index % 2 === 0 ? 'lastGood' : 'fresh';
      const child = pool.start(`c${index}`, machine, { restore, shutdownMs: 0 });
      await Promise.all([child.stop(), clock.advanceAsync(0)]);
    }
    expect([refs.length, await left(refs)]).toEqual([10, 0]);
  });

  it('if it lived inside an actor under a name of its own', async () => {
    const { runtime, clock } = await stage();
    const refs: WeakRef<object>[] = [];
    const inner = fromCallback(({ self }) => void refs.push(new WeakRef(self)));
    const machine = setup({ actors: { inner } }).createMachine({
      initial: 'a',
      states: {
        a: { invoke: { src: 'inner', systemId: 'mine' }, on: { go: 'b' } },
        b: { on: { go: 'a' } },
      },
    });
    const child = runtime.supervisor('pool').start('a', machine);
    for (let turn = 0; turn < 21; turn++) child.tell({ type: 'go' });
    clock.advance(0);
    expect(refs.length).toBe(11);
    expect(await left(refs)).toBeLessThan(2);
    expect(child.snapshot()?.value).toBe('b');
  });
});
