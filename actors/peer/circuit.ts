import { TokenBucket } from '../../machines/token-bucket.ts';
import type { Cancel, Clock } from '../../storage/ports.ts';

/** SPEC section 8: what an end may send beyond what was granted, and how much a grant grants. */
export const WINDOW_BYTES = 262_144;
export const GRANT_BYTES = 131_072;
/** Each message of it is within one frame. */
export const RELAYED_BYTES_MAX = 65_512;
/** An empty part says that so much more was taken in. */
export const GRANT = new Uint8Array(0);

const BYTES_PER_SECOND = 1_048_576;
const BYTES_MAX = 67_108_864;
const LASTS_MS = 7_200_000;

/** A connection to a peer, as a relay uses it. */
export interface RelayedPeer {
  readonly id: string;
  /** Of the relay in the connection: an initiator gives circuits odd numbers. */
  readonly role: 'initiator' | 'responder';
  /** False if too much waits for that peer already. */
  relay(circuit: number, part: Uint8Array): boolean;
  /** `onAnswer` hears what came back, or undefined if nothing did, in time or at all. */
  request(name: string, json: unknown, onAnswer: (answer: unknown) => void): void;
}

/** One end of a circuit, and what it calls the circuit. */
export interface CircuitEnd {
  readonly peer: RelayedPeer;
  readonly number: number;
}

/** Why a circuit ended. */
export type CircuitEnding = 'hungUp' | 'left' | 'violated' | 'spent' | 'overdue' | 'full';

/** One way through a circuit. */
class Way {
  readonly from: CircuitEnd;
  readonly to: CircuitEnd;
  /** Sent, and not yet taken in by the receiver. */
  openBytes = 0;
  /** Taken in, which the sender was not told yet. */
  heldBytes = 0;

  constructor(from: CircuitEnd, to: CircuitEnd) {
    this.from = from;
    this.to = to;
  }
}

/**
 * Two ends of which each gets what the other sends. Nothing is kept of what goes through: an end
 * that is to be slower is granted more later.
 */
export class Circuit {
  readonly ends: readonly [CircuitEnd, CircuitEnd];
  readonly #there: Way;
  readonly #back: Way;
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  readonly #onEnded: (because: CircuitEnding) => void;
  readonly #cancels = new Set<Cancel>();
  bytes = 0;

  constructor(
    [one, other]: readonly [CircuitEnd, CircuitEnd],
    clock: Clock,
    onEnded: (because: CircuitEnding) => void,
  ) {
    this.ends = [one, other];
    this.#there = new Way(one, other);
    this.#back = new Way(other, one);
    this.#clock = clock;
    this.#bucket = new TokenBucket(
      { perSecond: BYTES_PER_SECOND, burst: BYTES_PER_SECOND },
      clock.monotonicMs(),
    );
    this.#onEnded = onEnded;
    this.#later(LASTS_MS, () => onEnded('overdue'));
  }

  /** What came from one of its ends. */
  pass(from: RelayedPeer, part: Uint8Array): void {
    const isThere = this.#there.from.peer === from;
    const way = isThere ? this.#there : this.#back;
    if (part.length === 0) return this.#grant(isThere ? this.#back : this.#there);
    way.openBytes += part.length;
    this.bytes += part.length;
    if (way.openBytes + way.heldBytes > WINDOW_BYTES) return this.#onEnded('violated');
    if (this.bytes > BYTES_MAX) return this.#onEnded('spent');
    if (!way.to.peer.relay(way.to.number, part)) this.#onEnded('full');
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  /** The receiver took something in; the sender is told once the rate allows it. */
  #grant(way: Way): void {
    if (way.openBytes < GRANT_BYTES) return this.#onEnded('violated');
    way.openBytes -= GRANT_BYTES;
    way.heldBytes += GRANT_BYTES;
    const grant = (): void => {
      way.heldBytes -= GRANT_BYTES;
      if (!way.from.peer.relay(way.from.number, GRANT)) this.#onEnded('full');
    };
    const waitMs = this.#bucket.spend(GRANT_BYTES, this.#clock.monotonicMs());
    if (waitMs === 0) grant();
    else this.#later(waitMs, grant);
  }

  #later(delayMs: number, task: () => void): void {
    const cancel = this.#clock.after(delayMs, () => {
      this.#cancels.delete(cancel);
      task();
    });
    this.#cancels.add(cancel);
  }
}
