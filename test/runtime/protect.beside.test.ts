import { describe, expect, it } from 'vitest';
import { stage } from './kernel/stage.ts';

const down = (): never => {
  throw new Error('down');
};
const noop = (): void => {};
const one = {
  window: { kind: 'consecutive', failuresMax: 1 },
  open: { minMs: 1_000, maxMs: 1_000 },
} as const;
describe('a call, and those that wait beside it,', () => {
  it('is not followed by one that waits, if its failure opens the breaker', async () => {
    const { runtime, clock } = await stage();
    let reached = 0;
    const work = runtime.protect(
      'psp',
      async () => {
        reached += 1;
        await null;
        return down();
      },
      { bulkhead: { callsMax: 1, queueMax: 10 }, breaker: one },
    );
    for (let i = 0; i < 5; i++) work().catch(noop);
    await clock.advanceAsync(100);
    expect(reached).toBe(1);
  });
  it('is followed by one that waits, if it was the probe that closed the breaker', async () => {
    const { runtime, clock } = await stage();
    const settled: unknown[] = [];
    let works: (() => unknown)[] = [];
    const call = runtime.protect('psp', () => works.shift()?.(), {
      timeoutMs: 50,
      bulkhead: { callsMax: 1, queueMax: 5 },
      breaker: one,
    });
    works = [
      () => new Promise<void>((r) => void clock.after(5_000, r)),
      async () => 'probe',
      async () => 'next',
    ];
    call().catch(noop);
    await clock.advanceAsync(4_000);
    for (let i = 0; i < 2; i++)
      call().then(
        (v) => settled.push(v),
        (e) => settled.push(e.code),
      );
    await clock.advanceAsync(2_000);
    expect(settled).toEqual(['probe', 'next']);
  });
  it('is not retried after the shutdown', async () => {
    const { runtime, clock } = await stage();
    const times: number[] = [];
    const work = runtime.protect(
      'psp',
      () => {
        times.push(clock.monotonicMs());
        return down();
      },
      { retry: { minMs: 1_000 }, idempotent: true },
    );
    work().catch(noop);
    await clock.advanceAsync(10);
    const s = runtime.shutdown();
    await clock.advanceAsync(0);
    await s;
    await clock.advanceAsync(100_000);
    expect(times).toEqual([0]);
  });
  it('is not made after the shutdown if it waits for room', async () => {
    const { runtime, clock } = await stage();
    const times: number[] = [];
    const work = runtime.protect(
      'psp',
      () => {
        times.push(clock.monotonicMs());
        return new Promise<void>((r) => void clock.after(1_000, r));
      },
      { bulkhead: { callsMax: 1, queueMax: 5 } },
    );
    work().catch(noop);
    work().catch(noop);
    await clock.advanceAsync(10);
    const s = runtime.shutdown();
    await clock.advanceAsync(0);
    await s;
    await clock.advanceAsync(100_000);
    expect(times).toEqual([0]);
  });
  it('hears of the shutdown, which leaves no timer', async () => {
    const { runtime, clock } = await stage();
    const seen: unknown[] = [];
    const work = runtime.protect('psp', () => new Promise<void>(() => {}), {
      bulkhead: { callsMax: 1, queueMax: 5 },
    });
    work().catch((e) => seen.push(e.code));
    await clock.advanceAsync(10);
    const s = runtime.shutdown();
    await clock.advanceAsync(0);
    await s;
    await clock.advanceAsync(100);
    expect([clock.pending, seen]).toEqual([0, ['RUNTIME_STOPPED']]);
  });
  it('wakes no breaker of a stopped runtime when it is retried', async () => {
    const { runtime, clock } = await stage();
    const times: number[] = [];
    const work = runtime.protect(
      'psp',
      () => {
        times.push(clock.monotonicMs());
        return times.length === 1 ? down() : new Promise(() => {});
      },
      { retry: { minMs: 2_000 }, idempotent: true, breaker: one, timeoutMs: 60_000 },
    );
    work().catch(noop);
    await clock.advanceAsync(10);
    const s = runtime.shutdown();
    await clock.advanceAsync(0);
    await s;
    await clock.advanceAsync(10_000);
    expect([times, clock.pending]).toEqual([[0], 0]);
  });
  it('shows of a forgotten breaker what its namesake is', async () => {
    const { runtime } = await stage({ limits: { breakersMax: 1 } });
    const held = runtime.breaker('psp');
    runtime.breaker('other');
    runtime.breaker('psp').isolate('deploy');
    expect([held.hasTag('isolated'), held.isolations.length]).toEqual([true, 1]);
  });
  it('counts with the namesake when its breaker was forgotten', async () => {
    const { runtime, clock } = await stage({ limits: { breakersMax: 1 } });
    let made = 0;
    const work = runtime.protect(
      'psp',
      () => {
        made += 1;
        return down();
      },
      { retry: { minMs: 1_000 }, idempotent: true },
    );
    work().catch(noop);
    await clock.advanceAsync(0);
    runtime.breaker('other');
    runtime.breaker('psp').isolate('deploy');
    await clock.advanceAsync(100_000);
    expect(made).toBe(1);
  });
  it('is not slow because somebody begins to look', async () => {
    const { runtime, clock } = await stage();
    const breaker = runtime.breaker('psp');
    clock.advance(1_000_000);
    const permit = breaker.admit();
    clock.advance(1);
    breaker.configure({
      window: { kind: 'count', callsMax: 10, callsMin: 1, slowMs: 1_000, slowRatio: 0.5 },
    });
    if (permit.admitted) permit.succeed();
    expect([breaker.counts.slow, breaker.hasTag('admitting')]).toEqual([0, true]);
  });
  it('keeps its name from being forgotten while it works', async () => {
    const { runtime, clock } = await stage({ limits: { breakersMax: 1 } });
    let running = 0;
    const make = () =>
      runtime.protect(
        'psp',
        () => {
          running += 1;
          return new Promise(() => {});
        },
        { bulkhead: { callsMax: 1 } },
      );
    make()().catch(noop);
    expect(() => runtime.breaker('other')).toThrow('are open, isolated or at work');
    make()().catch(noop);
    await clock.advanceAsync(0);
    expect(running).toBe(1);
  });
});
