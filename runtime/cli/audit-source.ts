import type { Hold } from '../../storage/holds.ts';
import type { Verification } from '../../storage/verification.ts';
import type { AuditGap, AuditRecord } from '../audit.ts';
import type { ProvableLog } from '../cosigner.ts';
import type { ControlParamsInput } from '../options/control.ts';

export type ExportInput = ControlParamsInput<'audit.export'>;
export type ShredInput = ControlParamsInput<'audit.shred'>;
export type HoldInput = ControlParamsInput<'audit.hold'>;
export type ReleaseInput = ControlParamsInput<'audit.release'>;
export type RotateKeyInput = ControlParamsInput<'audit.rotateKey'>;

/** Who has, or had, a directory open. */
export interface OwnerNote {
  readonly pid: number;
  readonly host: string;
  readonly name: string;
  readonly startedAt: string;
}

export interface SegmentStatus {
  readonly segment: number;
  readonly stage: 'open' | 'resting' | 'sealed' | 'doubtful' | 'shredded';
  /** Index of its first record, and of the one after its last, where a paper says so. */
  readonly first?: number;
  readonly size?: number;
  readonly bytes: number;
}

/** Of a directory that nobody has open. What is said of segments is not verified. */
export interface DirectoryStatus {
  readonly source: 'offline';
  readonly directory: string;
  readonly owner: OwnerNote | null;
  readonly isInUse: boolean;
  /** Null without the key, or without a whole head. */
  readonly head: {
    readonly size: number;
    readonly segment: number;
    readonly isClosed: boolean;
    readonly writtenAt: string;
    readonly ageMs: number;
  } | null;
  readonly bytes: number;
  readonly segments: readonly SegmentStatus[];
}

/** Of a process that runs: whatever it says of itself. */
export interface ProcessStatus {
  readonly source: 'live';
  readonly directory: string;
  readonly owner: OwnerNote | null;
  readonly [field: string]: unknown;
}

/** What a log says of itself, and what verifies it. */
export interface SignedCheckpoint {
  readonly checkpoint: string;
  readonly verifierKey: string;
}

/** What a verifier kept elsewhere: the text of a checkpoint, and what the seals began with. */
export interface Kept {
  readonly anchor?: string | undefined;
  readonly seals?: string | undefined;
}

export type OnProgress = (done: number, of: number) => void;

/** An audit log, whether its process runs or not. */
export interface AuditSource {
  readonly kind: 'live' | 'offline';
  /** Whose word all of it is, as in `as process 7 on mars says`; not of what is read from files. */
  readonly speaker?: string;
  verify(onProgress: OnProgress, kept?: Kept): Promise<Verification>;
  /** What their verifier is to keep. */
  beginSeals(): Promise<string>;
  checkpoint(onProgress: OnProgress): Promise<SignedCheckpoint>;
  /** The next audit key takes over; the one before has signed the checkpoint as well. */
  rotateKey(input: RotateKeyInput, onProgress: OnProgress): Promise<SignedCheckpoint>;
  /** The receipt of a record: the text of a `.tlog-proof`. */
  prove(index: number, onProgress: OnProgress): Promise<string>;
  /** For a witness to cosign. */
  provable(onProgress: OnProgress): Promise<ProvableLog>;
  export(input: ExportInput): AsyncIterable<string>;
  /** The last `count` records and gaps; then, if asked to follow, those that come. */
  tail(count: number, isFollowing: boolean): AsyncIterable<AuditRecord | AuditGap>;
  status(): Promise<DirectoryStatus | ProcessStatus>;
  /** The segments it shredded. */
  shred(input: ShredInput): Promise<readonly number[]>;
  hold(input: HoldInput): Promise<void>;
  release(input: ReleaseInput): Promise<void>;
  /** In the order they were placed. */
  holds(): Promise<readonly Hold[]>;
  close(): Promise<void>;
}
