/**
 * Defects that were reproduced in the breakers people use today (cockatiel 4, opossum 10). Each is
 * named, and `test/mutants/` has a mutant of ours with that very defect.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { BreakerOptionsInput } from '../../runtime/options/breaker.ts';
import { stage, told } from './kernel/stage.ts';

const down = (): never => {
  throw new Error('down');
};

const noop = (): void => {};

const one = {
  window: { kind: 'consecutive', failuresMax: 1 },
  open: { minMs: 1_000, maxMs: 1_000 },
} as const satisfies BreakerOptionsInput;

/** A breaker that has just become due to be tried. */
async function due(options: BreakerOptionsInput = one) {
  const { runtime, clock, facts } = await stage();
  const breaker = runtime.breaker('psp', options);
  const early = breaker.admit();
  if (!early.admitted) throw new Error(early.because);
  await breaker.tryExecute(down);
  clock.advance(1_000);
  return { runtime, clock, facts, breaker, early };
}

describe('what others get wrong', () => {
  it('D1: after a day of idleness, old failures count no more', async () => {
    const { runtime, clock } = await stage();
    const window = { kind: 'time', durationMs: 5_000, callsMin: 5, failureRatio: 0.5 } as const;
    const breaker = runtime.breaker('psp', { window });
    for (let call = 0; call < 4; call++) {
      await breaker.tryExecute(down);
      clock.advance(500);
    }
    clock.advance(24 * 3_600_000);
    await breaker.tryExecute(down);
    expect([breaker.hasTag('admitting'), breaker.counts.failures]).toEqual([true, 1]);
  });

  it('D2: an abort during a backoff ends the wait at once, and no call follows', async () => {
    const { runtime, clock } = await stage();
    let made = 0;
    const work = runtime.protect(
      'psp',
      () => {
        made += 1;
        return down();
      },
      { retry: { minMs: 400, maxMs: 400 }, idempotent: true },
    );
    const controller = new AbortController();
    const settledAtMs: number[] = [];
    work({ signal: controller.signal }).catch(() => settledAtMs.push(clock.monotonicMs()));
    await clock.advanceAsync(50);
    controller.abort();
    await clock.advanceAsync(5_000);
    expect([settledAtMs, made]).toEqual([[50], 1]);
  });

  it('D3: a late failure does not open a half-open breaker; its probe closes it', async () => {
    const { breaker, early } = await due();
    const probe = breaker.admit();
    early.fail();
    if (probe.admitted) probe.succeed();
    expect([breaker.hasTag('admitting'), breaker.counts.failures]).toEqual([true, 0]);
  });

  it('D4: a thousand calls beside a probe are refused at once, none waits', async () => {
    const { breaker, clock } = await due();
    breaker.admit();
    const settled: boolean[] = [];
    for (let call = 0; call < 1_000; call++) {
      void breaker.tryExecute(() => 7).then(({ ok }) => settled.push(ok));
    }
    await clock.advanceAsync(0);
    const refused = settled.filter((ok) => !ok);
    expect([settled.length, refused.length, breaker.counts.refused]).toEqual([1_000, 1_000, 1_000]);
  });

  it('D5: calls through a bulkhead are counted as all others are', async () => {
    const { runtime } = await stage();
    const bulkhead = { callsMax: 2 };
    const window = { kind: 'count', callsMin: 10, callsMax: 10 } as const;
    const works = [() => 7, down].map((work) =>
      runtime.protect('psp', work, { bulkhead, breaker: { window } }),
    );
    for (const work of works) await work().catch(noop);
    expect(runtime.breaker('psp').counts).toMatchObject({ calls: 2, failures: 1 });
  });

  it('D6: a call that waits for room and is aborted is let go at once', async () => {
    const { runtime, clock } = await stage();
    const hang = runtime.protect('psp', () => new Promise<never>(() => {}), {
      bulkhead: { callsMax: 1, queueMax: 1 },
    });
    const controller = new AbortController();
    const settled: string[] = [];
    const call = (name: string, signal?: AbortSignal): void => {
      hang({ signal }).catch(() => settled.push(`${name} ${clock.monotonicMs()}`));
    };
    call('at work');
    call('given up', controller.signal);
    await clock.advanceAsync(10);
    controller.abort();
    call('next in the queue');
    await clock.advanceAsync(400);
    expect(settled).toEqual(['given up 10']);
  });

  it('D7: a refusal of the breaker is not retried', async () => {
    const { runtime, clock } = await stage();
    const options = { retry: { minMs: 100 }, idempotent: true, breaker: one } as const;
    const work = runtime.protect('psp', down, options);
    work().catch(noop);
    await clock.advanceAsync(0);
    const settledAtMs: number[] = [];
    work().catch(() => settledAtMs.push(clock.monotonicMs()));
    await clock.advanceAsync(900);
    expect([settledAtMs, runtime.breaker('psp').counts.refused]).toEqual([[0], 2]);
  });

  it('D8: what was isolated while open is open when released, after a restore too', async () => {
    const { runtime, clock } = await stage();
    const breaker = runtime.breaker('psp', one);
    await breaker.tryExecute(down);
    breaker.isolate('deploy');
    breaker.restore(breaker.save());
    for (const { release } of breaker.isolations) release();
    expect(await breaker.tryExecute(() => 7)).toMatchObject({ because: 'breaker.open' });
    clock.advance(1_000);
    expect(await breaker.tryExecute(() => 7)).toEqual({ ok: true, value: 7 });
  });

  it('D9: a late success does not close a half-open breaker', async () => {
    const { breaker, early } = await due();
    breaker.admit();
    early.succeed();
    expect([breaker.hasTag('probing'), breaker.counts.late]).toEqual([true, 1]);
  });

  it('D9 and D3 without a permit: a call that was under way moves nothing', async () => {
    const { runtime, clock } = await stage();
    const breaker = runtime.breaker('psp', {
      ...one,
      window: { kind: 'count', callsMax: 10, callsMin: 1 },
    });
    const slow = [true, false].map((isGood) =>
      breaker
        .execute(async () => {
          await new Promise<void>((resolve) => void clock.after(1_500, resolve));
          if (!isGood) down();
        })
        .catch(noop),
    );
    await clock.advanceAsync(0);
    await breaker.tryExecute(down);
    await clock.advanceAsync(1_000);
    const probe = breaker.admit();
    await clock.advanceAsync(500);
    await Promise.all(slow);
    expect([breaker.hasTag('probing'), breaker.counts.late]).toEqual([true, 2]);
    if (probe.admitted) probe.succeed();
    expect(breaker.counts).toMatchObject({ calls: 0, failures: 0 });
  });

  it('D10: the timeout of one call aborts that call alone', async () => {
    const { runtime, clock } = await stage();
    const signals: AbortSignal[] = [];
    const call = runtime.protect(
      'psp',
      (work: Promise<void>, { signal }) => {
        signals.push(signal);
        return work;
      },
      { timeoutMs: 100 },
    );
    const never = new Promise<void>(() => {});
    await call(Promise.resolve());
    call(never).catch(noop);
    await clock.advanceAsync(50);
    call(never).catch(noop);
    await clock.advanceAsync(60);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, false]);
  });

  it('D11: work that outlives its timeout keeps its place in the bulkhead', async () => {
    const { runtime, clock } = await stage();
    const running = { now: 0, max: 0 };
    const slow = runtime.protect(
      'psp',
      () => {
        running.now += 1;
        running.max = Math.max(running.max, running.now);
        return new Promise<void>((resolve) => {
          clock.after(1_000, () => {
            running.now -= 1;
            resolve();
          });
        });
      },
      {
        timeoutMs: 50,
        bulkhead: { callsMax: 2, queueMax: 100, queueMs: 60_000 },
        breaker: { window: { kind: 'consecutive', failuresMax: 1_000 } },
      },
    );
    for (let call = 0; call < 16; call++) slow().catch(noop);
    await clock.advanceAsync(20_000);
    expect(running).toEqual({ now: 0, max: 2 });
  });

  it('D12: the time that is saved is when it opened, not when it was made', async () => {
    const { runtime, clock } = await stage();
    const breaker = runtime.breaker('psp', one);
    clock.advance(3_600_000);
    await breaker.tryExecute(down);
    const { retryAtMs, openForMs } = breaker.save();
    expect([retryAtMs, openForMs >= 500]).toEqual([clock.wallMs() + openForMs, true]);
    breaker.restore(breaker.save());
    clock.advance(openForMs - 1);
    expect(await breaker.tryExecute(() => 7)).toMatchObject({ because: 'breaker.open' });
  });

  it('D13: nothing runs on after the shutdown', async () => {
    const { runtime, clock, breaker } = await due();
    breaker.admit();
    const hang = runtime.protect('other', () => new Promise<never>(() => {}), { timeoutMs: 50 });
    hang().catch(noop);
    expect(clock.pending).toBeGreaterThan(0);
    const stopped = runtime.shutdown();
    await clock.advanceAsync(100);
    await stopped;
    expect(clock.pending).toBe(0);
  });

  it('D14: a failed call costs the same however many there were', async () => {
    const { runtime } = await stage();
    const window = { kind: 'count', callsMax: 20_000, callsMin: 20_000 } as const;
    const breaker = runtime.breaker('psp', { window });
    for (let call = 0; call < 19_999; call++) {
      const permit = breaker.admit();
      if (permit.admitted) permit.fail();
    }
    expect(breaker.counts).toMatchObject({ calls: 19_999, failures: 19_999 });
  }, 2_000);
});

