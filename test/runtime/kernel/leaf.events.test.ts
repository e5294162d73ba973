import { describe, expect, it } from 'vitest';
import { counterMachine, stage } from './stage.ts';

describe('an event', () => {
  it('is what it was when it was accepted, whatever its sender does to it later', async () => {
    const { runtime, clock } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    const event: { type: string } = { type: 'add' };
    child.tell(event as { type: 'add' });
    event.type = 'xstate.stop';
    clock.advance(0);
    expect([child.snapshot()?.status, child.snapshot()?.context]).toEqual(['active', { count: 1 }]);
  });

  it('is read once: one that answers differently the next time holds nobody up', async () => {
    const { runtime, clock } = await stage();
    const pool = runtime.supervisor('pool');
    const [child, sibling] = ['a', 'b'].map((id) => pool.start(id, counterMachine));
    let reads = 0;
    const sly = {
      get type(): 'add' {
        reads += 1;
        if (reads > 2) throw new Error('do not look');
        return 'add';
      },
    };
    expect(child?.tell(sly)).toBe('accepted');
    sibling?.tell({ type: 'add' });
    clock.advance(0);
    const counts = [child, sibling].map((handle) => handle?.snapshot()?.context);
    expect(counts).toEqual([{ count: 1 }, { count: 1 }]);
  });

  it('that cannot be read is refused, and noted without being kept', async () => {
    const { runtime } = await stage();
    const child = runtime.supervisor('pool').start('a', counterMachine);
    const unreadable = new Proxy({ type: 'add' } as const, {
      ownKeys: () => {
        throw new Error('do not look');
      },
    });
    expect(child.tell(unreadable)).toEqual({ rejected: 'type' });
    const letters = runtime.deadLetters.recent.map(({ reason, event }) => [reason, event]);
    expect(letters).toEqual([['type', undefined]]);
  });
});
