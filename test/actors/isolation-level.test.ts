import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import type { Cancel } from '../../storage/ports.ts';
import { IsolationStage, limits } from './isolation-stage.ts';

describe('a level of isolation', () => {
  it.each(['absent', 'hanging', 'lying'] as const)(
    'is lost when guests cannot be made, %s as it is, and proved again later and later',
    async (trouble) => {
      const stage = new IsolationStage(0);
      expect(await stage.level('microvm')).toBe('microvm');
      stage.vms.begin('microvm', trouble, 120_000);
      await stage.take('microvm', 'microvm', 30_000);
      expect(stage.moves().at(-1)).toBe('microvm>refusing level.lost microvm');
      await stage.clock.advanceAsync(600_000);
      expect(stage.of('breaker.opened').length).toBeLessThan(12);
      expect(stage.moves().at(-1)).toBe('refusing>microvm level.proved microvm');
      expect(await stage.level('microvm')).toBe('microvm');
    },
  );

  it('says of what it is lost, what mends it, and when it is tried again', async () => {
    const stage = new IsolationStage(0);
    await stage.level('process');
    expect(stage.isolation.statuses[1]?.retryAfterMs).toBeUndefined();
    stage.vms.begin('process', 'absent', 3_000);
    await stage.level('process', 'process', 500);
    expect(stage.of('isolation.lost')).toEqual([
      'process: 3 guests in a row could not be made: process is absent, wait',
    ]);
    const dueAtMs: number[] = [];
    while (dueAtMs.length < 40) {
      const { is, retryAfterMs = Number.NaN } = stage.isolation.statuses[1] ?? {};
      if (is === 'proved') break;
      dueAtMs.push(stage.clock.monotonicMs() + retryAfterMs);
      await stage.clock.advanceAsync(100);
    }
    // It comes nearer, and then is another one.
    expect(new Set(dueAtMs).size).toBeLessThan(dueAtMs.length);
    expect(stage.isolation.statuses[1]?.retryAfterMs).toBeUndefined();
  });

  it('is proved again later each time that it is lost again soon', async () => {
    const stage = new IsolationStage(0);
    const lostForMs: number[] = [];
    for (let times = 0; times < 6; times++) {
      expect(await stage.level('process')).toBe('process');
      stage.vms.begin('process', 'absent', 600);
      await stage.take('process', 'process', 500);
      const lostAtMs = stage.clock.monotonicMs();
      const is = () => stage.isolation.statuses[1]?.is;
      expect(is()).toBe('lost');
      while (is() !== 'proved') await stage.clock.advanceAsync(500);
      lostForMs.push(stage.clock.monotonicMs() - lostAtMs);
    }
    const [first = 0, ...later] = lostForMs;
    expect(first).toBeLessThan(2_000);
    for (const [nth, ms] of later.entries()) expect(ms).toBeGreaterThan(500 * 2 ** nth);
    expect(lostForMs.at(-1)).toBeLessThan(60_000);
  });

  it.each(['isolate', 'process', 'microvm'] as const)(
    'is not proved by a probe alone: where no guest can be made, %s is not had and lost in turn',
    async (level) => {
      const stage = new IsolationStage(0);
      await stage.level(level, level, 2_000);
      stage.vms.begin(level, 'barren', 120_000);
      for (let second = 0; second < 119; second++) await stage.take(level);
      expect(stage.of('isolation.lost')).toEqual([
        `${level}: 3 guests in a row could not be made: ${level} makes no guest, wait`,
      ]);
      const proved = stage.of('isolation.proved').filter((told) => told.startsWith(level));
      expect(proved.length).toBe(1);
      expect(stage.of('breaker.opened').length).toBeLessThan(12);
      await stage.clock.advanceAsync(300_000);
      expect(await stage.level(level)).toBe(level);
    },
  );

  it('is proved again though timers come a moment early, as those of Node do', async () => {
    class EarlyClock extends VirtualClock {
      override after(delayMs: number, task: () => void): Cancel {
        return super.after(delayMs > 500 ? delayMs - 0.001 : delayMs, task);
      }
    }
    const stage = new IsolationStage(0, new EarlyClock());
    stage.vms.begin('process', 'absent', 10_000);
    await stage.level('process');
    await stage.clock.advanceAsync(60_000);
    expect(await stage.level('process')).toBe('process');
  });

  it('is not proved by a guest that does not answer', async () => {
    const stage = new IsolationStage();
    void stage.isolation.prove();
    const muting = stage.vms;
    for (let step = 0; step < 60; step++) {
      muting.mute('process');
      await stage.clock.advanceAsync(20);
    }
    await stage.clock.advanceAsync(2_000);
    expect(stage.of('isolation.lost')).toEqual(['process: a guest does not answer']);
  });

  it('stays, if one guest can be made in three attempts', async () => {
    const stage = new IsolationStage(0);
    await stage.level('process');
    stage.vms.begin('process', 'absent', 150);
    expect(await stage.level('process')).toBe('process');
    expect(stage.of('isolation.lost')).toEqual([]);
  });

  it('is lost when guests die that have run nothing, for that no guest can do', async () => {
    const stage = new IsolationStage();
    const vms = [await stage.take('process'), await stage.take('process')];
    stage.vms.kill('process');
    await stage.clock.advanceAsync(0);
    expect(vms.map((vm) => typeof vm !== 'string' && vm.death)).toEqual(['lost', 'lost']);
    expect(stage.moves()[1]).toBe('process>refusing level.lost process');
  });

  it('asks each that does nothing every minute whether it is still well', async () => {
    const stage = new IsolationStage();
    await stage.take('process');
    stage.vms.mute('process');
    await stage.clock.advanceAsync(63_000);
    expect(stage.of('vm.died')).toEqual([
      'process: lost, SIGKILL, 0',
      'process: lost, SIGKILL, 0, anna',
    ]);
  });

  it('is busy, and not lost, while guests take the time to make others', async () => {
    const stage = new IsolationStage(0);
    await stage.starve('microvm', 100_000);
    for (let times = 0; times < 3; times++) {
      const late = await stage.take('microvm', 'isolate', 11_000);
      expect(late).toBe('guests take the time to make another');
    }
    expect(stage.isolation.statuses[2]?.is).toBe('proved');
    expect([stage.of('isolation.lost'), stage.of('breaker.opened')]).toEqual([[], []]);
    await stage.clock.advanceAsync(100_000);
    expect(await stage.level('microvm')).toBe('microvm');
  });

  it('is neither had nor lost while guests of another take the time to prove it', async () => {
    const stage = new IsolationStage(0);
    await stage.starve('isolate', 100_000);
    expect(await stage.take('process', 'isolate', 11_000)).toBe(
      'its probe did not end within 10000 ms',
    );
    expect(stage.isolation.statuses[1]?.is).toBe('unasked');
    expect([stage.of('isolation.lost'), stage.of('breaker.opened')]).toEqual([[], []]);
    await stage.clock.advanceAsync(100_000);
    expect(await stage.level('process')).toBe('process');
  });

  it('is not lost by guests that answer late while others take the time', async () => {
    const stage = new IsolationStage(4);
    await stage.starve('process', 300_000);
    await stage.clock.advanceAsync(130_000);
    const died = stage.of('vm.died').filter((told) => told === 'process: lost, SIGKILL, 0');
    expect(died.length).toBeGreaterThan(3);
    expect([stage.of('isolation.lost'), stage.of('breaker.opened')]).toEqual([[], []]);
  });

  it('is lost though a guest waits, for that takes no time of anybody', async () => {
    const stage = new IsolationStage(0);
    const vm = await stage.take('microvm');
    if (typeof vm === 'string') throw new Error(vm);
    const patient = { ...limits, timeoutMs: 600_000 };
    vm.call({
      ...{ code: 'loop', input: '1', limits: patient, onPrinted: () => {} },
      ...{ onHostCall: async () => '', onOver: () => {} },
    });
    stage.vms.begin('microvm', 'hanging', 120_000);
    await stage.take('microvm', 'microvm', 40_000);
    expect(stage.moves().at(-1)).toBe('microvm>refusing level.lost microvm');
  });

  it('stays, if only guests larger than usual cannot be made', async () => {
    const stage = new IsolationStage(0, new VirtualClock(), (driver) => ({
      isolation: driver.isolation,
      probe: (signal) => driver.probe(signal),
      create: async (spec, events, signal) =>
        spec.memoryBytesMax > 1
          ? { unavailable: 'it is too large' }
          : await driver.create(spec, events, signal),
    }));
    await stage.level('microvm');
    for (let times = 0; times < 3; times++) {
      expect(await stage.take('microvm', 'microvm', 2_000, 2)).toBe('microvm: it is too large');
    }
    expect([stage.of('isolation.lost'), stage.of('breaker.opened')]).toEqual([[], []]);
    expect(await stage.level('microvm')).toBe('microvm');
    stage.vms.begin('microvm', 'absent', 60_000);
    await stage.take('microvm', 'microvm', 1_000, 2);
    expect(stage.of('isolation.lost')).toEqual([
      'microvm: 3 guests in a row could not be made: microvm is absent, wait',
    ]);
  });

  it('is closed once nothing is left of its probe', async () => {
    const stage = new IsolationStage(0);
    stage.vms.begin('process', 'slow', 60_000, 60_000);
    void stage.isolation.prove();
    await stage.clock.advanceAsync(1_000);
    const left: number[] = [];
    void stage.isolation.close().then(() => left.push(stage.clock.pending));
    await stage.clock.advanceAsync(1_000);
    expect(left).toEqual([0]);
  });
});
