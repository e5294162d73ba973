import type { AuditMode } from '../machines/audit.machine.ts';
import type { SegmentStage } from '../machines/segment.machine.ts';
import type { Hold } from '../storage/holds.ts';

/**
 * What to do with a record while the log takes none: refuse it (`closed`), keep it aside (`spool`),
 * or do without (`open`).
 */
export type FailPolicy = 'closed' | 'spool' | 'open';

export interface AuditReceipt {
  readonly index: number;
  /** In hex. */
  readonly leafHash: string;
}

export interface AuditFault {
  readonly code: 'AUDIT_QUEUE_FULL' | 'AUDIT_UNAVAILABLE' | 'AUDIT_CLOSED' | 'RECORD_TOO_LARGE';
  readonly because: string;
}

/** The error with which an append fails for a fault. */
export type ErrorOf = (fault: AuditFault) => Error;

export interface AuditStatus {
  readonly mode: AuditMode;
  readonly because: string;
  /** The storage code of that, if it has one. */
  readonly code: string | null;
  /** Those that were written, sealed or shredded since the log was opened. */
  readonly segments: readonly { readonly segment: number; readonly stage: SegmentStage }[];
  /** Records in the log, and how many of them the head promises. */
  readonly size: number;
  readonly promisedSize: number;
  /** Records that came after the last checkpoint that was given out. */
  readonly unanchored: number;
  readonly segment: number;
  readonly segmentBytes: number;
  /** Records that wait to be written, are kept aside, or were lost and not yet told of. */
  readonly queued: number;
  readonly spooled: number;
  readonly lost: number;
  readonly lastCommitMs: number;
  /** At the last examination. */
  readonly freeBytes: number;
  /** What may not be shredded. */
  readonly holds: readonly Hold[];
  /** Why what is shredded may be left on the disk; null if nothing speaks for it. */
  readonly erasureDoubt: string | null;
}
