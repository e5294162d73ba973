import { describe, expect, it, vi } from 'vitest';
import { BreakerActor } from '../../actors/breaker.actor.ts';
import { stage } from './kernel/stage.ts';
import { refusalOf } from './options/refusal.ts';

const down = (): never => {
  throw new Error('down');
};

describe('the breakers of a runtime', () => {
  it('are known by their names, with the options of whoever asked first', async () => {
    const { runtime } = await stage();
    const window = { kind: 'consecutive', failuresMax: 1 } as const;
    const breaker = runtime.breaker('psp', { window });
    await runtime.breaker('psp').tryExecute(down);
    expect(breaker.hasTag('rejecting')).toBe(true);
    expect(runtime.breaker('psp', { window }).hasTag('rejecting')).toBe(true);
    expect(runtime.breaker('other').hasTag('admitting')).toBe(true);
    expect(refusalOf(() => runtime.breaker('psp', { probesMax: 2 }))).toBe(
      'RangeError: options must be those that breaker "psp" has already, or none; ' +
        'configure changes them',
    );
    expect(
      refusalOf(() => runtime.breaker('psp', { window, classify: () => 'success' })),
    ).toContain('options must be those that breaker "psp" has already');
  });

  it.each([
    [7, 'TypeError: name must be a string of 1 to 128 characters, got 7'],
    ['', 'RangeError: name must be a string of 1 to 128 characters, got ""'],
  ])('have no name like %o', async (name, refused) => {
    const { runtime } = await stage();
    expect(refusalOf(() => runtime.breaker(name as string))).toBe(refused);
  });

  it('forget the closed one idle longest, and none that is open or isolated', async () => {
    const { runtime } = await stage({ limits: { breakersMax: 3 } });
    const window = { kind: 'consecutive', failuresMax: 1 } as const;
    await runtime.breaker('open', { window }).tryExecute(down);
    runtime.breaker('isolated').isolate('deploy');
    runtime.breaker('idle', { probesMax: 7 });
    for (const name of ['a', 'b', 'c']) await runtime.breaker(name).execute(() => name);
    expect(runtime.breaker('open').hasTag('rejecting')).toBe(true);
    expect(runtime.breaker('isolated').hasTag('isolated')).toBe(true);
    expect(() => runtime.breaker('idle', { probesMax: 8 })).not.toThrow();
  });

  it('keep those that are called over those that are not', async () => {
    const { runtime } = await stage({ limits: { breakersMax: 100 } });
    const window = { kind: 'count', callsMax: 1_000, callsMin: 1_000 } as const;
    runtime.breaker('busy', { window });
    for (let index = 0; index < 1_000; index++) {
      await runtime.breaker('busy').execute(() => index);
      runtime.breaker(`one of many ${index}`);
    }
    expect(runtime.breaker('busy').counts.calls).toBe(1_000);
  });

  it('are looked at twice at most for each new name, however many there are', async () => {
    const { runtime } = await stage({ limits: { breakersMax: 1_000 } });
    const looks = vi.spyOn(BreakerActor.prototype, 'isAsleep', 'get');
    for (let index = 0; index < 11_000; index++) {
      await runtime.breaker(`one of many ${index}`).execute(() => index);
    }
    expect(looks.mock.calls.length).toBeLessThanOrEqual(2 * 10_000);
    looks.mockRestore();
  });

  it('say so when none of them may be forgotten, and forget none', async () => {
    const { runtime } = await stage({ limits: { breakersMax: 2 } });
    const [a, b] = ['a', 'b'].map((name) => runtime.breaker(name).isolate('deploy'));
    expect(() => runtime.breaker('c')).toThrow(
      'limits.breakersMax: 2 breakers are open, isolated or at work',
    );
    b?.release();
    runtime.breaker('c');
    expect(runtime.breaker('a').isolations.map(({ id }) => id)).toEqual([a?.id]);
  });

  it('know one that they forgot again when it is called, as its namesake', async () => {
    const { runtime } = await stage({ limits: { breakersMax: 1 } });
    const held = runtime.breaker('psp');
    for (let call = 0; call < 4; call++) await held.tryExecute(down);
    runtime.breaker('another');
    const since = runtime.breaker('psp');
    for (let call = 0; call < 5; call++) await since.tryExecute(down);
    expect([await held.tryExecute(() => 7), held.counts.refused]).toMatchObject([
      { ok: false, because: 'breaker.open' },
      1,
    ]);
  });

  it('give a forgotten one that comes back its thresholds, if its namesake has none', async () => {
    const { runtime } = await stage({ limits: { breakersMax: 1 } });
    const window = { kind: 'consecutive', failuresMax: 1 } as const;
    let reached = 0;
    const work = runtime.protect(
      'psp',
      () => {
        reached += 1;
        return down();
      },
      { breaker: { window } },
    );
    runtime.breaker('other');
    runtime.breaker('psp');
    for (let call = 0; call < 20; call++) await work().catch(() => {});
    expect(reached).toBe(1);
  });

  it('let nothing through once the runtime has stopped, and hold no timer', async () => {
    const { runtime, clock } = await stage();
    const window = { kind: 'consecutive', failuresMax: 1 } as const;
    const breaker = runtime.breaker('psp', { window, open: { minMs: 1, maxMs: 1 } });
    await breaker.tryExecute(down);
    clock.advance(1);
    expect(breaker.admit().admitted).toBe(true);
    expect(clock.pending).toBe(1);
    const stopped = runtime.shutdown();
    await clock.advanceAsync(0);
    await stopped;
    expect(clock.pending).toBe(0);
    await expect(breaker.execute(() => 7)).rejects.toMatchObject({ code: 'RUNTIME_STOPPED' });
    expect(() => runtime.breaker('new')).toThrow('the runtime has stopped');
  });
});
