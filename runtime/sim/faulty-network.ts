import type { Network } from '../../actors/network.ts';
import type { RandomStream } from '../../actors/world.ts';
import type { Clock } from '../../storage/ports.ts';
import { type Passing, SimNetwork, type Weather } from './network.ts';
import { ownedNetwork } from './owned-network.ts';

interface NetworkTools {
  readonly clock: Clock;
  readonly random: RandomStream;
  /** Of whoever is on the path. */
  readonly attack: RandomStream;
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
  readonly #attack: RandomStream;
  #walls: Lasting<Ways>[] = [];
  #tamperings: Lasting<number>[] = [];
  #weathers: Lasting<Weather>[] = [];

  constructor(addresses: readonly string[], tools: NetworkTools) {
    this.#addresses = addresses;
    this.#clock = tools.clock;
    this.#attack = tools.attack;
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

  /** Somebody on the path does something to so many of a thousand messages. */
  tamper(forMs: number, perMille: number): void {
    const untilMs = this.#clock.monotonicMs() + forMs;
    this.#tamperings.push({ untilMs, what: perMille });
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
    this.#tamperings = [];
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
    this.#tamperings = this.#tamperings.filter(({ untilMs }) => nowMs < untilMs);
    const worst = Math.max(0, ...this.#tamperings.map(({ what }) => what));
    this.#network.attacker =
      worst === 0 ? undefined : (passing) => tampered(passing, worst, this.#attack);
    this.#network.heal();
    for (const { what } of this.#walls) for (const way of what) this.#network.bar(...way);
  }
}

/** What arrives: with a bit of it turned, twice, or with something beside it. */
function tampered(
  { message, inject }: Passing,
  perMille: number,
  { draw, bytes }: RandomStream,
): readonly Uint8Array[] {
  if (draw() * 1_000 >= perMille) return [message];
  const how = draw();
  if (how < 0.25) return [message, message];
  if (how < 0.5) {
    inject(draw() < 0.5 ? 'from' : 'to', bytes(1 + Math.floor(draw() * 100)));
    return [message];
  }
  const turned = message.slice();
  const bit = Math.floor(draw() * turned.length * 8);
  turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return [turned];
}
