import { describe, expect, it } from 'vitest';
import { IsolationStage } from './isolation-stage.ts';

describe('the guests of a level', () => {
  it('are made ahead once the level is used, and each is for one tenant', async () => {
    const stage = new IsolationStage(2);
    const first = await stage.take('isolate');
    expect(stage.counts('isolate')).toEqual([2, 1]);
    const second = await stage.take('isolate', 'isolate', 0);
    expect(second).not.toBe(first);
    expect(typeof second).toBe('object');
    expect(stage.counts('isolate')).toEqual([1, 2]);
    await stage.clock.advanceAsync(200);
    expect(stage.counts('isolate')).toEqual([2, 2]);
  });

  it('are gone from the books once they have served', async () => {
    const stage = new IsolationStage();
    expect(await stage.run(await stage.take('isolate'), '')).toBe('1');
    expect(await stage.run(await stage.take('isolate'), 'crash')).toBe('VM_CRASHED');
    expect(stage.counts('isolate')).toEqual([1, 0]);
  });

  it('are made when they are asked for, if none is made ahead', async () => {
    const stage = new IsolationStage(0);
    expect(await stage.level('isolate')).toBe('isolate');
    expect(await stage.level('isolate', 'isolate', 0)).toBe('waits');
    await stage.clock.advanceAsync(200);
    expect(stage.counts('isolate')).toEqual([0, 2]);
  });

  it('that wait are let go when their level is lost; who has a tenant goes on', async () => {
    const stage = new IsolationStage();
    const kept = await stage.take('isolate');
    stage.vms.begin('isolate', 'absent', 60_000);
    for (let times = 0; times < 2; times++) await stage.take('isolate');
    expect(stage.counts('isolate')).toEqual([0, 2]);
    expect(await stage.run(kept, '')).toBe('1');
  });
});
