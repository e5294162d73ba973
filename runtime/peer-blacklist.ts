import {
  BLACKLISTED_MAX,
  type Blacklist,
  type Blacklisted,
  blacklistText,
  HERE,
  lineBytes,
  readBlacklist,
  SAID_BYTES_MAX,
} from '../actors/peer/door/blacklist.ts';
import type { Kinship } from '../actors/peer/kinship.ts';
import { publicKeyOfPeer } from '../actors/peer/wire/peer-id.ts';
import type { RecordedFacts } from '../actors/recorded-facts.ts';
import type { Kernel } from '../actors/world.ts';
import { text as bytesOf } from '../storage/bytes.ts';
import { formatNote, parseNote } from '../storage/proofs/note.ts';
import { formatNoteKey, noteKeyTypes } from '../storage/proofs/note-key.ts';
import {
  type NoteSigner,
  noteKeyOf,
  signNote,
  verifyNote,
} from '../storage/proofs/note-signature.ts';
import {
  type BlameOptionsInput,
  blameOptions,
  type ForgiveOptionsInput,
  forgiveOptions,
  type ImportOptionsInput,
  importOptions,
} from './options/blacklist.ts';
import { readOptions } from './options/read.ts';
import { asHoldfastError } from './storage-errors.ts';

export interface PeerBlacklistTools {
  readonly kernel: Pick<Kernel, 'clock' | 'tell'>;
  readonly blacklist: Blacklist;
  readonly facts: Pick<RecordedFacts, 'tell'>;
  /** The same for good: identity keys rotate, and whoever imports lists pins this one. */
  readonly signer: NoteSigner;
  isOwn(id: string): boolean;
  readonly kinship: Pick<Kinship, 'selvesOf'>;
  /** Connections of those that are listed are to end. */
  onListed(): void;
}

/** Identities that are known to be malicious, by our word, or by that of others who signed it. */
export class PeerBlacklist {
  readonly #tools: PeerBlacklistTools;

  constructor(tools: PeerBlacklistTools) {
    this.#tools = tools;
  }

  /** What verifies the lists that are exported here: others import them by it. */
  get verifierKey(): string {
    return formatNoteKey(noteKeyOf(this.#tools.signer, noteKeyTypes.signature));
  }

  list(): readonly Blacklisted[] {
    return [...this.#tools.blacklist.all()];
  }

  /**
   * Lists an identity by our word, at once, for good; the record follows.
   * @throws {TypeError | RangeError} naming the field; if 100,000 are listed, or all that are by
   * our word would take more than 999,000 bytes of what `export` gives.
   */
  blame(id: string, options: BlameOptionsInput): void {
    const { reason } = readOptions(blameOptions, 'blame', options);
    checkId(id);
    if (this.#tools.isOwn(id)) throw new RangeError('id must be that of another runtime');
    const entry = { id, reason, by: HERE, sinceMs: this.#nowMs() };
    this.#checkRoom(entry);
    this.#add([entry]);
    this.#tools.kernel.tell('peer.blacklisted', id, { reason, by: HERE });
  }

  /**
   * Lists all that a signed list has, at once, for good; the record follows. Whoever is listed
   * already stays as it is. Says how many are new.
   * @throws {TypeError | RangeError} naming the field; if more than 100,000 would be listed.
   * @throws {HoldfastError} AUDIT_UNPROVEN if none of `signers` has signed it: nothing changed.
   */
  import(note: string, options: ImportOptionsInput): number {
    const { signers } = readOptions(importOptions, 'import', options);
    if (typeof note !== 'string') throw new TypeError(`note must be a text, got ${typeof note}`);
    const { by, timeMs, blamed } = verified(note, signers);
    const { blacklist, kernel, isOwn } = this.#tools;
    const before = blacklist.size;
    const others = blamed.filter(({ id }) => !isOwn(id));
    this.#add(others.map((blame) => ({ ...blame, by, sinceMs: timeMs })));
    const added = blacklist.size - before;
    kernel.tell('peer.blacklisted', '', { by, identities: others.length, added, timeMs });
    return added;
  }

  /** What was listed by our word, signed. */
  export(): string {
    const signer = this.#tools.signer;
    const ours = this.list().filter(({ by }) => by === HERE);
    const text = blacklistText(this.#nowMs(), ours);
    const note = formatNote({ text, signatures: [signNote(text, signer)] });
    return Buffer.from(note).toString();
  }

  /**
   * Takes an identity off. That it is about to be is in the log before: no record, no forgiving.
   * @throws {TypeError | RangeError} naming the field.
   * @throws {HoldfastError} AUDIT_UNAVAILABLE, AUDIT_QUEUE_FULL, RUNTIME_STOPPED: nothing changed.
   */
  async forgive(id: string, options: ForgiveOptionsInput = {}): Promise<void> {
    const { reason } = readOptions(forgiveOptions, 'forgive', options);
    checkId(id);
    const { facts, blacklist, kernel } = this.#tools;
    try {
      await facts.tell('peer.forgiving', id, { reason });
    } catch (error) {
      throw asHoldfastError(error);
    }
    for (const self of this.#tools.kinship.selvesOf(id)) blacklist.remove(self);
    kernel.tell('peer.forgiven', id, { reason });
  }

  /** All that is our word has to fit what is exported. */
  #checkRoom(entry: Blacklisted): void {
    const { blacklist } = this.#tools;
    const bytes = blacklist.saidBytes + lineBytes(entry);
    if (bytes <= SAID_BYTES_MAX || blacklist.has(entry.id)) return;
    throw new RangeError(
      `reason must leave all that are blamed here at most ${SAID_BYTES_MAX} bytes, got ${bytes}`,
    );
  }

  #add(entries: readonly Blacklisted[]): void {
    if (!this.#tools.blacklist.add(entries)) {
      throw new RangeError(`at most ${BLACKLISTED_MAX} identities may be blacklisted`);
    }
    this.#tools.onListed();
  }

  #nowMs(): number {
    return Math.round(this.#tools.kernel.clock.wallMs());
  }
}

function verified(text: string, signers: Parameters<typeof verifyNote>[1]) {
  try {
    const note = parseNote(bytesOf(text));
    const [signed] = verifyNote(note, signers);
    return { by: signed?.key.name ?? '', ...readBlacklist(note.text) };
  } catch (error) {
    throw asHoldfastError(error);
  }
}

function checkId(id: unknown): void {
  if (typeof id === 'string' && publicKeyOfPeer(id) !== undefined) return;
  throw new TypeError(`id must be a peer id, 52 letters, got ${JSON.stringify(id)}`);
}
