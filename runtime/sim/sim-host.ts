import type {
  Arrival,
  Dialled,
  DialOptions,
  Door,
  Link,
  LinkEvents,
  Listener,
  ListenOptions,
  Network,
  Remote,
} from '../../actors/network.ts';
import type { Clock } from '../../storage/ports.ts';
import { listenFailed } from '../listen-failed.ts';
import type { SimNetwork } from './network.ts';
import type { SimLink } from './sim-link.ts';

/** Where somebody listens. */
export class Place implements Remote {
  readonly address: string;
  readonly port: number;
  readonly door: Door;
  /** Of the process that listens. */
  readonly clock: Clock;
  readonly arrivals = new Set<SimArrival>();

  constructor({ address, port }: Remote, door: Door, clock: Clock) {
    this.address = address;
    this.port = port;
    this.door = door;
    this.clock = clock;
  }

  /** The door hears no more of anybody. */
  vanish(): void {
    const arrivals = [...this.arrivals];
    this.arrivals.clear();
    for (const arrival of arrivals) arrival.drop();
  }
}

/** An attempt of whoever dials from `address`. */
export interface Dial {
  readonly address: string;
  /** Whoever dialled hears no more of it. */
  vanish(): void;
}

class SimArrival implements Arrival {
  readonly remote: Remote;
  isOver = false;
  readonly #onDropped: (arrival: SimArrival) => void;

  constructor(remote: Remote, onDropped: (arrival: SimArrival) => void) {
    this.remote = remote;
    this.#onDropped = onDropped;
  }

  drop(): void {
    if (!this.isOver) this.#onDropped(this);
    this.isOver = true;
  }
}

const keyOf = ({ address, port }: Remote): string => `${address} ${port}`;
const isAny = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** The network of one simulated machine. */
export class SimHost implements Network {
  readonly #address: string;
  readonly #clock: Clock;
  readonly #places: Map<string, Place>;
  readonly #network: SimNetwork;

  constructor(address: string, clock: Clock, places: Map<string, Place>, network: SimNetwork) {
    this.#address = address;
    this.#clock = clock;
    this.#places = places;
    this.#network = network;
  }

