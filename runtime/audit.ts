import type { Observable } from 'rxjs';
import type { Audit as AuditActor } from '../actors/audit.actor.ts';
import type { AuditFault, AuditStatus } from '../actors/audit-outcome.ts';
import type { RotatedKey } from '../actors/key-rotation.ts';
import { hex, text } from '../storage/bytes.ts';
import type { StorageCode } from '../storage/faults.ts';
import { OPEN_END } from '../storage/holds.ts';
import type { Clock } from '../storage/ports.ts';
import { toBase64 } from '../storage/proofs/notation.ts';
import { formatNote, parseNote } from '../storage/proofs/note.ts';
import { formatReceipt } from '../storage/proofs/receipt.ts';
import { type Hole, isHole, type ReadRange, type StoredRecord } from '../storage/read.ts';
import type { Verification } from '../storage/verification.ts';
import { type AuditEvent, recordOf } from './audit-event.ts';
import { AuditTail } from './audit-tail.ts';
import { Cosigner } from './cosigner.ts';
import { type Code, HoldfastError } from './errors.ts';
import type { Fact } from './facts.ts';
import { redactFields } from './field-redaction.ts';
import type { Kernel } from './kernel/kernel.ts';
import {
  appendOptions,
  consistencyOptions,
  holdOptions,
  proveOptions,
  publishOptions,
  type ReadRangeInput,
  type ReadRangeOptions,
  readRange,
  releaseOptions,
  rotateKeyOptions,
  shredOptions,
  verifyOptions,
} from './options/audit.ts';
import { readOptions } from './options/read.ts';
import { redactedFields } from './options/redact.ts';
import { type WitnessingInput, witnessingOptions } from './options/witnessing.ts';
import { pathOfSite, type Site } from './site.ts';
import { asHoldfastError, codeOfStorage } from './storage-errors.ts';
import { Witnessing } from './witnessing.ts';

export interface AppendOptions {
  readonly signal?: AbortSignal | undefined;
  readonly policy?: 'closed' | 'spool' | 'open' | undefined;
}

/** Where a record stands in the log. The hash is that of its blinded leaf, in hex. */
export interface Receipt {
  readonly index: number;
  readonly leafHash: string;
}

/** A record as it was written. */
export interface AuditRecord extends Receipt {
  readonly kind: 'record';
  readonly event: Omit<Fact, 'data'> & { readonly data?: unknown; readonly traceparent?: string };
}

/** Indices from `from`, included, to `to`, excluded, that nobody can read. */
export type AuditGap = Hole & { readonly kind: 'gap' };

export interface VerifyInput {
  readonly onProgress?: (done: number, of: number) => void;
  readonly anchor?: string | undefined;
  readonly seals?: string | undefined;
}

export interface ReleaseOptions {
  readonly name: string;
  readonly reason?: string | undefined;
}

export interface HoldOptions extends ReleaseOptions {
  readonly fromIndex?: number | undefined;
  readonly toIndex?: number | undefined;
}

/** The options of nearly all appends, read once. */
const USUAL = readOptions(appendOptions, 'append', {});

export type ExportInput = ReadRangeInput & { readonly redact?: readonly string[] };

/** The audit log of a runtime: what was decided and what happened, sealed and in order. */
export class AuditLog {
  readonly #actor: AuditActor;
  readonly #facts: Pick<Kernel['facts'], 'fill'>;
  readonly #clock: Clock;
  readonly #tail: AuditTail;
  readonly #site: Site;

  constructor(
    actor: AuditActor,
    kernel: Pick<Kernel, 'facts' | 'clock' | 'containment' | 'subscriberFailed'>,
    site: Site,
  ) {
    this.#actor = actor;
    this.#site = site;
    this.#facts = kernel.facts;
    this.#clock = kernel.clock;
    this.#tail = new AuditTail(actor, kernel, (fromIndex) => this.read({ fromIndex }));
  }

