import { describe, expect, it } from 'vitest';
import type { Vm, VmOutcome } from '../../../../actors/vm-drivers.ts';
import { Trial } from '../../../../runtime/world/vm/trial.ts';

/** A guest that comes to this, or does `act` instead. */
function tried(outcome: VmOutcome | undefined, act: (trial: Trial) => void = () => {}) {
  const trial = new Trial();
  const vm: Vm = {
    evidence: { isolation: 'isolate', engine: 'none', digests: {}, found: {} },
    call: () => queueMicrotask(() => (outcome ? trial.onOutcome(outcome) : act(trial))),
    answer: () => {},
    ping: () => {},
    usage: async () => ({ cpuMs: 0, memoryBytes: 0 }),
    kill: () => trial.onExited({ because: 'killed', status: '' }),
  };
  return { trial, vm };
}

describe('a guest that is tried', () => {
  it.each([
    ['gets at nothing', { ok: true, output: '""' } as const, undefined],
    ['gets at process', { ok: true, output: '"process"' } as const, 'a guest gets at "process"'],
    ['throws', { ok: false, fault: 'VM_ERROR', message: '' } as const, 'a guest does not answer'],
  ])('%s', async (_, outcome, unavailable) => {
    const { trial, vm } = tried(outcome);
    expect((await trial.escapeOf(vm))?.unavailable).toBe(unavailable);
  });

  it.each([
    ['ends', (trial: Trial) => trial.onExited({ because: 'crashed', status: '' })],
    ['says what no guest says', (trial: Trial) => trial.onViolated()],
  ])('does not answer if it %s, then or later', async (_, act) => {
    const { trial, vm } = tried(undefined, act);
    expect(await trial.escapeOf(vm)).toEqual({ unavailable: 'a guest does not answer' });
    expect(await trial.outcomeOf(vm, '1')).toBe(undefined);
  });

  it('has ended once nothing of it is left', async () => {
    const { trial, vm } = tried({ ok: true, output: '""' });
    await trial.escapeOf(vm);
    vm.kill();
    expect(await trial.ended).toBe(undefined);
  });
});
