import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { SeededRandom } from '../../../runtime/sim/random.ts';
import { SimVms } from '../../../runtime/sim/vm-drivers.ts';

function staged() {
  const clock = new VirtualClock();
  const vms = new SimVms(clock);
  const drivers = vms.drivers(clock, new SeededRandom(1).stream('vm'));
  /** What a probe finds, if it is over after so long. */
  const probe = async (isolation: keyof typeof drivers, ms = 1_000, more?: AbortSignal) => {
    let found: unknown = 'nothing yet';
    void drivers[isolation].probe(more ?? new AbortController().signal).then((evidence) => {
      found = 'unavailable' in evidence ? evidence.unavailable : evidence.isolation;
    });
    await clock.advanceAsync(ms);
    return found;
  };
  return { clock, vms, probe };
}

describe('the simulated levels of isolation', () => {
  it('are all there', async () => {
    const { probe } = staged();
    const all = [await probe('isolate'), await probe('process'), await probe('microvm')];
    expect(all).toEqual(['isolate', 'process', 'microvm']);
  });

  it('fail for as long as they are told to, each by itself', async () => {
    const { vms, probe } = staged();
    vms.begin('microvm', 'absent', 1_500);
    vms.begin('process', 'lying', 60_000);
    expect(await probe('microvm')).toBe('microvm is absent');
    expect(await probe('process')).toBe('isolate');
    expect(await probe('microvm')).toBe('microvm');
    vms.heal();
    expect(await probe('process')).toBe('process');
  });

  it('hang until that is over, or they are given up', async () => {
    const { vms, probe } = staged();
    vms.begin('isolate', 'hanging', 10_000);
    expect(await probe('isolate')).toBe('nothing yet');
    expect(await probe('isolate', 1_000, AbortSignal.abort())).toBe('it was given up');
    expect(await probe('isolate', 10_000)).toBe('isolate');
  });
});