describe('a backend that is down', () => {
  it.each([1, 5, 20])('gets %i calls before the breaker opens, and not one more', async (max) => {
    const { runtime } = await stage();
    let reached = 0;
    const work = runtime.protect(
      'psp',
      async () => {
        reached += 1;
        return down();
      },
      { breaker: { window: { kind: 'consecutive', failuresMax: max } } },
    );
    for (let call = 0; call < 10_000; call++) await work().catch(noop);
    expect(reached).toBe(max);
  });

  it('gets none from whoever hears that the breaker opened', async () => {
    const { runtime, facts } = await stage();
    const breaker = runtime.breaker('psp', one);
    const heard: unknown[] = [];
    runtime.events$.subscribe(({ type }) => {
      if (type === 'breaker.opened') heard.push(breaker.admit().admitted);
    });
    await breaker.tryExecute(down);
    expect([heard, told(facts)]).toEqual([[false], ['breaker.opened psp']]);
  });

  it('keeps nobody waiting for room once its breaker has opened', async () => {
    const { runtime, clock } = await stage();
    const hang = runtime.protect('psp', () => new Promise<never>(() => {}), {
      timeoutMs: 50,
      bulkhead: { callsMax: 1, queueMax: 5 },
      breaker: one,
    });
    const settled: string[] = [];
    const call = (name: string): void => {
      hang().catch(({ code }) => settled.push(`${name} ${code} ${clock.monotonicMs()}`));
    };
    for (const name of ['at work', 'waiting']) call(name);
    await clock.advanceAsync(100);
    call('later');
    await clock.advanceAsync(400);
    expect(settled).toEqual([
      'waiting BREAKER_OPEN 56',
      'at work CALL_TIMEOUT 56',
      'later BREAKER_OPEN 100',
    ]);
  });
});

describe('many breakers', () => {
  setFlagsFromString('--expose-gc');
  const gc: () => void = runInNewContext('gc');
  const usedBytes = (): number => {
    gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };

  it.each([
    { kind: 'consecutive' } as const,
    { kind: 'count' } as const,
    { kind: 'time' } as const,
  ])('take less than 10 MB for ten thousand that have been called: $kind', async (window) => {
    const { runtime } = await stage();
    const before = usedBytes();
    for (let index = 0; index < 10_000; index++) {
      const breaker = runtime.breaker(`breaker ${index}`, { window });
      await breaker.execute(noop);
      await breaker.tryExecute(down);
    }
    expect((usedBytes() - before) / 1_000_000).toBeLessThan(10);
    expect(runtime.breaker('breaker 0').hasTag('admitting')).toBe(true);
  });

  it('take no more for 200,000 names than for those that are kept', async () => {
    const { runtime } = await stage({ limits: { breakersMax: 1_000 } });
    const before = usedBytes();
    for (let index = 0; index < 200_000; index++) runtime.breaker(`name ${index}`);
    expect((usedBytes() - before) / 1_000_000).toBeLessThan(5);
  });
});
