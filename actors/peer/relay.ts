import { TokenBucket } from '../../machines/token-bucket.ts';
import type { Clock } from '../../storage/ports.ts';
import { Circuit, type CircuitEnd, type CircuitEnding, type RelayedPeer } from './circuit.ts';

const CIRCUITS_MAX = 1_000;
/** Trap: what waits of all of them has to fit into the account of a connection. */
const CIRCUITS_PER_PEER_MAX = 32;
/** Each is a question to somebody else. */
const WISHES = { perSecond: 2, burst: 128 };

/** What became of a wish for a circuit. */
export type Relayed =
  | { readonly outcome: 'opened'; readonly circuit: number }
  | { readonly outcome: 'full' | 'unreachable' | 'declined' };

export interface RelayTools {
  readonly clock: Clock;
  /** The connection to a peer that is live. */
  peerOf(id: string): RelayedPeer | undefined;
  /** A circuit that was open is over, after so many bytes. */
  onEnded(from: string, to: string, because: CircuitEnding, bytes: number): void;
}

/** A circuit that the other side has not agreed to. */
interface Wish {
  readonly ends: readonly [CircuitEnd, CircuitEnd];
  readonly onRelayed: (relayed: Relayed) => void;
  isOver: boolean;
}

/** Circuits that one peer is an end of, by what they are called on its connection. */
class Switchboard {
  /** Of circuits that it may ask for. */
  readonly wishes: TokenBucket;
  readonly circuits = new Map<number, Circuit | Wish>();
  #last: number;

  constructor({ role }: RelayedPeer, nowMs: number) {
    this.wishes = new TokenBucket(WISHES, nowMs);
    this.#last = role === 'initiator' ? -1 : 0;
  }

  /** Never one that was used: what is still on its way is for nobody else. */
  next(): number {
    this.#last += 2;
    return this.#last;
  }
}

/**
 * Hands on what peers send each other, which nobody here can read. Who has a connection names the
 * circuits on it alone, by numbers of its own.
 */
export class Relay {
  /** Frames for circuits that are over, or never were. */
  ignored = 0;
  readonly #tools: RelayTools;
  readonly #boards = new Map<RelayedPeer, Switchboard>();
  #count = 0;

  constructor(tools: RelayTools) {
    this.#tools = tools;
  }

  /** Circuits that are open, or asked for. */
  get circuits(): number {
    return this.#count;
  }

  /**
   * `from` asks for a circuit to `to`; `onRelayed` is called once, unless `from` leaves first, or
   * what is returned is called, and takes the wish back.
   */
  open(from: RelayedPeer, to: string, onRelayed: (relayed: Relayed) => void): () => void {
    const peer = to === from.id ? undefined : this.#tools.peerOf(to);
    const refuse = (outcome: 'full' | 'unreachable') => {
      onRelayed({ outcome });
      return () => {};
    };
    if (peer === undefined) return refuse('unreachable');
    const [own, other] = [this.#boardOf(from), this.#boardOf(peer)];
    const isFull = [own, other].some(({ circuits }) => circuits.size >= CIRCUITS_PER_PEER_MAX);
    const isTooOften = !own.wishes.take(1, this.#tools.clock.monotonicMs());
    if (isFull || isTooOften || this.#count >= CIRCUITS_MAX) return refuse('full');
    const wish: Wish = {
      ends: [
        { peer: from, number: own.next() },
        { peer, number: other.next() },
      ],
      onRelayed,
      isOver: false,
    };
    this.#count += 1;
    this.#place(wish.ends, wish);
    const [, { number }] = wish.ends;
    peer.request('holdfast.accept', { from: from.id, circuit: number }, (answer) =>
      this.#onAnswered(wish, Object(answer).accepted === true),
    );
    return () => this.#takeBack(wish);
  }

  #onAnswered(wish: Wish, isAccepted: boolean): void {
    const { ends, onRelayed, isOver } = wish;
    const [own, { peer, number }] = ends;
    if (isOver) {
      if (isAccepted && this.#boards.has(peer)) tellHungUp(peer, number);
      return;
    }
    this.#takeBack(wish);
    if (!isAccepted) return onRelayed({ outcome: 'declined' });
    this.#count += 1;
    const circuit: Circuit = new Circuit(ends, this.#tools.clock, (because) =>
      this.#end(circuit, because, undefined),
    );
    this.#place(ends, circuit);
    onRelayed({ outcome: 'opened', circuit: own.number });
  }

  /** A relay frame came in. It may be of a circuit that has just ended. */
  receive(from: RelayedPeer, number: number, part: Uint8Array): void {
    const circuit = this.#boards.get(from)?.circuits.get(number);
    if (circuit instanceof Circuit) circuit.pass(from, part);
    else this.ignored += 1;
  }

  /** One of its ends asks for the end of a circuit; nothing happens to one that is over. */
  hangUp(by: RelayedPeer, number: number): void {
    const circuit = this.#boards.get(by)?.circuits.get(number);
    if (circuit instanceof Circuit) this.#end(circuit, 'hungUp', by);
  }

  /** The connection to a peer is over, and all its circuits with it. */
  left(peer: RelayedPeer): void {
    const circuits = this.#boards.get(peer)?.circuits.values() ?? [];
    this.#boards.delete(peer);
    for (const circuit of circuits) {
      if (circuit instanceof Circuit) this.#end(circuit, 'left', peer);
      else {
        this.#takeBack(circuit);
        if (circuit.ends[1].peer === peer) circuit.onRelayed({ outcome: 'unreachable' });
      }
    }
  }

  #takeBack(wish: Wish): void {
    if (wish.isOver) return;
    wish.isOver = true;
    this.#release(wish.ends);
  }

  /** Both ends are told, but for that which knows. */
  #end(circuit: Circuit, because: CircuitEnding, knows: RelayedPeer | undefined): void {
    circuit.stop();
    this.#release(circuit.ends);
    for (const { peer, number } of circuit.ends) if (peer !== knows) tellHungUp(peer, number);
    const [from, to] = circuit.ends;
    this.#tools.onEnded(from.peer.id, to.peer.id, because, circuit.bytes);
  }

  #place(ends: readonly CircuitEnd[], what: Circuit | Wish): void {
    for (const { peer, number } of ends) this.#boards.get(peer)?.circuits.set(number, what);
  }

  #release(ends: readonly CircuitEnd[]): void {
    this.#count -= 1;
    for (const { peer, number } of ends) this.#boards.get(peer)?.circuits.delete(number);
  }

  #boardOf(peer: RelayedPeer): Switchboard {
    const board = this.#boards.get(peer) ?? new Switchboard(peer, this.#tools.clock.monotonicMs());
    this.#boards.set(peer, board);
    return board;
  }
}

const tellHungUp = (peer: RelayedPeer, number: number): void =>
  peer.request('holdfast.hangUp', { circuit: number }, () => {});
