import type { Asker } from '../../actors/peer/requests/asked.ts';
import { Observer } from '../../actors/peer/suspicion/observer.ts';
import { failRequest } from '../../actors/refusals.ts';
import type { RandomStream } from '../../actors/world.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HOURS = 24;
/** Requests that are not timed are not made here: each one stands for seven. */
const TIMED_EVERY = 7;

/** What a peer of one kind does. Chances are 0 to 1, rates an hour. */
interface Kind {
  readonly isHonest: boolean;
  readonly count: number;
  /** The way there and back; what its answers take besides, at least and in the mean. */
  readonly pingMs: number;
  readonly workMs: readonly [least: number, mean: number];
  readonly fails: number;
  readonly requests: number;
  /** To a canary of a method, and to one of a way: an answer, or a code. */
  readonly onMethod?: (draw: number) => string;
  readonly onWay?: (draw: number) => string;
  /** Ways that it asks for, how many of which are found, and of how many different peers. */
  readonly seeks?: number;
  readonly finds?: number;
  /** How often somebody else asks for the id that it was told. */
  readonly leaks?: number;
  /** All of the kind come from one address, and come back together so often. */
  readonly isTogether?: boolean;
  readonly leaves?: number;
  /** The hour in which it comes. */
  readonly from?: number;
}

const usual: Kind = {
  ...{ isHonest: true, count: 6, pingMs: 20, fails: 0.01, requests: 60 },
  workMs: [1, 10],
};
const bad: Kind = { ...usual, isHonest: false, count: 4 };
const lies = (): string => 'answered';

/** Honest ones first. */
export const kinds: Readonly<Record<string, Kind>> = {
  usual,
  slow: { ...usual, pingMs: 300, workMs: [50, 4_000], fails: 0.1 },
  small: { ...usual, fails: 0.08, onMethod: () => 'RATE_LIMITED', onWay: () => 'REQUESTS_FULL' },
  flaky: { ...usual, fails: 0.1, leaves: 1 },
  'behind one address': { ...usual, isTogether: true, leaves: 0.2 },
  new: { ...usual, from: 22 },
  'very busy': { ...usual, count: 4, requests: 600, seeks: 60, finds: 0.85 },
  'far and steady': { ...usual, pingMs: 180, workMs: [1, 2], fails: 0, requests: 200 },
  'as a clock': { ...usual, count: 2, workMs: [100, 100.5], fails: 0, requests: 200 },
  monitor: { ...usual, count: 2, seeks: 120, finds: 0.5 },
  'other software': { ...usual, count: 2, onMethod: () => 'INTERNAL_ERROR' },
  'clocks of one household': {
    ...{ ...usual, count: 4, workMs: [100, 100.5], fails: 0, requests: 200 },
    ...{ isTogether: true, leaves: 0.2 },
  },
  'monitors of one host': {
    ...{ ...usual, count: 4, seeks: 200, finds: 0.1 },
    ...{ isTogether: true, leaves: 0.2 },
  },

  'obliging honeypot': { ...bad, onMethod: lies, onWay: lies },
  'choosy honeypot': { ...bad, onMethod: (draw) => (draw < 0.25 ? 'answered' : 'METHOD_UNKNOWN') },
  'emulated honeypot': { ...bad, workMs: [80, 80.5], fails: 0, requests: 200 },
  'leaking sensor': { ...bad, leaks: 0.3 },
  crawler: { ...bad, seeks: 300, finds: 0.1 },
  'farm of one host': {
    ...{ ...bad, count: 8, workMs: [40, 40.2], fails: 0, requests: 200 },
    ...{ isTogether: true, leaves: 0.2, seeks: 60 },
  },
  'careful crawler': { ...bad, seeks: 20, finds: 0.5 },
  'silent sensor': { ...bad, seeks: 0 },
};

/** One peer of the swarm, and the most suspicious that it ever was. */
export interface Met {
  readonly kind: string;
  readonly isHonest: boolean;
  readonly score: number;
}

class Swarm {
  readonly clock = new VirtualClock();
  readonly #random: RandomStream;
  readonly #kinds = new Map<string, Kind>();
  #met = 0;
  readonly #ids: { readonly id: string; readonly kind: string }[] = [];
  readonly #worst = new Map<string, number>();
  readonly #observer: Observer;

  constructor(seed: number) {
    const random = new SeededRandom(seed);
    this.#random = random.stream('swarm');
    const { clock } = this;
    this.#observer = new Observer({
      ...{ clock, kernel: { clock, tell: () => '' }, ownId: () => 'us' },
      // That its ids are of keys is promised elsewhere.
      primitives: { identityKey: () => ({ publicKey: this.#random.bytes(32), sign: (it) => it }) },
      random: random.stream('canaries'),
      addressOf: () => undefined,
      isGranted: () => false,
      presentOf: (id) => id,
      pingMs: (id) => this.#kinds.get(id)?.pingMs ?? Number.POSITIVE_INFINITY,
      askMethod: (id, _, asker) => this.#answer(id, this.#kinds.get(id)?.onMethod, asker),
      askWay: (id, to, asker) => {
        this.#answer(id, this.#kinds.get(id)?.onWay, asker, 'PEER_UNREACHABLE');
        this.#maybeLeak(id, to);
      },
      onLied: () => {},
    });
    for (const [name, kind] of Object.entries(kinds)) this.#enter(name, kind);
  }

  get #draw(): number {
    return this.#random.draw();
  }

