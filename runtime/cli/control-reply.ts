import type { Hold } from '../../storage/holds.ts';
import { fromBase64 } from '../../storage/proofs/notation.ts';
import { type Verdict, type Verification, verdicts } from '../../storage/verification.ts';
import type { AuditGap, AuditRecord } from '../audit.ts';
import type { SignedCheckpoint } from './audit-source.ts';
import { Failure } from './failure.ts';

/** One line from the control socket. */
export interface Reply {
  /** Null if it answers no request. */
  readonly id: unknown;
  readonly item?: unknown;
  readonly result?: unknown;
  readonly end?: boolean;
  readonly error?: { readonly code: string; readonly message: string };
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws {Failure} as do all below. */
export function replyFrom(line: string): Reply {
  const reply = parsed(line);
  if (!isFields(reply) || !('id' in reply)) {
    throw new Failure('what answers at the control socket is no process of Holdfast');
  }
  const { id, error, ...rest } = reply;
  if (error === undefined) return { id, ...rest };
  if (isFields(error) && isText(error.code) && isText(error.message)) {
    return { id, error: { code: error.code, message: error.message } };
  }
  throw misshapen('error');
}

/** That of a status. */
export function fieldsFrom(result: unknown): Fields {
  if (isFields(result)) return result;
  throw misshapen('status');
}

export function sizeFrom(status: unknown): number {
  const { size } = fieldsFrom(status);
  if (isCount(size)) return size;
  throw misshapen('status');
}

export function progressFrom(item: unknown): { readonly done: number; readonly of: number } {
  if (isFields(item) && isCount(item.done) && isCount(item.of)) {
    return { done: item.done, of: item.of };
  }
  throw misshapen('progress');
}

export function verificationFrom(result: unknown): Verification {
  if (isVerification(result)) {
    const { verdict, size, checked, unanchored, segments, problems } = result;
    return { verdict, size, checked, unanchored, segments, problems };
  }
  throw misshapen('verification');
}

export function recordFrom(item: unknown): AuditRecord | AuditGap {
  if (isRecord(item) || isGap(item)) return item;
  throw misshapen('record');
}

/** A line of JSON and no more. */
export function lineFrom(item: unknown): string {
  if (isText(item) && !/[\r\n]/.test(item) && isFields(parsed(item))) return item;
  throw misshapen('line of an export');
}

/** Those of a status. */
export function holdsFrom(status: unknown): readonly Hold[] {
  const { holds } = fieldsFrom(status);
  if (isListOf(holds, isHold)) return holds;
  throw misshapen('list of holds');
}

export function segmentsFrom(result: unknown): readonly number[] {
  if (isFields(result) && isListOf(result.segments, isCount)) return result.segments;
  throw misshapen('list of segments');
}

export function checkpointFrom(result: unknown): SignedCheckpoint {
  if (isFields(result) && isText(result.checkpoint) && isText(result.verifierKey)) {
    return { checkpoint: result.checkpoint, verifierKey: result.verifierKey };
  }
  throw misshapen('checkpoint');
}

export function sealsFrom(result: unknown): string {
  if (isFields(result) && isText(result.seals)) return result.seals;
  throw misshapen('start of seals');
}

export function receiptFrom(result: unknown): string {
  if (isFields(result) && isText(result.receipt)) return result.receipt;
  throw misshapen('receipt');
}

export function proofFrom(result: unknown): readonly Uint8Array[] {
  if (isFields(result) && isListOf(result.proof, isText)) {
    const hashes = result.proof.flatMap((digits) => fromBase64(digits) ?? []);
    if (hashes.length === result.proof.length) return hashes;
  }
  throw misshapen('proof');
}

const misshapen = (what: string): Failure =>
  new Failure(`what the process gave as ${what} is none: it may be of another version`);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

const isTextOrNone = (value: unknown): value is string | undefined =>
  value === undefined || isText(value);

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isListOf = <Item>(
  value: unknown,
  isItem: (each: unknown) => each is Item,
): value is readonly Item[] => Array.isArray(value) && value.every(isItem);

const isHold = (value: unknown): value is Hold =>
  isFields(value) && isText(value.name) && isCount(value.from) && isCount(value.to);

const isVerdict = (value: unknown): value is Verdict =>
  verdicts.some((verdict) => verdict === value);

const isSegment = (value: unknown): value is Verification['segments'][number] =>
  isFields(value) &&
  isVerdict(value.verdict) &&
  [value.segment, value.first, value.size].every(isCount) &&
  isTextOrNone(value.because);

const isProblem = (value: unknown): value is Verification['problems'][number] =>
  isFields(value) && isVerdict(value.verdict) && isText(value.because);

const isVerification = (value: unknown): value is Verification =>
  isFields(value) &&
  isVerdict(value.verdict) &&
  isCount(value.size) &&
  isCount(value.checked) &&
  isCount(value.unanchored) &&
  isListOf(value.segments, isSegment) &&
  isListOf(value.problems, isProblem);

const isRecord = (value: unknown): value is AuditRecord =>
  isFields(value) &&
  value.kind === 'record' &&
  isCount(value.index) &&
  isFields(value.event) &&
  isText(value.event.type) &&
  isText(value.event.time) &&
  isTextOrNone(value.event.subject);

const isGap = (value: unknown): value is AuditGap =>
  isFields(value) &&
  value.kind === 'gap' &&
  isCount(value.from) &&
  isCount(value.to) &&
  isText(value.because);
