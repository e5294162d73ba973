import type { Connection } from '../../actors/sockets.ts';
import type { World } from '../../actors/world.ts';
import { text } from '../../storage/bytes.ts';
import type { Hold } from '../../storage/holds.ts';
import type { Clock } from '../../storage/ports.ts';
import { parseNote } from '../../storage/proofs/note.ts';
import type { Verification } from '../../storage/verification.ts';
import type { AuditGap, AuditRecord } from '../audit.ts';
import type { ProvableLog } from '../cosigner.ts';
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
  receiptFrom,
  recordFrom,
  sealsFrom,
  segmentsFrom,
  sizeFrom,
  verificationFrom,
} from './control-reply.ts';
import { speakerOf } from './data-owner.ts';
import { Failure } from './failure.ts';
import { connectTo, LiveProcess } from './live-process.ts';

/** The audit log of a process that runs, through its control socket. One request at a time. */
export class LiveAudit implements AuditSource {
  readonly kind = 'live';
  readonly speaker: string;
  readonly #process: LiveProcess;
  readonly #directory: string;
  readonly #owner: OwnerNote | null;

  /** Undefined if nobody listens. @throws {Failure} after 3 s. @throws {StorageError} */
  static async open(
    world: Pick<World, 'clock' | 'sockets'>,
    directory: string,
    owner: OwnerNote | null,
  ): Promise<LiveAudit | undefined> {
    const connection = await connectTo(world, directory);
    return connection && new LiveAudit(world.clock, connection, directory, owner);
  }

  constructor(clock: Clock, connection: Connection, directory: string, owner: OwnerNote | null) {
    this.speaker = speakerOf(owner);
    this.#process = new LiveProcess(clock, connection, this.speaker);
    this.#directory = directory;
    this.#owner = owner;
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
    this.#process.close();
  }

  #resultOf<Method extends ControlMethod>(
    method: Method,
    params: ControlParamsInput<Method>,
    onItem?: (item: unknown) => void,
  ): Promise<unknown> {
    return this.#process.resultOf(method, params, onItem);
  }

  #itemsOf<Method extends ControlMethod>(
    method: Method,
    params: ControlParamsInput<Method>,
  ): AsyncGenerator<unknown> {
    return this.#process.itemsOf(method, params);
  }
}
