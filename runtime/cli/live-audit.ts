import { Overdue, within } from '../../actors/deadline.ts';
import type { Connection } from '../../actors/sockets.ts';
import type { World } from '../../actors/world.ts';
import { text } from '../../storage/bytes.ts';
import type { Hold } from '../../storage/holds.ts';
import type { Clock } from '../../storage/ports.ts';
import { parseNote } from '../../storage/proofs/note.ts';
import type { Verification } from '../../storage/verification.ts';
import type { AuditGap, AuditRecord } from '../audit.ts';
import type { ProvableLog } from '../cosigner.ts';
import { Lines } from '../lines.ts';
import type { ControlMethod, ControlParamsInput } from '../options/control.ts';
import type {
  AuditSource,
  ExportInput,
  HoldInput,
  Kept,
  OnProgress,
  OwnerNote,
  ProcessStatus,
  ReleaseInput,
  RotateKeyInput,
  ShredInput,
  SignedCheckpoint,
} from './audit-source.ts';
import {
  checkpointFrom,
  fieldsFrom,
  holdsFrom,
  lineFrom,
  progressFrom,
  proofFrom,
  type Reply,
  receiptFrom,
  recordFrom,
  replyFrom,
  sealsFrom,
  segmentsFrom,
  sizeFrom,
  verificationFrom,
} from './control-reply.ts';
import { speakerOf } from './data-owner.ts';
import { Failure } from './failure.ts';

/** A reply may hold a record, and that as text within text. */
const REPLY_BYTES_MAX = 4 * 1024 * 1024;
const CONNECT_MS = 3_000;
/** Whoever says nothing for so long is asked whether it is alive, and in the end given up. */
const QUIET_MS = 10_000;
const SILENT_MS = 15_000;

const silent = (): Failure => new Failure('the process does not answer');

/** The audit log of a process that runs, through its control socket. One request at a time. */
export class LiveAudit implements AuditSource {
  readonly kind = 'live';
  readonly speaker: string;
  readonly #clock: Clock;
  readonly #connection: Connection;
  readonly #directory: string;
  readonly #owner: OwnerNote | null;
  readonly #replies: AsyncGenerator<Reply>;
  #asked = 0;

  /** Undefined if nobody listens. @throws {Failure} after 3 s. @throws {StorageError} */
  static async open(
    { clock, sockets }: Pick<World, 'clock' | 'sockets'>,
    directory: string,
    owner: OwnerNote | null,
  ): Promise<LiveAudit | undefined> {
    const connecting = sockets.connect(`${directory}/control.sock`);
    try {
      const connection = await within(clock, CONNECT_MS, connecting);
      return connection && new LiveAudit(clock, connection, directory, owner);
    } catch (error) {
      if (!(error instanceof Overdue)) throw error;
      connecting.then(
        (late) => late?.drop(),
        () => {},
      );
      throw silent();
    }
  }

  constructor(clock: Clock, connection: Connection, directory: string, owner: OwnerNote | null) {
    this.speaker = speakerOf(owner);
    this.#clock = clock;
    this.#connection = connection;
    this.#directory = directory;
    this.#owner = owner;
    this.#replies = this.#hear();
  }

