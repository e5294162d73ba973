import { describe, expect, it } from 'vitest';
import { type EventObject, fromCallback, setup } from 'xstate';
import { counterMachine, drainingMachine, stage, told } from './stage.ts';

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

  it('of the kind that the kernel drains by is refused', async () => {
    const { runtime } = await stage();
    const child = runtime.supervisor('pool').start('a', drainingMachine);
    expect(child.tell({ type: 'actor.drain', deadlineMs: 1 })).toEqual({ rejected: 'type' });
  });

  it('that is due before now is due at once, as a delay that is over', async () => {
    const { runtime, clock } = await stage();
    const overdue = setup({ delays: { untilThen: () => -5 } }).createMachine({
      initial: 'waiting',
      states: { waiting: { after: { untilThen: 'done' } }, done: {} },
    });
    const child = runtime.supervisor('pool').start('a', overdue);
    clock.advance(0);
    expect(child.snapshot()?.value).toBe('done');
  });
});

describe('an error of a timer', () => {
  it('fails every incarnation that armed it, not only the first', async () => {
    const { runtime, clock, facts } = await stage();
    const logic = fromCallback(() => {
      clock.after(1, () => {
        throw new Error('late');
      });
    });
    const backoff = { minMs: 0, maxMs: 0 };
    runtime.supervisor('pool').start('a', logic, { backoff });
    for (let passed = 0; passed < 4; passed++) clock.advance(1);
    expect(told(facts, 'actor.failed').length).toBeGreaterThan(2);
  });
});

describe('a wish to restart', () => {
  it('does not bring back an actor that is on its way out', async () => {
    const { runtime, clock, facts } = await stage();
    const child = runtime.supervisor('pool').start('a', drainingMachine);
    void child.stop();
    clock.advance(0);
    child.restart('too late');
    clock.advance(2_000);
    expect(told(facts, 'supervisor.decided', 'actor.restarted', 'actor.stopped')).toEqual([
      'actor.stopped pool/a',
    ]);
  });

  it('that is made for ever leaves others their turn', async () => {
    const { runtime, clock } = await stage();
    const pool = runtime.supervisor('pool');
    let restarts = 0;
    const served: number[] = [];
    const neighbour = fromCallback<EventObject>(({ receive }) => {
      receive(() => served.push(restarts));
    });
    pool.start('b', neighbour).tell({ type: 'hello' });
    const restless = fromCallback(() => {
      restarts += 1;
      if (restarts < 1_000) runtime.find('pool/a')?.restart('again');
    });
    pool.start('a', restless);
    runtime.find('pool/a')?.restart('again');
    clock.advance(0);
    expect([served.length, (served[0] ?? 1_000) < 100, restarts > 999]).toEqual([1, true, true]);
  });
});
