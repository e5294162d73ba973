import type { Network, Remote } from '../../actors/network.ts';
import type { RandomStream } from '../../actors/world.ts';
import type { Clock } from '../../storage/ports.ts';
import { type Dial, type Place, SimHost } from './sim-host.ts';
import { SimLink, type Wire } from './sim-link.ts';

/** What TCP waits before it sends again, twice as long each time, and how often at most. */
const RESEND_MS = 200;
const RESENDS_MAX = 6;
const CONNECTIONS_MAX = 65_536;

/** What packets go through, from now on. */
export interface Weather {
  readonly latencyMs: number;
  /** As much again at most, drawn for each packet. */
  readonly jitterMs: number;
  /** Of packets that are to be sent again: what loss looks like above TCP. */
  readonly lossRate: number;
  /** Of packets with which their connection breaks. */
  readonly cutRate: number;
}

const fair: Weather = { latencyMs: 10, jitterMs: 5, lossRate: 0, cutRate: 0 };

/** A message that somebody on the path has in hand. */
export interface Passing {
  /** Addresses. */
  readonly from: string;
  readonly to: string;
  readonly message: Uint8Array;
  /** Says something in the name of one side, now or later. */
  inject(toward: 'from' | 'to', message: Uint8Array): void;
  cut(): void;
}

/** Answers with what is to arrive instead: the message itself, another one, more, or nothing. */
export type Attacker = (passing: Passing) => readonly Uint8Array[];

/** One end of a connection, with the clock of its process. */
interface Party extends Remote {
  readonly clock: Clock;
}

interface Connection {
  readonly ends: readonly [SimLink, SimLink];
  readonly addresses: readonly [string, string];
}

interface Held {
  readonly from: string;
  readonly to: string;
  readonly task: () => void;
}

/**
 * A network in which everything follows from clock and random stream. Packets of one connection
 * stay in order, those of several do not. Machines are known by their addresses, in canonical form.
 */
export class SimNetwork {
  weather: Weather = fair;
  attacker: Attacker | undefined;
  readonly #clock: Clock;
  readonly #random: RandomStream;
  readonly #pausedMs: (address: string) => number;
  readonly #barred = new Set<string>();
  readonly #places = new Map<string, Place>();
  readonly #connections = new Set<Connection>();
  /** Those that nothing has become of. */
  readonly dials = new Set<Dial>();
  #held: Held[] = [];
  #ports = 0;

  constructor(tools: {
    readonly clock: Clock;
    readonly random: RandomStream;
    /** How much longer what arrives at a machine waits for its processes. */
    pausedMs?(address: string): number;
  }) {
    this.#clock = tools.clock;
    this.#random = tools.random;
    this.#pausedMs = (address) => tools.pausedMs?.(address) ?? 0;
  }

  /** The network as the machine at `address` has it, or a process there, by the clock of it. */
  host(address: string, clock = this.#clock): Network {
    return new SimHost(address, clock, this.#places, this);
  }

  /** Connections of which somebody still thinks that they are open. */
  get connections(): number {
    this.#sweep();
    return this.#connections.size;
  }

  /** Nothing gets from one side to the other; nobody is told. */
  partition(some: readonly string[], others: readonly string[]): void {
    for (const one of some) {
      for (const other of others) {
        this.bar(one, other);
        this.bar(other, one);
      }
    }
  }

  /** Nothing gets from `from` to `to`; the other way stays open. */
  bar(from: string, to: string): void {
    this.#barred.add(way(from, to));
  }

  /** All ways are open again, and what was held goes on. */
  heal(): void {
    this.#barred.clear();
    const held = this.#held;
    this.#held = [];
    for (const { from, to, task } of held) this.travel(from, to, task);
  }

  /** Breaks the connections between two machines; both sides are told at once. */
  cut(one: string, other: string): void {
    for (const { ends } of this.#between(one, other)) for (const end of ends) end.cut();
  }

  /** The process at `address` is killed: its system ends its connections. It hears nothing. */
  kill(address: string): void {
    for (const dial of this.dials) if (dial.address === address) dial.vanish();
    for (const [key, place] of this.#places) {
      if (place.address !== address) continue;
      this.#places.delete(key);
      place.vanish();
    }
    for (const { ends, addresses } of this.#between(address)) {
      const [own, other] = addresses[0] === address ? ends : [ends[1], ends[0]];
      own.vanish();
      this.shout(address, own.remote.address, () => other.wasReset());
    }
  }

  /**
   * The machine at `address` loses power: nobody is told. From `heal` on it answers that it knows
   * of no connection.
   */
  powerOff(address: string, others: readonly string[]): void {
    this.partition([address], others);
    this.kill(address);
  }

  /** Runs `task` once a packet gets from `from` to `to`; held while the way is barred. */
  travel(from: string, to: string, task: () => void): void {
    this.#clock.after(this.#delayMs(), () => {
      if (this.#barred.has(way(from, to))) this.#held.push({ from, to, task });
      else this.#arrive(to, task);
    });
  }

  /** The same, but lost if the way is barred. */
  shout(from: string, to: string, task: () => void): void {
    this.#clock.after(this.#delayMs(), () => {
      if (!this.#barred.has(way(from, to))) this.#arrive(to, task);
    });
  }

