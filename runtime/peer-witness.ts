import { TokenBucket } from '../machines/token-bucket.ts';
import type { Clock } from '../storage/ports.ts';
import { formatNoteKey, type NoteKey } from '../storage/proofs/note-key.ts';
import type { Witness } from '../storage/proofs/witness.ts';
import { refusedWith, type WitnessAnswer } from '../storage/proofs/witness-answer.ts';
import type { PeerWitnessRequest } from './options/peer-witness.ts';
import type { LogWitness } from './witness.ts';

const LOGS_OF_PEER_MAX = 4;
/** Each request may cost a durable write. */
const PACE = { perSecond: 1 / 60, burst: 30 };

export interface PeerWitnessTools {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly logs: Pick<Witness, 'isTrusted' | 'trust' | 'retire'>;
  readonly witness: Pick<LogWitness, 'add' | 'verifierKey'>;
}

/** A log that a peer was the first to show, and the key that it is believed under. */
interface Claim {
  readonly id: string;
  key: NoteKey;
}

/** Vouches for the logs of peers, each under the key that it was shown with first. */
export class PeerWitness {
  readonly #tools: PeerWitnessTools;
  readonly #claims = new Map<string, Claim>();
  readonly #paces = new Map<string, TokenBucket>();

  constructor(tools: PeerWitnessTools) {
    this.#tools = tools;
  }

  /** What goes back to the peer of that id. */
  async answer(id: string, { verifierKey: key, request }: PeerWitnessRequest) {
    const { status, body } = await this.#add(id, key, request);
    return { verifierKey: this.#tools.witness.verifierKey, status, body };
  }

  left(id: string): void {
    this.#paces.delete(id);
  }

  async #add(id: string, key: NoteKey, request: string): Promise<WitnessAnswer> {
    const { logs, witness } = this.#tools;
    if (!this.#isInPace(id)) return refusedWith(503, 'too many requests');
    const isTrusted = logs.isTrusted(key.name, key);
    const claim = this.#claims.get(key.name);
    if (isTrusted === false && claim?.id === id) {
      return await this.#rotate(claim, key, request);
    }
    const refusal = isTrusted === undefined ? this.#claim(id, key) : undefined;
    return refusal ?? (await witness.add(request));
  }

  #isInPace(id: string): boolean {
    const nowMs = this.#tools.clock.monotonicMs();
    const pace = this.#paces.get(id) ?? new TokenBucket(PACE, nowMs);
    this.#paces.set(id, pace);
    return pace.take(1, nowMs);
  }

  /** Why there is no room for the log, if there is none. */
  #claim(id: string, key: NoteKey): WitnessAnswer | undefined {
    const claimed = [...this.#claims.values()].filter((claim) => claim.id === id);
    if (claimed.length >= LOGS_OF_PEER_MAX) {
      return refusedWith(403, `at most ${LOGS_OF_PEER_MAX} logs of a peer are witnessed here`);
    }
    if (!this.#tools.logs.trust(key.name, key)) return refusedWith(503, 'no room for another log');
    this.#claims.set(key.name, { id, key });
    return undefined;
  }

  /** The next key takes the place of the former by what goes on from the last checkpoint. */
  async #rotate(claim: Claim, key: NoteKey, request: string): Promise<WitnessAnswer> {
    const { logs, witness } = this.#tools;
    if (formatNoteKey(key) === formatNoteKey(claim.key)) return await witness.add(request);
    logs.trust(key.name, key);
    const answer = await witness.add(request);
    const isNext = answer.status === 200;
    logs.retire(key.name, isNext ? claim.key : key);
    if (isNext) claim.key = key;
    return answer;
  }
}
