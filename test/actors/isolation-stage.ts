import { IsolationActor } from '../../actors/isolation.actor.ts';
import type { VmActor } from '../../actors/vm.actor.ts';
import type { VmDriver } from '../../actors/vm-drivers.ts';
import type { Isolation } from '../../machines/isolation.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { SimVms } from '../../runtime/sim/vm-drivers.ts';
import { kernelOn } from './audit-stage.ts';

const spec = { memoryBytesMax: 1 };

export const limits = {
  ...{ timeoutMs: 1_000, cpuMs: 1_000, outputBytesMax: 1_000 },
  ...{ resultBytesMax: 1_000, hostCallsMax: 1, hostBytesMax: 1_000 },
};

/** All levels on virtual time, and what is told of them. */
export class IsolationStage {
  readonly clock: VirtualClock;
  readonly vms: SimVms;
  readonly told: [string, string, Readonly<Record<string, unknown>>][] = [];
  readonly isolation: IsolationActor;

  /** `drives` makes of a simulated driver what it is to be. */
  constructor(
    warmMax = 1,
    clock = new VirtualClock(),
    drives: (driver: VmDriver) => VmDriver = (driver) => driver,
  ) {
    this.clock = clock;
    this.vms = new SimVms(clock);
    const drivers = this.vms.drivers(this.clock, new SeededRandom(1).stream('vm'));
    this.isolation = new IsolationActor({
      kernel: kernelOn(this.clock, this.told),
      drivers: { ...drivers, microvm: drives(drivers.microvm) },
      deadlines: { provisionMs: 10_000, pingMs: 2_000, endMs: 5_000 },
      warmMax: { isolate: warmMax, process: warmMax, microvm: warmMax },
      spec,
      healthMs: 60_000,
      onChanged: () => {},
    });
  }

  /** The level that is got, or why none is; `waits` if that takes longer. */
  async take(isolation: Isolation, floor: Isolation = isolation, ms = 1_000, memory = 1) {
    const spec = { memoryBytesMax: memory };
    let got: VmActor | string = 'waits';
    void this.isolation.take({ isolation, floor, spec, tenant: 'anna' }).then((taken) => {
      got = 'unavailable' in taken ? taken.unavailable : taken;
    });
    await this.clock.advanceAsync(ms);
    return got as VmActor | string;
  }

  async level(isolation: Isolation, floor: Isolation = isolation, ms = 1_000): Promise<string> {
    const got = await this.take(isolation, floor, ms);
    return typeof got === 'string' ? got : (got.evidence?.isolation ?? 'gone');
  }

  /** Runs code in a guest, and gives it back. */
  async run(vm: VmActor | string, code: string, ms = 100): Promise<string> {
    if (typeof vm === 'string') return vm;
    let over = 'nothing yet';
    vm.call({
      ...{ code, input: '1', limits, onPrinted: () => {}, onHostCall: async () => '' },
      onOver: (outcome) => {
        over = outcome.ok ? outcome.output : outcome.fault;
        vm.kill('closed');
      },
    });
    await this.clock.advanceAsync(ms);
    return over;
  }

  /** Two guests that compute for so long, on as many cores; and what is known of their ends. */
  async starve(isolation: Isolation, forMs: number): Promise<void> {
    for (const vm of [await this.take(isolation), await this.take(isolation)]) {
      const endless = { ...limits, timeoutMs: forMs, cpuMs: forMs };
      if (typeof vm === 'string') throw new Error(vm);
      vm.call({
        ...{ code: 'spin', input: '1', limits: endless, onPrinted: () => {} },
        ...{ onHostCall: async () => '', onOver: () => {} },
      });
    }
    await this.clock.advanceAsync(10);
  }

  /** `from>to because level` for each move of the mode. */
  moves(): string[] {
    return this.told
      .filter(([type]) => type === 'isolation.moved')
      .map(([, , { from, to, because, level }]) => `${from}>${to} ${because} ${level}`);
  }

  of(type: string): string[] {
    return this.told
      .filter(([told]) => told === type)
      .map(([, subject, data]) => `${subject}: ${Object.values(data).map(String).join(', ')}`);
  }

  counts(isolation: Isolation): [idle: number, taken: number] {
    const status = this.isolation.statuses.find((each) => each.isolation === isolation);
    return [status?.idle ?? -1, status?.taken ?? -1];
  }
}