  /** Of nobody else; no two begin alike but by chance. */
  #freshId(): string {
    this.#met += 1;
    return `${Math.floor(this.#draw * 2 ** 30).toString(32)}${this.#met}`.padEnd(52, 'a');
  }

  /** As long as between two that come by chance: so many an hour. */
  #waitMs(perHour: number): number {
    return (-Math.log(1 - this.#draw) * HOUR_MS) / perHour;
  }

  #often(perHour: number, task: () => void): void {
    if (perHour === 0) return;
    this.clock.after(this.#waitMs(perHour), () => {
      task();
      this.#often(perHour, task);
    });
  }

  #enter(name: string, kind: Kind): void {
    const all = Array.from({ length: kind.count }, () => this.#freshId());
    const place = `10.${Math.floor(256 * this.#draw)}.${Math.floor(256 * this.#draw)}`;
    for (const [nth, id] of all.entries()) {
      this.#kinds.set(id, kind);
      this.#ids.push({ id, kind: name });
      const address = kind.isTogether === true ? `${place}.1` : `${place}.${nth + 2}`;
      const begin = (kind.from ?? 0) * HOUR_MS + this.#draw * HOUR_MS;
      this.clock.after(begin, () => this.#live(id, kind, address));
    }
    if (kind.isTogether !== true) return;
    this.#often(kind.leaves ?? 0, () => {
      for (const id of all) this.#comeBack(id, `${place}.1`, 5_000 * this.#draw);
    });
  }

  #comeBack(id: string, address: string, afterMs: number): void {
    this.#observer.left(id);
    this.clock.after(afterMs, () => this.#observer.opened(id, address));
  }

  #live(id: string, kind: Kind, address: string): void {
    this.#observer.opened(id, address);
    this.#often(kind.requests / TIMED_EVERY, () => this.#request(id, kind));
    this.#often(kind.seeks ?? 0, () => this.#seek(id, kind));
    if (kind.isTogether === true) return;
    this.#often(kind.leaves ?? 0, () => this.#comeBack(id, address, MINUTE_MS * this.#draw));
  }

  #request(id: string, { pingMs, workMs, fails }: Kind): void {
    const asker: Asker = { onAnswered() {}, onStreamed() {}, onFailed() {} };
    let watching = asker;
    while (watching === asker) watching = this.#observer.watching(id, 'orders.get', 40, asker);
    const [least, mean] = workMs;
    const jitterMs = 0.02 * pingMs * this.#draw;
    const tookMs = pingMs + jitterMs + least - Math.log(1 - this.#draw) * (mean - least);
    const isLost = this.#draw < fails;
    this.clock.after(tookMs, () => {
      if (isLost) watching.onFailed(failRequest('HANDLER_FAILED'));
      else watching.onAnswered({ encoding: 'nothing', bytes: new Uint8Array(0) });
    });
  }

  #seek(id: string, { finds = 0 }: Kind): void {
    const isFound = this.#draw < finds;
    this.#observer.sought(id, this.#freshId(), isFound ? 'opened' : 'unreachable');
  }

  #answer(
    id: string,
    says: ((draw: number) => string) | undefined,
    asker: Asker,
    honest = 'METHOD_UNKNOWN',
  ): void {
    const said = says?.(this.#draw) ?? honest;
    this.clock.after(this.#kinds.get(id)?.pingMs ?? 0, () => {
      if (said === 'answered') asker.onAnswered({ encoding: 'json', bytes: Buffer.from('{}') });
      else asker.onFailed({ ...failRequest('HANDLER_FAILED'), code: said });
    });
  }

  /** Its other half comes under a name of its own each time. */
  #maybeLeak(id: string, to: string): void {
    if (this.#draw >= (this.#kinds.get(id)?.leaks ?? 0)) return;
    this.clock.after(HOUR_MS * this.#draw, () => {
      this.#observer.sought(this.#freshId(), to, 'unreachable');
    });
  }

  run(): readonly Met[] {
    for (let hour = 0; hour < HOURS; hour++) {
      this.clock.advance(HOUR_MS);
      for (const { id } of this.#ids) {
        const { score } = this.#observer.suspicions.about(id);
        this.#worst.set(id, Math.max(score, this.#worst.get(id) ?? 0));
      }
    }
    return this.#ids.map(({ id, kind }) => ({
      ...{ kind, isHonest: kinds[kind]?.isHonest ?? true, score: this.#worst.get(id) ?? 0 },
    }));
  }
}

/** A day of one swarm: how suspicious each peer was at most. */
export const swarmOf = (seed: number): readonly Met[] => new Swarm(seed).run();
