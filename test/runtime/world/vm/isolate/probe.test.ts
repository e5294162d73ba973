import { expect, it } from 'vitest';
import type { Vm, VmEvents, VmOutcome } from '../../../../../actors/vm-drivers.ts';
import { isolateDriver } from '../../../../../runtime/world/vm/isolate/driver.ts';
import { probeIsolate } from '../../../../../runtime/world/vm/isolate/probe.ts';

const evidence = { isolation: 'isolate', engine: 'none', digests: {}, found: {} } as const;

/** A guest that comes to `outcomes`, one after the other, and after them is ended. */
function guestOf(events: VmEvents, outcomes: readonly VmOutcome[]): Vm {
  const left = [...outcomes];
  return {
    evidence,
    call() {
      const outcome = left.shift();
      if (outcome !== undefined) queueMicrotask(() => events.onOutcome(outcome));
    },
    answer() {},
    ping() {},
    usage: async () => ({ cpuMs: 0, memoryBytes: 0 }),
    kill: () => queueMicrotask(() => events.onExited({ because: 'killed', status: '' })),
  };
}

const nothing: VmOutcome = { ok: true, output: '""' };
const starved: VmOutcome = { ok: false, fault: 'VM_MEMORY', message: '' };
const never = new AbortController().signal;

const probed = (...outcomes: readonly VmOutcome[]) =>
  probeIsolate(async (_, events) => guestOf(events, outcomes), never);

it('finds what keeps a guest in, if all of it holds', async () => {
  expect(await probed(nothing, starved)).toBe(evidence);
});

it.each([
  ['a guest gets at "fetch"', [{ ok: true, output: '"fetch"' } as const]],
  ['a guest does not answer', [starved]],
  ['the memory of a guest has no end', [nothing, nothing]],
  ['a guest cannot be ended', [nothing, starved, nothing]],
])('finds that %s', async (unavailable, outcomes) => {
  expect(await probed(...outcomes)).toEqual({ unavailable });
});

it('is over when it is given up', async () => {
  const ended = await probeIsolate(isolateDriver.create, AbortSignal.abort());
  expect(ended).toEqual({ unavailable: 'it took too long' });
});
