import { describe, expect, it } from 'vitest';
import { audited, failure, settled } from './audit-stage.ts';

/** A runtime whose log can be made to refuse, and to come back. */
async function refusing() {
  const at = await audited();
  const { world, log, clock } = at;
  const refuse = async () => {
    world.files.isReadOnly = true;
    void log.append({ type: 'order.placed' });
    await clock.advanceAsync(0);
    expect(log.status().mode).toBe('readOnly');
  };
  const recover = async () => {
    world.files.isReadOnly = false;
    await clock.advanceAsync(60_000);
    expect(log.status().mode).toBe('readWrite');
  };
  return { ...at, refuse, recover };
}

const readOnly = {
  code: 'READ_ONLY',
  recovery: 'degrade',
  message: 'no call to "psp": effects are refused while nothing can be recorded',
  details: { name: 'psp' },
};

describe('while nothing can be recorded', () => {
  it('a call with an effect is refused, and goes on after', async () => {
    const { runtime, refuse, recover } = await refusing();
    let calls = 0;
    const charge = runtime.protect('psp', async () => ++calls);
    await refuse();
    expect(await failure(charge())).toMatchObject(readOnly);
    expect([calls, runtime.breaker('psp').counts.calls]).toEqual([0, 0]);
    await recover();
    expect(await charge()).toBe(1);
  });

  it('a call that reads goes on', async () => {
    const { runtime, refuse } = await refusing();
    const look = runtime.protect('psp', async (id: string) => `order ${id}`, { effect: 'read' });
    await refuse();
    expect(await look('7')).toBe('order 7');
  });

  it('the fallback of one with an effect answers for it, and hears why', async () => {
    const { runtime, refuse } = await refusing();
    const charge = runtime.protect('psp', async (id: string) => `charged ${id}`, {
      fallback: (error, id) => ({ later: id, error }),
    });
    await refuse();
    expect(await charge('7')).toEqual({ later: '7', error: expect.objectContaining(readOnly) });
  });

  it('no attempt follows one that failed before', async () => {
    const { world, runtime, refuse } = await refusing();
    let calls = 0;
    const charge = runtime.protect(
      'psp',
      async () => {
        calls += 1;
        throw new Error(`failure ${calls}`);
      },
      { retry: { attemptsMax: 5, minMs: 1_000, maxMs: 1_000 }, idempotent: true },
    );
    const charging = failure(charge());
    await refuse();
    const { message } = await settled(world, charging, 1_000);
    expect([message, calls]).toEqual(['failure 1', 1]);
  });

  it('a call that waited for room is refused once there is some', async () => {
    const { runtime, refuse } = await refusing();
    const ends: (() => void)[] = [];
    const charge = runtime.protect('psp', () => new Promise<void>((end) => ends.push(end)), {
      bulkhead: { callsMax: 1, queueMax: 5 },
    });
    const first = charge();
    const second = failure(charge());
    await refuse();
    const third = failure(charge());
    ends[0]?.();
    await first;
    expect([await second, await third, ends.length]).toEqual([
      expect.objectContaining(readOnly),
      expect.objectContaining(readOnly),
      1,
    ]);
  });
});
