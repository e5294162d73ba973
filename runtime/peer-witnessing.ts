import { within } from '../actors/deadline.ts';
import type { LogProofs } from '../actors/log-proofs.ts';
import { Recent } from '../actors/peer/door/recent.ts';
import type { Kernel, Log, RandomStream } from '../actors/world.ts';
import { isAtLeast, type Level } from '../machines/trust.ts';
import type { Cancel, Clock } from '../storage/ports.ts';
import { parseCheckpoint } from '../storage/proofs/checkpoint.ts';
import { formatNoteKey, type NoteKey, parseNoteKey } from '../storage/proofs/note-key.ts';
import { Cosigner, type ProvableLog } from './cosigner.ts';
import { describeError, HoldfastError } from './errors.ts';
import { peerWitnessAnswer } from './options/peer-witness.ts';
import { readOptions } from './options/read.ts';
import type { PostToWitness, WitnessingOptions } from './options/witnessing.ts';
import { asHoldfastError } from './storage-errors.ts';

/** After a peer came, and between two looks at whether there is something to be cosigned. */
const LOOK_MS = 60_000;
const EVERY_MS = 3_600_000;
const ANSWER_MS = 10_000;
const PEERS_MAX = 20_000;
/** The tree of a long log takes its time. */
const COSIGN_MS = 600_000;

export interface PeerWitnessingTools {
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly kernel: Pick<Kernel, 'tell'>;
  readonly log: Pick<Log, 'error'>;
  readonly proofs: ProvableLog & Pick<LogProofs, 'noteGiven' | 'verifierKey'>;
  /** Of the log, in records. */
  size(): number;
  levelOf(id: string): Level;
  /** What the peer answers to a request for `holdfast.witness`. */
  ask(id: string, request: unknown, options: AskOptions): Promise<unknown>;
}

interface AskOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A peer that is there. */
interface Notary {
  readonly cosigner: Cosigner;
  cancel: Cancel;
  /** Records of the log when it was cosigned last, those about its witnesses not counted. */
  seen: number;
}

/** Has the peers vouch for the log, each once an hour, if the log grew. */
export class PeerWitnessing {
  readonly #tools: PeerWitnessingTools;
  readonly #notaries = new Map<string, Notary>();
  /** The key that each cosigned with first, while the process lives. */
  readonly #pins = new Recent<string>(PEERS_MAX);
  /** Records about witnesses: they are nothing new to be witnessed. */
  #told = 0;

  constructor(tools: PeerWitnessingTools) {
    this.#tools = tools;
  }

  opened(id: string): void {
    if (this.#notaries.has(id)) return;
    const { proofs, clock } = this.#tools;
    const cosigner = new Cosigner(proofs, clock, this.#wayTo(id));
    const notary = { cosigner, cancel: () => {}, seen: 0 };
    this.#notaries.set(id, notary);
    this.#lookAfter(id, notary, LOOK_MS * this.#tools.random.draw());
  }

  left(id: string): void {
    this.#notaries.get(id)?.cancel();
    this.#notaries.delete(id);
  }

  #wayTo(id: string): WitnessingOptions {
    const [tools, pins] = [this.#tools, this.#pins];
    const post: PostToWitness = async (request, { signal }) => {
      if (!this.#notaries.has(id)) throw new HoldfastError('PEER_LOST', 'the peer is gone');
      const { verifierKey } = tools.proofs;
      const asked = { timeoutMs: ANSWER_MS, signal };
      const answered = await tools.ask(id, { verifierKey, request }, asked);
      const answer = readOptions(peerWitnessAnswer, 'answer', answered);
      if (answer.status === 200) pins.use(id, () => formatNoteKey(answer.verifierKey));
      return answer;
    };
    return {
      ...{ post, timeoutMs: ANSWER_MS },
      /** Only asked for once there was an answer. */
      get verifierKey(): NoteKey {
        return parseNoteKey(pins.find(id) ?? '');
      },
    };
  }

  #lookAfter(id: string, notary: Notary, delayMs: number): void {
    if (this.#notaries.get(id) !== notary) return;
    notary.cancel = this.#tools.clock.after(delayMs, () => void this.#look(id, notary));
  }

  /** Strangers are not told how long the log is. */
  async #look(id: string, notary: Notary): Promise<void> {
    const grownTo = this.#tools.size() - this.#told;
    const isDue = isAtLeast(this.#tools.levelOf(id), 'verified') && grownTo > notary.seen;
    if (!isDue) return this.#lookAfter(id, notary, LOOK_MS);
    if (await this.#isCosigned(id, notary)) notary.seen = grownTo;
    this.#lookAfter(id, notary, EVERY_MS);
  }

  async #isCosigned(id: string, notary: Notary): Promise<boolean> {
    try {
      const { clock, proofs } = this.#tools;
      const note = await within(clock, COSIGN_MS, notary.cosigner.cosign());
      await proofs.noteGiven(note);
      this.#tell('peer.witnessed', id, { size: parseCheckpoint(note.text).size });
      return true;
    } catch (error) {
      if (this.#notaries.get(id) === notary) this.#refused(id, asHoldfastError(error));
      return false;
    }
  }

  #refused(id: string, error: unknown): void {
    const { code, message: because } = describeError(error);
    this.#tell('peer.witnessRefused', id, { code, because });
    if (error instanceof HoldfastError && error.code === 'WITNESS_UNAVAILABLE') return;
    const fields = { subject: id, error: describeError(error) };
    this.#tools.log.error(fields, 'a peer does not vouch for the audit log');
  }

  #tell(...fact: Parameters<Kernel['tell']>): void {
    this.#told += 1;
    this.#tools.kernel.tell(...fact);
  }
}
