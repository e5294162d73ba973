import { describe, expect, it } from 'vitest';
import type { VmDriver } from '../../actors/vm-drivers.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { IsolationStage } from './isolation-stage.ts';

describe('the levels of isolation', () => {
  it('are asked for one by one, and count once they are proved', async () => {
    const stage = new IsolationStage();
    expect([stage.isolation.mode, stage.clock.pending]).toEqual(['refusing', 0]);
    expect(await stage.level('isolate')).toBe('isolate');
    expect(await stage.level('microvm')).toBe('microvm');
    expect(stage.moves()).toEqual([
      'refusing>isolate level.proved isolate',
      'isolate>microvm level.proved microvm',
    ]);
    expect(stage.isolation.statuses.map(({ is }) => is)).toEqual(['proved', 'unasked', 'proved']);
  });

  it('are all looked at, if somebody wants to know', async () => {
    const stage = new IsolationStage();
    stage.vms.begin('process', 'absent', 60_000);
    void stage.isolation.prove();
    await stage.clock.advanceAsync(1_000);
    expect(stage.isolation.mode).toBe('microvm');
    expect(stage.isolation.statuses[1]).toEqual({
      ...{ isolation: 'process', is: 'lost', evidence: undefined, idle: 0, taken: 0 },
      ...{ unavailable: 'process is absent', fix: 'wait', retryAfterMs: expect.any(Number) },
    });
    expect(stage.of('isolation.lost')).toEqual(['process: process is absent, wait']);
  });

  it('fall no lower than the floor of the work, and climb back once they can be had', async () => {
    const stage = new IsolationStage();
    stage.vms.begin('microvm', 'absent', 20_000);
    expect(await stage.level('microvm', 'process')).toBe('process');
    expect(await stage.level('microvm')).toBe('microvm: microvm is absent');
    expect(stage.isolation.isHopeful('microvm')).toBe(false);
    await stage.clock.advanceAsync(90_000);
    expect(stage.isolation.isHopeful('microvm')).toBe(true);
    expect(await stage.level('microvm')).toBe('microvm');
    expect(stage.moves()).toEqual([
      'refusing>process level.proved process',
      'process>microvm level.proved microvm',
    ]);
  });

  it('take what is stronger, if what is asked for cannot be had', async () => {
    const stage = new IsolationStage();
    stage.vms.begin('isolate', 'lying', 60_000);
    expect(await stage.level('isolate')).toBe('process');
    expect(stage.of('isolation.lost')).toEqual(['isolate: found in force: process, not isolate']);
  });

  it('that nobody has set up stand in for no other, and are asked by who wishes them', async () => {
    const unset = (driver: VmDriver) => Object.assign(driver, { isUnset: true });
    const stage = new IsolationStage(1, new VirtualClock(), unset);
    for (const level of ['process', 'microvm'] as const) stage.vms.begin(level, 'absent', 90_000);
    const known = () => stage.isolation.statuses.map(({ is }) => is);
    expect(await stage.level('process')).toBe('process: process is absent');
    const hopes = (['process', 'microvm'] as const).map((one) => stage.isolation.isHopeful(one));
    expect([known(), hopes]).toEqual([
      ['unasked', 'lost', 'unasked'],
      [false, true],
    ]);
    expect(await stage.level('microvm')).toBe('microvm: microvm is absent');
    expect(known()).toEqual(['unasked', 'lost', 'lost']);
  });

  it('refuse when nothing is left', async () => {
    const stage = new IsolationStage();
    await stage.level('microvm', 'isolate');
    for (const level of ['isolate', 'process', 'microvm'] as const) {
      stage.vms.begin(level, 'absent', 600_000);
      stage.vms.kill(level);
    }
    expect(await stage.level('microvm', 'isolate')).toBe(
      'microvm: microvm is absent; process: process is absent; isolate: isolate is absent',
    );
    expect(stage.isolation.mode).toBe('refusing');
  });

  it('are never lost by what a guest does', async () => {
    const stage = new IsolationStage();
    for (const code of ['crash', 'exhaust', 'violate', 'loop', 'flood', 'linger', 'spin']) {
      for (let times = 0; times < 4; times++) {
        await stage.run(await stage.take('process'), code, 4_000);
      }
    }
    expect(stage.moves()).toEqual(['refusing>process level.proved process']);
    expect(stage.of('breaker.opened')).toEqual([]);
  });

  it('tell of what died one by one, to a point, and then how many', async () => {
    const stage = new IsolationStage();
    for (let times = 0; times < 250; times++) {
      await stage.run(await stage.take('process', 'process', 500), 'crash', 50);
    }
    await stage.clock.advanceAsync(60_000);
    const told = stage.of('vm.died');
    const summed = stage.of('vm.summed').map((text) => Number(text.split(' ')[1]));
    expect(told[0]).toBe('process: VM_CRASHED, SIGSEGV, 1, anna');
    expect(told.length).toBeLessThan(200);
    expect(told.length + summed.reduce((sum, count) => sum + count)).toBe(250);
  });

  it('leave nothing behind when they are closed', async () => {
    const stage = new IsolationStage();
    await stage.run(await stage.take('microvm', 'isolate'), 'loop', 10);
    await stage.take('process');
    stage.vms.begin('isolate', 'hanging', 60_000);
    await stage.take('isolate');
    let isClosed = false;
    void stage.isolation.close().then(() => {
      isClosed = true;
    });
    await stage.clock.advanceAsync(1_000);
    expect([isClosed, stage.clock.pending]).toEqual([true, 0]);
  });
});
