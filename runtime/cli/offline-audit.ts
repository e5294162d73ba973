import { LogProofs } from '../../actors/log-proofs.ts';
import type { World } from '../../actors/world.ts';
import { text } from '../../storage/bytes.ts';
import { StorageError } from '../../storage/faults.ts';
import { readHeadFile } from '../../storage/head-file.ts';
import type { Hold } from '../../storage/holds.ts';
import type { Authentic, KnownStore } from '../../storage/identity-copies.ts';
import { Layout } from '../../storage/layout.ts';
import { logSigners } from '../../storage/log-signer.ts';
import { type Place, placeOf } from '../../storage/place.ts';
import type { Checkpoint } from '../../storage/proofs/checkpoint.ts';
import { formatNote } from '../../storage/proofs/note.ts';
import { formatReceipt } from '../../storage/proofs/receipt.ts';
import { type ReadRange, readRecords } from '../../storage/read.ts';
import { verifySealed } from '../../storage/sealed-ends.ts';
import { parseSealingStart, type SealingStart } from '../../storage/sealing.ts';
import { readKeys } from '../../storage/segment-keys.ts';
import { isAlarm, type Verification } from '../../storage/verification.ts';
import { verifyLog } from '../../storage/verify.ts';
import { verifyWithoutKey } from '../../storage/verify-keyless.ts';
import {
  type AuditGap,
  type AuditLog,
  type AuditRecord,
  lineOf,
  matches,
  recordFrom,
  storedRange,
} from '../audit.ts';
import type { ProvableLog } from '../cosigner.ts';
import { redactFields } from '../field-redaction.ts';
import { readRange } from '../options/audit.ts';
import { controlParams } from '../options/control.ts';
import type { MasterKeySource } from '../options/master-key.ts';
import { readOptions } from '../options/read.ts';
import type {
  AuditSource,
  DirectoryStatus,
  ExportInput,
  HoldInput,
  Kept,
  OnProgress,
  ReleaseInput,
  RotateKeyInput,
  ShredInput,
  SignedCheckpoint,
} from './audit-source.ts';
import type { CommandTools } from './command-tools.ts';
import { isInUse, nameOfOwner, ownerOf } from './data-owner.ts';
import { keyMissing, openWithKey } from './directory-key.ts';
import { statusOf } from './directory-status.ts';
import { exits, Failure } from './failure.ts';

/** A process that obeys one order must not go by limits that are not its own. */
const KEEP_ALL = {
  ageMs: 100 * 365 * 86_400_000,
  bytesMax: Number.MAX_SAFE_INTEGER,
  segmentsMax: 1_000,
};

/** The audit log in a directory, read from its files. What writes takes the lock. */
export class OfflineAudit implements AuditSource {
  readonly kind = 'offline';
  readonly #world: World;
  readonly #env: CommandTools['env'];
  readonly #path: string;
  readonly #store: KnownStore | StorageError;
  readonly #source: MasterKeySource | undefined;
  readonly #layout: Layout;
  #opened: Authentic | undefined;

  /** @param store in the directory, or why it has none that is whole */
  constructor(
    { world, env }: Pick<CommandTools, 'world' | 'env'>,
    path: string,
    store: KnownStore | StorageError,
    source: MasterKeySource | undefined,
  ) {
    this.#world = world;
    this.#env = env;
    this.#path = path;
    this.#store = store;
    this.#source = source;
    this.#layout = new Layout(`${path}/audit`);
  }

