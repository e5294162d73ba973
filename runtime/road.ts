import type { RelayedPeer } from '../actors/peer/circuit.ts';
import type { CircuitLink } from '../actors/peer/circuit-link.ts';
import type { PeerActor } from '../actors/peer/peer.actor.ts';
import { decode, payloadOf } from './payload.ts';

/** For the relay, and for the other side to agree. */
export const RELAY_MS = 10_000;

type Carrying = Pick<PeerActor, 'role' | 'remote' | 'ask' | 'relay'>;

/** A connection, and the circuits through it that end here, by what the other side calls them. */
export class Road implements RelayedPeer {
  readonly role: 'initiator' | 'responder';
  readonly ends = new Map<number, CircuitLink>();
  readonly actor: Carrying;
  /** Since when it is there, monotonic, and the fact that says so. */
  readonly sinceMs: number;
  readonly openedId: string;
  /** How often it led nowhere since it last led to somebody. */
  failures = 0;
  /** When it was last asked, it did what no relay does that works. */
  isFaulty = false;
  readonly #idNow: () => string;

  constructor(actor: Carrying, idNow: () => string, sinceMs: number, openedId: string) {
    this.actor = actor;
    this.#idNow = idNow;
    this.sinceMs = sinceMs;
    this.openedId = openedId;
    this.role = actor.role;
  }

  get id(): string {
    return this.#idNow();
  }

  /** Whether this side is the relay of a circuit of that number. */
  isRelayOf(circuit: number): boolean {
    return (circuit % 2 === 1) === (this.role === 'initiator');
  }

  relay(circuit: number, part: Uint8Array): boolean {
    return this.actor.relay(circuit, part);
  }

  request(name: string, json: unknown, onAnswer: (answer: unknown) => void): void {
    this.actor.ask(name, payloadOf('json', json), RELAY_MS, {
      onAnswered: (payload) => {
        const decoded = decode(payload);
        onAnswer(decoded.ok ? decoded.value : undefined);
      },
      onStreamed: (items) => {
        items.cancel();
        onAnswer(undefined);
      },
      onFailed: () => onAnswer(undefined),
    });
  }
}
