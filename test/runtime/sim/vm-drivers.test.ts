import { describe, expect, it } from 'vitest';
import type { Vm, VmEvents } from '../../../actors/vm-drivers.ts';
import type { Isolation } from '../../../machines/isolation.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { SeededRandom } from '../../../runtime/sim/random.ts';
import { SimVms } from '../../../runtime/sim/vm-drivers.ts';

const never = new AbortController().signal;

function staged() {
  const clock = new VirtualClock();
  const vms = new SimVms(clock);
  const drivers = vms.drivers(clock, new SeededRandom(1).stream('vm'));
  /** What a probe finds, if it is over after so long. */
  const probe = async (isolation: Isolation, ms = 1_000, signal = never) => {
    let found: unknown = 'nothing yet';
    void drivers[isolation].probe(signal).then((evidence) => {
      found = 'unavailable' in evidence ? evidence.unavailable : evidence.isolation;
    });
    await clock.advanceAsync(ms);
    return found;
  };
  return { clock, vms, drivers, probe };
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

  it('make nothing, and answer nothing, while guests compute on all cores', async () => {
    const { clock, drivers, probe } = staged();
    const pongs: string[] = [];
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => made()));
    async function made(): Promise<Vm> {
      const events: VmEvents = {
        ...{ onPrinted() {}, onHostCall() {}, onOutcome() {}, onViolated() {}, onExited() {} },
        onPong: (nonce) => pongs.push(nonce),
      };
      const creating = drivers.process.create({ memoryBytesMax: 1 }, events, never);
      await clock.advanceAsync(1_000);
      const vm = await creating;
      if ('unavailable' in vm) throw new Error(vm.unavailable);
      return vm;
    }
    for (const vm of [first, second]) vm?.call({ code: 'spin', input: '1', resultBytesMax: 1 });
    await clock.advanceAsync(10);
    third?.ping('late');
    expect([await probe('isolate', 10_000), pongs]).toEqual(['nothing yet', []]);
    first?.kill();
    expect([await probe('isolate', 1_000), pongs]).toEqual(['isolate', ['late']]);
  });

  it('hang until that is over, or they are given up', async () => {
    const { vms, probe } = staged();
    vms.begin('isolate', 'hanging', 10_000);
    expect(await probe('isolate')).toBe('nothing yet');
    expect(await probe('isolate', 1_000, AbortSignal.abort())).toBe('it was given up');
    expect(await probe('isolate', 10_000)).toBe('isolate');
  });
});
