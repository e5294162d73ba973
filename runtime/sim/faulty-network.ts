import type { Network } from '../../actors/network.ts';
import type { RandomStream } from '../../actors/world.ts';
import type { Clock } from '../../storage/ports.ts';
import { SimNetwork, type Weather } from './network.ts';
import { ownedNetwork } from './owned-network.ts';

interface NetworkTools {
  readonly clock: Clock;
  readonly random: RandomStream;
  /** How much longer the processes of a machine stand still. */
  pausedMs(address: string): number;
}

interface Lasting<What> {
  readonly untilMs: number;
  readonly what: What;
}

type Ways = readonly (readonly [from: string, to: string])[];

/** What connects several machines, and what is wrong with it. */
export class FaultyNetwork {
  readonly #addresses: readonly string[];
  readonly #clock: Clock;
  readonly #network: SimNetwork;
  readonly #fair: Weather;
  #walls: Lasting<Ways>[] = [];
  #weathers: Lasting<Weather>[] = [];

  constructor(addresses: readonly string[], tools: NetworkTools) {
    this.#addresses = addresses;
    this.#clock = tools.clock;
    this.#network = new SimNetwork(tools);
    this.#fair = this.#network.weather;
  }

  /** For a new process of the machine at `address`. */
  host(address: string, clock: Clock): Network {
    return ownedNetwork(this.#network.host(address, clock));
  }

  /** Nothing gets to these from all others, or back. */
  partition(forMs: number, addresses: readonly string[]): void {
    const others = this.#addresses.filter((other) => !addresses.includes(other));
    const ways = addresses.flatMap((one) =>
      others.flatMap((other) => [[one, other] as const, [other, one] as const]),
    );
    this.#wall(forMs, ways);
  }

  /** Nothing gets from one to the other; the other way stays open. */
  bar(forMs: number, from: string, to: string): void {
    this.#wall(forMs, [[from, to]]);
  }

  /** Breaks the connections between two machines; all of one, if it is the same twice. */
  cut(one: string, other: string): void {
    this.#network.cut(one, other);
  }

  /** The weather that came last counts. */
  change(forMs: number, weather: Weather): void {
    const lasting = { untilMs: this.#clock.monotonicMs() + forMs, what: weather };
    this.#weathers.push(lasting);
    this.#look();
    this.#clock.after(forMs, () => this.#look());
  }

  /** A process died: its system ends its connections. */
  kill(address: string): void {
    this.#network.kill(address);
  }

  /** The machine is gone, and nobody is told before it is back. */
  powerOff(address: string, forMs: number): void {
    this.partition(forMs, [address]);
    this.#network.kill(address);
  }

  heal(): void {
    this.#walls = [];
    this.#weathers = [];
    this.#look();
  }

  #wall(forMs: number, what: Ways): void {
    this.#walls.push({ untilMs: this.#clock.monotonicMs() + forMs, what });
    this.#look();
    this.#clock.after(forMs, () => this.#look());
  }

  /** What is held goes on, and is held again where another wall stands. */
  #look(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#walls = this.#walls.filter(({ untilMs }) => nowMs < untilMs);
    this.#weathers = this.#weathers.filter(({ untilMs }) => nowMs < untilMs);
    this.#network.weather = this.#weathers.at(-1)?.what ?? this.#fair;
    this.#network.heal();
    for (const { what } of this.#walls) for (const way of what) this.#network.bar(...way);
  }
}
