import type { Clock } from '../../storage/ports.ts';
import { type Failure, failRequest } from '../refusals.ts';
import { type Deadlines, Timed } from '../timed.ts';
import type { Asker } from './requests/asked.ts';
import type { Payload } from './requests/payload.ts';

const PEER_PARCELS_MAX = 256;
const PARCELS_MAX = 10_000;
const BYTES_MAX = 33_554_432;

/** Whoever takes requests for a peer, once there is a way to it. */
export interface Carrier {
  ask(name: string, payload: Payload, timeoutMs: number, asker: Asker): () => void;
}

export interface ParcelTools {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly wheel: Deadlines;
}

/**
 * Requests for peers to whom no way leads now. They were not sent, so nobody may have answered
 * them; each waits until its deadline, and is sent with what is left of it.
 */
export class Parcels {
  readonly #tools: ParcelTools;
  readonly #byPeer = new Map<string, Set<Parcel>>();
  #count = 0;
  #bytes = 0;

  constructor(tools: ParcelTools) {
    this.#tools = tools;
  }

  get count(): number {
    return this.#count;
  }

  /** Whether something waits for it. */
  has(id: string): boolean {
    return this.#byPeer.has(id);
  }

  /** Returns how to take it back; undefined if there is no room. */
  hold(
    id: string,
    name: string,
    payload: Payload,
    timeoutMs: number,
    asker: Asker,
  ): (() => void) | undefined {
    const held = this.#byPeer.get(id) ?? new Set();
    const { length } = payload.bytes;
    const isFull = held.size >= PEER_PARCELS_MAX || this.#count >= PARCELS_MAX;
    if (isFull || this.#bytes + length > BYTES_MAX) return undefined;
    const { clock, wheel } = this.#tools;
    const untilMs = clock.monotonicMs() + timeoutMs;
    const parcel = new Parcel(name, payload, untilMs, asker, () => this.#remove(id, parcel));
    held.add(parcel);
    this.#byPeer.set(id, held);
    this.#count += 1;
    this.#bytes += length;
    wheel.arm(parcel, timeoutMs);
    return () => parcel.cancel();
  }

  /** A way leads to it again. */
  forward(id: string, carrier: Carrier): void {
    const nowMs = this.#tools.clock.monotonicMs();
    for (const parcel of this.#take(id)) parcel.send(carrier, nowMs);
  }

  /** Nobody looks for a way to it any more. */
  refuse(id: string, failure: Failure): void {
    for (const parcel of this.#take(id)) parcel.asker.onFailed(failure);
  }

  #take(id: string): readonly Parcel[] {
    const taken = [...(this.#byPeer.get(id) ?? [])];
    for (const parcel of taken) this.#remove(id, parcel);
    return taken;
  }

  #remove(id: string, parcel: Parcel): void {
    const held = this.#byPeer.get(id);
    if (held?.delete(parcel) !== true) return;
    this.#tools.wheel.cancel(parcel);
    this.#count -= 1;
    this.#bytes -= parcel.payload.bytes.length;
    if (held.size === 0) this.#byPeer.delete(id);
  }
}

class Parcel extends Timed {
  readonly name: string;
  readonly payload: Payload;
  readonly asker: Asker;
  readonly #untilMs: number;
  readonly #leave: () => void;
  /** Once it is sent, how to take it back is the affair of whoever carries it. */
  #takeBack: (() => void) | undefined;

  constructor(name: string, payload: Payload, untilMs: number, asker: Asker, leave: () => void) {
    super();
    this.name = name;
    this.payload = payload;
    this.asker = asker;
    this.#untilMs = untilMs;
    this.#leave = leave;
  }

  send(carrier: Carrier, nowMs: number): void {
    const leftMs = Math.max(1, Math.ceil(this.#untilMs - nowMs));
    this.#takeBack = carrier.ask(this.name, this.payload, leftMs, this.asker);
  }

  cancel(): void {
    this.#leave();
    this.#takeBack?.();
  }

  expire(): void {
    this.#leave();
    this.asker.onFailed(failRequest('PEER_UNREACHABLE'));
  }

  abandon(error: Error): void {
    this.#leave();
    this.asker.onFailed({ ...failRequest('RUNTIME_STOPPED'), message: error.message });
  }
}