  async verify(onProgress: OnProgress, kept: Kept = {}): Promise<Verification> {
    try {
      return await this.#verifyBeside(onProgress, kept);
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'KEY_MISSING') throw error;
      const found = await this.#verify(onProgress);
      // No anchor can be opened without the log's key: that somebody took it is what counts.
      if (isAlarm(found.verdict)) return found;
      throw error;
    }
  }

  async #verifyBeside(onProgress: OnProgress, { anchor, seals }: Kept): Promise<Verification> {
    const known = anchor === undefined ? undefined : await this.#openAnchor(anchor);
    const start = seals === undefined ? undefined : await this.#openSeals(seals);
    const found = await this.#verify(onProgress);
    const anchored = known && (await (await this.#proofs(found.size)).verifyAnchored(found, known));
    if (start === undefined) return anchored ?? found;
    const place = await this.#place();
    const { sealing } = (await readKeys(place)).page ?? {};
    return await verifySealed(place, anchored ?? found, start, sealing);
  }

  async #openSeals(line: string): Promise<SealingStart> {
    return parseSealingStart(line, (await this.#place()).storeId);
  }

  async #openAnchor(anchor: string): Promise<Checkpoint> {
    return (await this.#proofs(0)).openAnchor(text(anchor));
  }

  async checkpoint(onProgress: OnProgress): Promise<SignedCheckpoint> {
    const proofs = await this.#soundProofs(onProgress);
    const checkpoint = Buffer.from(formatNote(await proofs.checkpoint())).toString();
    return { checkpoint, verifierKey: proofs.verifierKey };
  }

  async rotateKey(input: RotateKeyInput, onProgress: OnProgress): Promise<SignedCheckpoint> {
    await this.#soundProofs(onProgress);
    return await this.#operate((audit) => audit.rotateKey(input));
  }

  async prove(index: number, onProgress: OnProgress): Promise<string> {
    const proofs = await this.#soundProofs(onProgress);
    return Buffer.from(formatReceipt(await proofs.prove(index))).toString();
  }

  async provable(onProgress: OnProgress): Promise<ProvableLog> {
    return await this.#soundProofs(onProgress);
  }

  /** Nothing is signed of a log that is not as it was written. */
  async #soundProofs(onProgress: OnProgress): Promise<LogProofs> {
    await this.#open();
    const { verdict, size } = await this.#verify(onProgress);
    if (!isAlarm(verdict) && verdict !== 'unverifiable') return await this.#proofs(size);
    const exit = isAlarm(verdict) ? exits.tampered : exits.keyMissing;
    throw new Failure(`the log is ${verdict}: see holdfast audit verify`, exit, 'DATA_DAMAGED');
  }

  async #proofs(size: number): Promise<LogProofs> {
    const place = { ...(await this.#place()), clock: this.#world.clock };
    const { keyOf, archive } = await readKeys(place);
    const read = (range: ReadRange) => readRecords(place, keyOf, range);
    const signers = logSigners(place, archive);
    return new LogProofs(place, { read, status: () => ({ size }), signers });
  }

  async #verify(onProgress: OnProgress): Promise<Verification> {
    const { files, kv } = this.#world;
    if (await isInUse(files, this.#path)) {
      const owner = nameOfOwner(await ownerOf(files, this.#path));
      const message = `${this.#path} is in use by ${owner}, and no control socket answers`;
      throw new Failure(message, exits.failed, 'DATA_LOCKED');
    }
    const { root } = this.#layout;
    if (this.#store instanceof StorageError) {
      const found = await verifyWithoutKey(files, kv, root);
      const problem = { verdict: 'tampered', because: this.#store.message } as const;
      return { ...found, verdict: 'tampered', problems: [problem, ...found.problems] };
    }
    if (this.#source === undefined) return await verifyWithoutKey(files, kv, root);
    const { identity, problems: around } = await this.#open();
    const { hasLog: hasBegun = false } = identity;
    return await verifyLog(await this.#place(), { hasBegun, around, onProgress });
  }

  async *export({ redact = [], ...input }: ExportInput): AsyncGenerator<string> {
    readOptions(controlParams['audit.export'], 'export', { redact, ...input });
    const range = readOptions(readRange, 'export', input);
    for await (const read of this.#read(storedRange(range))) {
      const isWanted = read.kind === 'gap' || matches(read, range);
      if (isWanted) yield lineOf(redactFields(read, redact));
    }
  }

  async *tail(count: number, isFollowing: boolean): AsyncGenerator<AuditRecord | AuditGap> {
    if (isFollowing) throw new Failure(`nobody answers at ${this.#path}/control.sock to follow`);
    const last: (AuditRecord | AuditGap)[] = [];
    const size = (await this.#head())?.size ?? 0;
    for await (const read of this.#read({ from: Math.max(0, size - count) })) {
      last.push(read);
      if (last.length > count) last.shift();
    }
    yield* last;
  }

  async status(): Promise<DirectoryStatus> {
    const { files, clock } = this.#world;
    const isReadable = this.#source !== undefined && !(this.#store instanceof StorageError);
    const head = isReadable ? await this.#head() : undefined;
    return await statusOf(files, this.#path, head, clock.wallMs());
  }

  async shred(input: ShredInput): Promise<readonly number[]> {
    return await this.#operate((audit) => audit.shred(input));
  }

  async beginSeals(): Promise<string> {
    return await this.#operate((audit) => audit.beginSeals());
  }

  async hold(input: HoldInput): Promise<void> {
    await this.#operate((audit) => audit.hold(input));
  }

  async release(input: ReleaseInput): Promise<void> {
    await this.#operate((audit) => audit.release(input));
  }

  async holds(): Promise<readonly Hold[]> {
    return (await readKeys(await this.#place())).page?.holds ?? [];
  }

  async #operate<Result>(work: (audit: AuditLog) => Promise<Result>): Promise<Result> {
    const masterKey = this.#source ?? keyMissing();
    await this.#open();
    const { createRuntime } = await import('../runtime.ts');
    const runtime = await createRuntime({
      name: 'holdfast-cli',
      dataDir: this.#path,
      masterKey,
      world: this.#world,
      audit: { retention: KEEP_ALL },
    });
    try {
      return await work(runtime.audit);
    } finally {
      await runtime.shutdown();
    }
  }

  async close(): Promise<void> {
    this.#opened?.rootKey.wipe();
  }

  async *#read(range: ReadRange): AsyncGenerator<AuditRecord | AuditGap> {
    const place = await this.#place();
    const { keyOf } = await readKeys(place);
    for await (const stored of readRecords(place, keyOf, range)) yield recordFrom(stored);
  }

  async #head() {
    const { files, keys, layout, storeId } = await this.#place();
    return readHeadFile(await files.read(layout.head), keys.head, storeId).head;
  }

  async #place(): Promise<Place> {
    const { files, kv } = this.#world;
    const { identity, rootKey } = await this.#open();
    return placeOf({ files, kv }, this.#layout.root, identity.storeId, rootKey);
  }

  async #open(): Promise<Authentic> {
    if (this.#store instanceof StorageError) throw this.#store;
    const [path, source] = [this.#path, this.#source];
    this.#opened ??= await openWithKey(this.#world, this.#env, path, this.#store, source);
    return this.#opened;
  }
}
