import { describe, expect, it } from 'vitest';
import { IsolationStage } from './isolation-stage.ts';

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
});
