import { OWN_ADDRESS } from '../options/scenario.ts';
import type { VirtualClock } from './clock.ts';
import { FaultyClock } from './faulty-clock.ts';
import { FaultyDisk } from './faulty-disk.ts';
import { FaultyNetwork } from './faulty-network.ts';
import { type Boot, Neighbour } from './neighbour.ts';
import type { Fault } from './scenario.ts';
import type { Machine } from './stage.ts';
import { SimVms } from './vm-drivers.ts';

/** A fault that concerns several machines, or another one. */
export type FaultAround = Extract<
  Fault,
  { readonly kind: `network.${string}` | `machine.${string}` }
>;

/** So many machines have a bit of their own in the sides of a partition; then it begins again. */
const SIDES = 31;

interface Tools {
  readonly clock: VirtualClock;
  onUncaught(error: unknown): void;
  /** The machine that the run is about. */
  crash(downMs: number, why: string): void;
}

/** All machines of a run, the network between them, and what goes wrong there. */
export class Surroundings {
  /** That which the run is about, with its cable in. */
  readonly own: Machine;
  readonly #addresses: readonly string[];
  readonly #network: FaultyNetwork;
  readonly #neighbours: readonly Neighbour[];
  readonly #tools: Tools;

  constructor(machine: Machine, boots: Readonly<Record<string, Boot>>, tools: Tools) {
    const { clock, onUncaught } = tools;
    const { random } = machine;
    const addresses = [OWN_ADDRESS, ...Object.keys(boots)];
    const network = new FaultyNetwork(addresses, {
      clock,
      random: random.stream('network'),
      attack: random.stream('network.tamper'),
      pausedMs: (address) => (address === OWN_ADDRESS ? machine.clock.pausedMs : 0),
    });
    this.#tools = tools;
    this.#addresses = addresses;
    this.#network = network;
    this.own = { ...machine, address: OWN_ADDRESS, network };
    this.#neighbours = Object.entries(boots).map(([address, start]) => {
      const stream = (name: string) => random.stream(`${address}/${name}`);
      const disk = new FaultyDisk({ nowMs: machine.nowMs, random: stream, onMishap() {} });
      const vms = new SimVms(clock);
      const own = { clock: new FaultyClock(clock), disk, vms, random: { stream } };
      const place = { ...machine, ...own, address, network };
      return new Neighbour(place, start, (ms, task) => clock.after(ms, task), onUncaught);
    });
  }

  boot(): void {
    for (const neighbour of this.#neighbours) neighbour.boot();
  }

  end(): void {
    for (const neighbour of this.#neighbours) neighbour.end();
  }

  heal(): void {
    this.#network.heal();
  }

  /** Which neighbour is not up, and why. */
  get whyDown(): string | undefined {
    const down = this.#neighbours.find(({ whyDown }) => whyDown !== undefined);
    return down && `${down.address}: ${down.whyDown}`;
  }

  /** Whom it hits, in words. */
  hit(fault: FaultAround): string | undefined {
    switch (fault.kind) {
      case 'network.partition': {
        const cutOff = this.#cutOff(fault.sides);
        return `${cutOff.length} of ${this.#addresses.length}: ${cutOff.join(', ')}`;
      }
      case 'network.bar':
        return `${this.#at(fault.from)} to ${this.#at(fault.to)}`;
      case 'network.cut':
        return `${this.#at(fault.one)} and ${this.#at(fault.other)}`;
      case 'network.weather':
      case 'network.tamper':
        return undefined;
      default:
        return this.#at(fault.machine);
    }
  }

  /** It lasts no longer than `cut` lets it. */
  begin(fault: FaultAround, cut: (forMs: number) => number): void {
    const network = this.#network;
    switch (fault.kind) {
      case 'network.partition':
        return network.partition(cut(fault.forMs), this.#cutOff(fault.sides));
      case 'network.bar':
        return network.bar(cut(fault.forMs), this.#at(fault.from), this.#at(fault.to));
      case 'network.cut':
        return network.cut(this.#at(fault.one), this.#at(fault.other));
      case 'network.weather': {
        const { forMs, latencyMs, lostPerMille, cutPerMille } = fault;
        const rates = { lossRate: lostPerMille / 1_000, cutRate: cutPerMille / 1_000 };
        return network.change(cut(forMs), { latencyMs, jitterMs: latencyMs / 2, ...rates });
      }
      case 'network.tamper':
        return network.tamper(cut(fault.forMs), fault.perMille);
      default:
        return this.#stop(fault, cut(fault.downMs));
    }
  }

  #at(nth: number): string {
    return this.#addresses[nth % this.#addresses.length] ?? OWN_ADDRESS;
  }

  #cutOff(sides: number): readonly string[] {
    return this.#addresses.filter((_, at) => ((sides >> (at % SIDES)) & 1) === 1);
  }

  #stop(fault: Extract<FaultAround, { readonly downMs: number }>, downMs: number): void {
    const address = this.#at(fault.machine);
    const isOff = fault.kind === 'machine.powerOff';
    if (isOff) this.#network.powerOff(address, downMs);
    const why = isOff ? 'the machine lost power' : 'the process was killed';
    const neighbour = this.#neighbours.find((each) => each.address === address);
    if (neighbour === undefined) this.#tools.crash(downMs, why);
    else neighbour.crash(downMs, why);
  }
}