  async verify(onProgress: OnProgress, { anchor, seals }: Kept = {}): Promise<Verification> {
    if (seals !== undefined) {
      throw new Failure(
        'whoever writes the log must not have the start of its seals: verify a copy',
      );
    }
    const result = await this.#resultOf('audit.verify', { anchor }, (item) => {
      const { done, of } = progressFrom(item);
      onProgress(done, of);
    });
    return verificationFrom(result);
  }

  async checkpoint(): Promise<SignedCheckpoint> {
    return checkpointFrom(await this.#resultOf('audit.checkpoint', {}));
  }

  async rotateKey(input: RotateKeyInput): Promise<SignedCheckpoint> {
    return checkpointFrom(await this.#resultOf('audit.rotateKey', input));
  }

  async prove(index: number): Promise<string> {
    return receiptFrom(await this.#resultOf('audit.prove', { index }));
  }

  async provable(): Promise<ProvableLog> {
    return {
      checkpoint: async () => parseNote(text((await this.checkpoint()).checkpoint)),
      proveConsistency: async (fromSize, toSize) =>
        proofFrom(await this.#resultOf('audit.proveConsistency', { fromSize, toSize })),
    };
  }

  async *export(input: ExportInput): AsyncGenerator<string> {
    for await (const line of this.#itemsOf('audit.export', input)) yield lineFrom(line);
  }

  async *tail(count: number, isFollowing: boolean): AsyncGenerator<AuditRecord | AuditGap> {
    const size = sizeFrom(await this.#resultOf('audit.status', {}));
    const fromIndex = Math.max(0, size - count);
    const items = isFollowing
      ? this.#itemsOf('audit.tail', { fromIndex })
      : // What comes meanwhile would be one too many.
        this.#itemsOf('audit.read', { fromIndex, toIndex: size });
    for await (const item of items) yield recordFrom(item);
  }

  async status(): Promise<ProcessStatus> {
    const said = fieldsFrom(await this.#resultOf('audit.status', {}));
    const ours = { source: 'live', directory: this.#directory, owner: this.#owner } as const;
    // Twice: the first for the order, the last so that nobody says it for us.
    return { ...ours, ...said, ...ours };
  }

  async shred(input: ShredInput): Promise<readonly number[]> {
    return segmentsFrom(await this.#resultOf('audit.shred', input));
  }

  async beginSeals(): Promise<string> {
    return sealsFrom(await this.#resultOf('audit.beginSeals', {}));
  }

  async hold(input: HoldInput): Promise<void> {
    await this.#resultOf('audit.hold', input);
  }

  async release(input: ReleaseInput): Promise<void> {
    await this.#resultOf('audit.release', input);
  }

  async holds(): Promise<readonly Hold[]> {
    return holdsFrom(await this.#resultOf('audit.status', {}));
  }

  async close(): Promise<void> {
    this.#connection.drop();
  }

  async #resultOf<Method extends ControlMethod>(
    method: Method,
    params: ControlParamsInput<Method>,
    onItem: (item: unknown) => void = () => {},
  ): Promise<unknown> {
    for await (const reply of this.#ask(method, params)) {
      if ('result' in reply) return reply.result;
      if ('item' in reply) onItem(reply.item);
    }
    throw new Failure('the process gave no result');
  }

  async *#itemsOf<Method extends ControlMethod>(
    method: Method,
    params: ControlParamsInput<Method>,
  ): AsyncGenerator<unknown> {
    for await (const reply of this.#ask(method, params)) {
      if ('item' in reply) yield reply.item;
    }
  }

  async *#ask(method: ControlMethod, params: unknown): AsyncGenerator<Reply> {
    this.#asked += 1;
    const id = this.#asked;
    this.#tell({ id, method, params });
    for (;;) {
      const { value: reply, done } = await this.#replies.next();
      if (done) throw new Failure('the process ended before it had answered');
      if (reply.id !== id && reply.id !== null) continue;
      const { error } = reply;
      if (error !== undefined) {
        throw new Failure(`${this.speaker}: ${error.message}`, undefined, error.code);
      }
      yield reply;
      if ('result' in reply || reply.end === true) return;
    }
  }

  async *#hear(): AsyncGenerator<Reply> {
    const lines = new Lines(REPLY_BYTES_MAX);
    const chunks = this.#connection.incoming[Symbol.asyncIterator]();
    for (;;) {
      const chunk = await this.#next(chunks);
      if (chunk === undefined) return;
      try {
        for (const line of lines.take(chunk)) yield replyFrom(line);
      } catch (error) {
        throw error instanceof RangeError ? new Failure(`of a reply, ${error.message}`) : error;
      }
    }
  }

  /** Undefined at the end. Only here is the process waited for. */
  async #next(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
    let isSilent = false;
    const stopAsking = this.#clock.after(QUIET_MS, () => {
      this.#tell({ id: 'alive', method: 'audit.status' });
    });
    const stopWaiting = this.#clock.after(SILENT_MS, () => {
      isSilent = true;
      this.#connection.drop();
    });
    try {
      const { value, done } = await chunks.next();
      if (isSilent) throw silent();
      return done ? undefined : value;
    } finally {
      stopAsking();
      stopWaiting();
    }
  }

  #tell(request: { readonly id: unknown; readonly method: ControlMethod; params?: unknown }): void {
    this.#connection.write(`${JSON.stringify(request)}\n`);
  }
}