  async listen(options: ListenOptions, door: Door): Promise<Listener> {
    const { host } = options;
    if (host !== this.#address && !isAny(host)) throw listenFailed(options, 'EADDRNOTAVAIL');
    const port = options.port || this.#network.nextPort();
    const place = new Place({ address: this.#address, port }, door, this.#clock);
    const key = keyOf(place);
    if (this.#places.has(key)) throw listenFailed(options, 'EADDRINUSE');
    this.#places.set(key, place);
    const shown = this.#address.includes(':') ? `[${this.#address}]` : this.#address;
    return {
      url: `ws://${shown}:${port}/holdfast`,
      close: () => {
        if (this.#places.get(key) === place) this.#places.delete(key);
        for (const arrival of place.arrivals) arrival.drop();
      },
    };
  }

  async dial(
    url: string,
    options: DialOptions,
    onOpened: (link: Link) => LinkEvents,
  ): Promise<Dialled> {
    options.signal.throwIfAborted();
    const target = targetOf(url);
    if (target instanceof TypeError) return { outcome: 'unreachable', cause: target };
    const from = { address: this.#address, port: this.#network.nextPort() };
    const attempt = new Attempt(this.#network, this.#clock, [from, target], options, onOpened);
    return attempt.begin((at) => this.#places.get(keyOf(at)));
  }
}

function targetOf(url: string): Remote | TypeError {
  if (!URL.canParse(url)) return new TypeError(`a peer is dialled by a url, got ${url}`);
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'ws:') return new TypeError(`a peer is dialled by ws:, got ${protocol}`);
  return { address: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
}

/** A dial: one way to arrive, one back and forth to ask, one back to be let in. */
class Attempt implements Dial {
  readonly #network: SimNetwork;
  readonly #clock: Clock;
  readonly #from: Remote;
  readonly #target: Remote;
  readonly #options: DialOptions;
  readonly #onOpened: (link: Link) => LinkEvents;
  #isOver = false;
  #settle = (_: Dialled): void => {};
  #arrival: SimArrival | undefined;
  #link: SimLink | undefined;

  constructor(
    network: SimNetwork,
    clock: Clock,
    [from, target]: readonly [Remote, Remote],
    options: DialOptions,
    onOpened: (link: Link) => LinkEvents,
  ) {
    this.#network = network;
    this.#clock = clock;
    this.#from = from;
    this.#target = target;
    this.#options = options;
    this.#onOpened = onOpened;
  }

  get address(): string {
    return this.#from.address;
  }

  begin(placeAt: (target: Remote) => Place | undefined): Promise<Dialled> {
    const { signal } = this.#options;
    return new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#reject = reject;
      signal.addEventListener('abort', this.#onAborted);
      this.#network.dials.add(this);
      this.#there(() => {
        if (this.#isOver) return;
        const place = placeAt(this.#target);
        if (place === undefined) this.#fail('connection refused');
        else this.#arrive(place);
      });
    });
  }

  vanish(): void {
    this.#over();
    if (this.#link === undefined) this.#there(() => this.#arrival?.drop());
    else this.#link.drop();
  }

  #reject = (_: unknown): void => {};

  readonly #onAborted = (): void => {
    this.vanish();
    this.#reject(this.#options.signal.reason);
  };

  #over(): void {
    this.#isOver = true;
    this.#options.signal.removeEventListener('abort', this.#onAborted);
    this.#network.dials.delete(this);
  }

  #there(task: () => void): void {
    this.#network.travel(this.#from.address, this.#target.address, task);
  }

  #back(task: () => void): void {
    this.#network.travel(this.#target.address, this.#from.address, task);
  }

  #finish(dialled: Dialled): void {
    if (this.#isOver) return;
    this.#over();
    this.#settle(dialled);
  }

  #fail(reason: string): void {
    const cause = new Error(`${this.#target.address}:${this.#target.port}: ${reason}`);
    this.#back(() => this.#finish({ outcome: 'unreachable', cause }));
  }

  #arrive(place: Place): void {
    const { door, arrivals, clock } = place;
    const arrival = new SimArrival(this.#from, () => {
      this.#fail('connection reset');
      clock.soon(() => {
        if (arrivals.delete(arrival)) door.onLeft(arrival);
      });
    });
    arrivals.add(arrival);
    this.#arrival = arrival;
    if (!door.onArrived(arrival)) {
      arrivals.delete(arrival);
      arrival.drop();
    }
    this.#back(() => this.#there(() => this.#ask(place, arrival)));
  }

  #ask(place: Place, arrival: SimArrival): void {
    const { door, arrivals } = place;
    if (arrival.isOver) return;
    const { answer, pass } = this.#options;
    const admission = door.onAsked(arrival, { remote: this.#from, answer, pass });
    if (arrival.isOver) return;
    arrival.isOver = true;
    arrivals.delete(arrival);
    const ends =
      admission.admitted && this.#network.connect({ ...this.#from, clock: this.#clock }, place);
    if (ends) return this.#open(ends, (near) => door.onOpened(arrival, near));
    const challenge = admission.admitted ? undefined : admission.challenge;
    door.onLeft(arrival);
    this.#back(() => this.#finish({ outcome: 'refused', challenge }));
  }

  #open([far, near]: readonly [SimLink, SimLink], onEntered: (near: Link) => LinkEvents): void {
    this.#link = far;
    // Until it knows that it is in, it hears nothing but that it is not.
    far.tell({ onMessage() {}, onDrained() {}, onEnd: () => this.#fail('connection reset') });
    near.welcome(() => {
      // Who gave up meanwhile knows nothing of it.
      if (this.#isOver) return far.drop();
      if (far.isOver) return;
      far.tell(this.#onOpened(far));
      this.#finish({ outcome: 'opened', link: far });
    });
    near.tell(onEntered(near));
  }
}