  /**
   * Resolves once the event is durable.
   * @throws {TypeError | RangeError} naming the field that is no JSON, or no field of an event.
   * @throws {HoldfastError} EVENT_REFUSED, AUDIT_RECORD_TOO_LARGE, AUDIT_QUEUE_FULL,
   * AUDIT_UNAVAILABLE, RUNTIME_STOPPED. Rejects with the reason of `signal` if that takes the event
   * back in time.
   */
  append(event: AuditEvent, options?: AppendOptions): Promise<Receipt> {
    try {
      const { signal, policy } =
        options === undefined ? USUAL : readOptions(appendOptions, 'append', options);
      signal?.throwIfAborted();
      const record = recordOf(event, this.#facts.fill());
      return this.#actor.append(record, policy, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Records in order, and gaps where nobody can read them. Filters leave gaps in, but for those of
   * which it is known that nothing in them matches. The first reading with a `type` or a time notes
   * what is where, so that the next ones pass over what cannot match.
   */
  async *read(range: ReadRangeInput = {}): AsyncGenerator<AuditRecord | AuditGap> {
    const read = readOptions(readRange, 'read', range);
    try {
      for await (const stored of this.#actor.read(storedRange(read))) {
        const told = recordFrom(stored);
        if (told.kind === 'gap' || matches(told, read)) yield told;
      }
    } catch (error) {
      throw asHoldfastError(error);
    }
  }

  /**
   * Records as they become durable, from `fromIndex` on if that is given, else from now. A
   * subscriber that is slower than the log reads on from the disk; one that throws is unsubscribed.
   */
  tail(range: { readonly fromIndex?: number } = {}): Observable<AuditRecord | AuditGap> {
    const { fromIndex = this.#actor.status().size } = readOptions(readRange, 'tail', range);
    return this.#tail.from(fromIndex);
  }

  /**
   * All records as lines of JSON, each a CloudEvents 1.0 event with `auditindex`; `redact` names
   * fields to leave out, as in `data.card.number`.
   */
  async *export({ redact, ...range }: ExportInput = {}): AsyncGenerator<string> {
    const fields = readOptions(redactedFields, 'export.redact', redact);
    for await (const read of this.read(range)) yield `${lineOf(redactFields(read, fields))}\n`;
  }

  /**
   * Checks the whole log; that it goes on from `anchor`, a checkpoint of it that was kept where its
   * writer cannot reach it; and its seals, of which `beginSeals` gave the start. Writes nothing.
   * @throws {HoldfastError} AUDIT_UNPROVEN if the anchor or the start is none of this log.
   */
  async verify(options: VerifyInput = {}): Promise<Verification> {
    const { onProgress, anchor, seals: begun } = readOptions(verifyOptions, 'verify', options);
    const { proofs, seals } = this.#actor;
    try {
      const known = anchor === undefined ? undefined : proofs.openAnchor(text(anchor));
      const start = begun === undefined ? undefined : seals.openStart(begun);
      const found = await this.#actor.verify(onProgress);
      const anchored = known === undefined ? found : await proofs.verifyAnchored(found, known);
      return start === undefined ? anchored : await seals.verify(anchored, start);
    } catch (error) {
      throw asHoldfastError(error);
    }
  }

  /**
   * From now on the end of each segment is sealed with a key that only moves forward: who steals
   * all keys cannot change what had ended before unseen by `verify({ seals })`. Returns what that
   * takes, a secret, once: keep it where the log's writer cannot reach it. To begin anew makes that
   * of an earlier beginning useless.
   * @throws {HoldfastError} RUNTIME_STOPPED, or what the log was lost for.
   */
  async beginSeals(): Promise<string> {
    return await this.#operate(() => this.#actor.seals.begin());
  }

  /**
   * What the log says it is, for whoever keeps it: a checkpoint of C2SP over the RFC 6962 tree of
   * all its records, signed by `verifierKey`.
   * @throws {HoldfastError} DATA_DAMAGED if a record or what remains of it cannot be read.
   */
  async checkpoint(): Promise<string> {
    try {
      return Buffer.from(formatNote(await this.#actor.proofs.give())).toString();
    } catch (error) {
      throw asHoldfastError(error);
    }
  }

  /** The public key of the log, one line of text: a vkey of C2SP's signed notes. */
  get verifierKey(): string {
    return this.#actor.proofs.verifierKey;
  }

  /**
   * A receipt that strangers can verify without us: the `.tlog-proof` of C2SP, with a checkpoint.
   * Its extra data are the record and the salt of its leaf, unless it was shredded. A `checkpoint`
   * of the log that is given is the one it carries, with all its cosignatures.
   * @throws {RangeError} unless `index` is a whole number from 0, below the size of the checkpoint.
   * @throws {HoldfastError} DATA_DAMAGED if a record or what remains of it cannot be read;
   * AUDIT_UNPROVEN if `checkpoint` is none of this log as it is.
   */
  async prove(index: number, options: { readonly checkpoint?: string } = {}): Promise<string> {
    const { checkpoint } = readOptions(proveOptions, 'prove', options);
    try {
      const given = checkpoint === undefined ? undefined : parseNote(text(checkpoint));
      const receipt = await this.#actor.proofs.prove(index, given);
      return Buffer.from(formatReceipt(receipt)).toString();
    } catch (error) {
      throw asHoldfastError(error);
    }
  }

  /**
   * Writes what strangers need to follow the log into a directory, as static files that monitors of
   * c2sp.org/tlog-tiles read: `checkpoint` and the tiles of its tree, hashes only. Again, it writes
   * what is new. Returns the checkpoint.
   * @throws {RangeError} for a directory in `dataDir`.
   * @throws {HoldfastError} AUDIT_UNPROVEN if a checkpoint lies there that the log does not go on
   * from, DATA_DAMAGED if a record or what remains of it cannot be read, and those of the disk.
   */
  async publish(options: { readonly directory: string }): Promise<string> {
    const { directory } = readOptions(publishOptions, 'publish', options);
    try {
      const path = await pathOfSite(this.#site, directory);
      const note = await this.#actor.proofs.publish(path, this.#site.files);
      return Buffer.from(formatNote(note)).toString();
    } catch (error) {
      throw asHoldfastError(error);
    }
  }

  /**
   * The proof of RFC 6962 that the log as one checkpoint has it goes on from an older checkpoint:
   * hashes in base64.
   * @throws {RangeError} unless 1 <= `fromSize` <= `toSize` <= the size of the log.
   * @throws {HoldfastError} DATA_DAMAGED if a record or what remains of it cannot be read.
   */
  async proveConsistency(sizes: {
    readonly fromSize: number;
    readonly toSize?: number | undefined;
  }): Promise<readonly string[]> {
    const { fromSize, toSize } = readOptions(consistencyOptions, 'proveConsistency', sizes);
    try {
      return (await this.#actor.proofs.proveConsistency(fromSize, toSize)).map(toBase64);
    } catch (error) {
      throw asHoldfastError(error);
    }
  }

  /**
   * Whom to ask for cosignatures of the log's checkpoints. It remembers what the witness has.
   * @throws {TypeError | RangeError} naming the field that is none.
   */
  witnessedBy(witness: WitnessingInput): Witnessing {
    const read = readOptions(witnessingOptions, 'witnessedBy', witness);
    const { proofs } = this.#actor;
    return new Witnessing(proofs, new Cosigner(proofs, this.#clock, read));
  }

  /**
   * Makes the records of whole segments unreadable for good, by destroying their keys. Returns the
   * segments. The active one is never among them: `rotate` first.
   * Nothing is shredded unless that it is about to be is in the log.
   * @throws {HoldfastError} AUDIT_HELD if a hold keeps one of them, AUDIT_UNAVAILABLE,
   * RUNTIME_STOPPED, or what the log was lost for.
   */
  async shred(options: {
    readonly before: number | Date | string;
    readonly reason?: string;
  }): Promise<readonly number[]> {
    const { before, reason } = readOptions(shredOptions, 'shred', options);
    const isIndex = typeof options.before === 'number';
    return await this.#operate(() =>
      this.#actor.erasure.shred(isIndex ? { index: before } : { writtenBeforeMs: before }, reason),
    );
  }

  /**
   * Keeps records readable from now on: neither retention nor `shred` takes a segment that has some
   * of them. Without `toIndex` those to come are held, too. `status().holds` has all holds.
   * @throws {TypeError | RangeError} for a name that is taken, a range beyond the log or with
   * nothing in it, the 257th hold.
   * @throws {HoldfastError} AUDIT_SHREDDED with the indices; then nothing is held. As `shred`.
   */
  async hold(options: HoldOptions): Promise<void> {
    const { name, fromIndex, toIndex, reason } = readOptions(holdOptions, 'hold', options);
    const range = { from: fromIndex, to: toIndex ?? OPEN_END };
    await this.#operate(() => this.#actor.erasure.hold({ name, ...range }, reason));
  }

  /**
   * Ends a hold. That it is about to end is in the log before.
   * @throws {RangeError} if there is no such hold. @throws {HoldfastError} as `hold`.
   */
  async release(options: ReleaseOptions): Promise<void> {
    const { name, reason } = readOptions(releaseOptions, 'release', options);
    await this.#operate(() => this.#actor.erasure.release(name, reason));
  }

  /**
   * Goes on in a new segment; the old one is sealed.
   * @throws {HoldfastError} RUNTIME_STOPPED, KEY_PAGE_FULL, or what else the log was lost for.
   */
  async rotate(): Promise<void> {
    await this.#operate(() => this.#actor.rotate());
  }

  /**
   * From now on segments, from a new one on, and checkpoints are of the next audit key. This
   * `checkpoint` is signed by the one before as well, for whoever trusts that one.
   * @throws {HoldfastError} DATA_DAMAGED as `checkpoint`, KEY_PAGE_FULL after 1,024 keys, or as
   * `rotate`; once the log is open again, `verifierKey` says whether the next key has taken over.
   */
  async rotateKey(options: { readonly reason?: string | undefined } = {}): Promise<RotatedKey> {
    const { reason } = readOptions(rotateKeyOptions, 'rotateKey', options);
    return await this.#operate(() => this.#actor.keys.rotate(reason));
  }

  /** Tries a log again that had failed, after the operator saw to it. */
  resume(): void {
    this.#actor.resume();
  }

  status(): AuditStatus {
    return this.#actor.status();
  }

  /** Not on a log that was closed: it would be written to again. */
  async #operate<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#actor.mode === 'closed') {
      throw new HoldfastError('RUNTIME_STOPPED', 'the log is closed');
    }
    try {
      return await work();
    } catch (error) {
      throw this.#reasonOf(error);
    }
  }

  /** Of a log that is not open, whoever asks learns what it was lost for. */
  #reasonOf(error: unknown): unknown {
    const { code, because } = this.#actor.status();
    const lostFor = Object.keys(codeOfStorage).find((known) => known === code);
    if (lostFor === undefined || this.#actor.mode === 'readWrite') return asHoldfastError(error);
    const told = codeOfStorage[lostFor as StorageCode];
    return new HoldfastError(told, `the log is not open: ${because}`, {}, { cause: error });
  }
}

const codeOf: Readonly<Record<AuditFault['code'], Code>> = {
  AUDIT_QUEUE_FULL: 'AUDIT_QUEUE_FULL',
  AUDIT_UNAVAILABLE: 'AUDIT_UNAVAILABLE',
  AUDIT_CLOSED: 'RUNTIME_STOPPED',
  RECORD_TOO_LARGE: 'AUDIT_RECORD_TOO_LARGE',
};

export const faultError = ({ code, because }: AuditFault): HoldfastError =>
  new HoldfastError(codeOf[code], because);

export function recordFrom(stored: StoredRecord | Hole): AuditRecord | AuditGap {
  if (isHole(stored)) return { kind: 'gap', ...stored };
  const { index, leaf, record } = stored;
  const event = JSON.parse(Buffer.from(record).toString()) as AuditRecord['event'];
  return { kind: 'record', index, leafHash: hex(leaf), event };
}

/** What storage looks for: all that `matches`, and more. */
export const storedRange = (range: ReadRangeOptions): ReadRange => ({
  from: range.fromIndex,
  to: range.toIndex,
  type: range.type,
  sinceMs: range.since,
  untilMs: range.until,
});

export function matches({ event }: AuditRecord, range: ReadRangeOptions): boolean {
  const { type, subject, since, until } = range;
  if (type !== undefined && event.type !== type) return false;
  if (subject !== undefined && event.subject !== subject) return false;
  const at = Date.parse(event.time);
  return (since === undefined || at >= since) && (until === undefined || at < until);
}

/** One line of an export. */
export function lineOf(read: AuditRecord | AuditGap): string {
  if (read.kind === 'record') return JSON.stringify({ ...read.event, auditindex: read.index });
  const { from, to, because } = read;
  return JSON.stringify({ gap: { from, to, because } });
}
