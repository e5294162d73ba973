import { onTestFinished } from 'vitest';
import type { Names } from '../../actors/names.ts';
import type { DialOptions, Network } from '../../actors/network.ts';
import type { Fact } from '../../runtime/facts.ts';
import type { RuntimeOptionsInput } from '../../runtime/options/runtime.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import type { MemoryLog } from '../../runtime/sim/log.ts';
import type { SimMeter } from '../../runtime/sim/meter.ts';
import { SimNetwork } from '../../runtime/sim/network.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { SimVms } from '../../runtime/sim/vm-drivers.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import type { MemoryFiles } from '../../runtime/world/memory-files.ts';

export interface Machine {
  readonly address: string;
  readonly rt: Runtime;
  readonly facts: Fact[];
  readonly meter: SimMeter;
  readonly vms: SimVms;
  readonly log: MemoryLog;
  readonly files: MemoryFiles;
}

export interface Listening extends Machine {
  readonly url: string;
}

/** Machines of one simulated network, each with a runtime, on one clock. */
export class PeersStage {
  readonly clock = new VirtualClock();
  readonly network: SimNetwork;
  onDial = (_: DialOptions): void => {};
  /** What their machines say that names stand for. */
  names: Names | undefined;
  #machines = 0;

  constructor(seed = 1) {
    const random = new SeededRandom(seed).stream('network');
    this.network = new SimNetwork({ clock: this.clock, random });
  }

  async machine(options: RuntimeOptionsInput = {}, at?: string): Promise<Machine> {
    this.#machines += 1;
    const address = at ?? `10.0.${this.#machines}.1`;
    const sim = simWorld({ seed: this.#machines });
    const host = this.network.host(address);
    const dial: Network['dial'] = (url, options, onOpened) => {
      this.onDial(options);
      return host.dial(url, options, onOpened);
    };
    const network: Network = { listen: (...given) => host.listen(...given), dial };
    const vms = new SimVms(this.clock);
    const vm = vms.drivers(this.clock, sim.random.stream('vm'));
    const names = this.names ?? sim.names;
    const world = { ...sim, clock: this.clock, network, names, vm };
    const rt = await this.until(createRuntime({ world, name: `m${this.#machines}`, ...options }));
    const facts: Fact[] = [];
    rt.events$.subscribe((fact) => facts.push(fact));
    onTestFinished(async () => {
      await this.until(rt.shutdown({ deadlineMs: 1_000 }));
    });
    const { meter, log, files } = sim;
    return { address, rt, facts, meter, log, files, vms };
  }

  /** A machine that is listened at, and its url. */
  async listening(options: RuntimeOptionsInput = {}, at?: string): Promise<Listening> {
    const machine = await this.machine(options, at);
    const { url } = await this.until(machine.rt.peers.listen({ host: '0.0.0.0', port: 7000 }));
    return { ...machine, url };
  }

  /** Lets time pass until it settles. */
  async until<Value>(promise: Promise<Value>, withinMs = 600_000): Promise<Value> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (let passedMs = 0; !isSettled && passedMs < withinMs; passedMs += 1) {
      await this.clock.advanceAsync(1);
    }
    if (!isSettled) throw new Error(`it did not settle within ${withinMs} ms`);
    return await promise;
  }

  /** What it rejects with, as a code and a message. */
  async refusal(promise: Promise<unknown>): Promise<string> {
    return await this.until(
      promise.then(
        () => 'it was not refused',
        (error: unknown) =>
          `${Reflect.get(Object(error), 'code')}: ${Reflect.get(Object(error), 'message')}`,
      ),
    );
  }
}