  #arrive(to: string, task: () => void): void {
    const pausedMs = this.#pausedMs(to);
    if (pausedMs > 0) this.#clock.after(pausedMs, () => this.#arrive(to, task));
    else task();
  }

  nextPort(): number {
    this.#ports += 1;
    return 49_152 + (this.#ports % 16_384);
  }

  /** The ends of a new connection, that of the dialler first; undefined if there are too many. */
  connect(dialler: Party, place: Party): readonly [SimLink, SimLink] | undefined {
    if (this.#connections.size >= CONNECTIONS_MAX) this.#sweep();
    if (this.#connections.size >= CONNECTIONS_MAX) return undefined;
    const addresses = [dialler.address, place.address] as const;
    const wires = [this.#wire(addresses), this.#wire([place.address, dialler.address])] as const;
    const far = new SimLink(dialler.clock, remoteOf(place), wires[0].wire);
    const near = new SimLink(place.clock, remoteOf(dialler), wires[1].wire);
    far.join(near);
    wires[0].begin(far, near);
    wires[1].begin(near, far);
    this.#connections.add({ ends: [far, near], addresses });
    return [far, near];
  }

  /** However packets overtake each other, the first to arrive is taken for the first sent. */
  #wire([from, to]: readonly [string, string]) {
    const onTheWay: (() => void)[] = [];
    let sender: SimLink | undefined;
    let receiver: SimLink | undefined;
    const wire: Wire = {
      carry: (deliver) => {
        onTheWay.push(deliver);
        const isCut = this.#random.draw() < this.weather.cutRate;
        this.travel(from, to, () => {
          onTheWay.shift()?.();
          if (isCut) receiver?.cut();
        });
      },
      shout: (deliver) => this.shout(from, to, deliver),
      tap: (message) => {
        const { attacker } = this;
        if (attacker === undefined) return [message];
        return attacker({
          from,
          to,
          message,
          inject: (toward, injected) => {
            const end = toward === 'to' ? receiver : sender;
            this.#clock.soon(() => end?.arrive(injected.slice()));
          },
          cut: () => this.#clock.soon(() => receiver?.cut()),
        });
      },
    };
    const begin = (one: SimLink, other: SimLink): void => {
      sender = one;
      receiver = other;
    };
    return { wire, begin };
  }

  #between(one: string, other = one): Connection[] {
    return [...this.#connections].filter(
      ({ addresses }) => addresses.includes(one) && addresses.includes(other),
    );
  }

  #sweep(): void {
    for (const connection of this.#connections) {
      if (connection.ends.every((end) => end.isOver)) this.#connections.delete(connection);
    }
  }

  #delayMs(): number {
    const { latencyMs, jitterMs, lossRate } = this.weather;
    let delayMs = latencyMs + this.#random.draw() * jitterMs;
    for (let nth = 0; nth < RESENDS_MAX && this.#random.draw() < lossRate; nth++) {
      delayMs += RESEND_MS * 2 ** nth;
    }
    return delayMs;
  }
}

const way = (from: string, to: string): string => `${from} > ${to}`;

const remoteOf = ({ address, port }: Remote): Remote => ({ address, port });
