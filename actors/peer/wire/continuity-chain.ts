import {
  CONTINUITY_BYTES,
  type ContinuityRecord,
  commitmentOf,
  isSame,
  isSigned,
  readContinuity,
} from './continuity.ts';
import type { Primitives } from './primitives.ts';

/** As many as are sent at once, and kept of one peer. */
export const CHAIN_RECORDS_MAX = 16;

/** A peer that was known before: by its key, and the records of it that were seen, if any. */
export interface KnownKey {
  readonly publicKey: Uint8Array;
  /** In order, the last one that of the key. */
  readonly records: readonly ContinuityRecord[];
}

/**
 * Why a chain leads nowhere. `unknown`: the known key is not in it. `gap`: what lies between is
 * missing. `replayed`: it ends before what is known. `forked`: it says otherwise than what was seen
 * first. `revoked`: a revocation took the place of what it says.
 */
export type ChainRefusal =
  | 'malformed'
  | 'order'
  | 'unknown'
  | 'gap'
  | 'replayed'
  | 'forked'
  | 'revoked'
  | 'commitment'
  | 'time'
  | 'signature';

export type Followed =
  | { readonly followed: true; readonly known: KnownKey }
  | { readonly followed: false; readonly because: ChainRefusal };

const refused = (because: ChainRefusal): Followed => ({ followed: false, because });

/** Those of a chain: 1 to 16, each of the number after the one before. */
export function readChain(bytes: Uint8Array): readonly ContinuityRecord[] | ChainRefusal {
  const count = bytes.length / CONTINUITY_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > CHAIN_RECORDS_MAX) return 'malformed';
  const records: ContinuityRecord[] = [];
  for (let at = 0; at < bytes.length; at += CONTINUITY_BYTES) {
    const record = readContinuity(bytes.subarray(at, at + CONTINUITY_BYTES));
    if (record === undefined) return 'malformed';
    const before = records.at(-1);
    if (before !== undefined && record.seq !== before.seq + 1) return 'order';
    records.push(record);
  }
  return records;
}

/**
 * From a key that is known to the present one, by the records that its owner sends. What was seen
 * first stands; only a revocation takes the place of a rotation of its number, with all after it.
 * Verifies two signatures for each record that is new.
 */
export function followChain(primitives: Primitives, known: KnownKey, chain: Uint8Array): Followed {
  const records = readChain(chain);
  if (typeof records === 'string') return refused(records);
  return known.records.length === 0
    ? followFrom(primitives, known.publicKey, records)
    : followOn(primitives, known.records, records);
}

function followFrom(
  primitives: Primitives,
  publicKey: Uint8Array,
  records: readonly ContinuityRecord[],
): Followed {
  const start = records.findIndex(({ key }) => isSame(key, publicKey));
  const first = records[start];
  if (first === undefined) return refused('unknown');
  if (!isSigned(primitives, first)) return refused('signature');
  return extended(primitives, [first], records.slice(start + 1));
}

function followOn(
  primitives: Primitives,
  seen: readonly ContinuityRecord[],
  records: readonly ContinuityRecord[],
): Followed {
  const seenAt = (seq: number) => seen.find((each) => each.seq === seq);
  const last = seen.at(-1)?.seq ?? 0;
  const [newest, oldest] = [records.at(-1)?.seq ?? 0, records[0]?.seq ?? 0];
  if (oldest > last + 1) return refused('gap');
  const shared = records.filter(({ seq }) => seenAt(seq) !== undefined);
  for (const record of shared) {
    const ours = seenAt(record.seq);
    if (ours === undefined || isSame(ours.bytes, record.bytes)) continue;
    if (ours.kind === 'revocation' && record.kind === 'rotation') return refused('revoked');
    if (ours.kind !== 'rotation' || record.kind !== 'revocation') return refused('forked');
    const isSameStep = isSame(ours.previous, record.previous) && isSame(ours.key, record.key);
    if (!isSameStep) return refused('commitment');
    if (!isSigned(primitives, record)) return refused('signature');
    const before = seen.filter(({ seq }) => seq < record.seq);
    const after = records.filter(({ seq }) => seq > record.seq);
    return extended(primitives, [...before, record], after);
  }
  if (newest < last) return refused('replayed');
  return extended(
    primitives,
    seen,
    records.filter(({ seq }) => seq > last),
  );
}

/** @param from verified before; one at least. */
function extended(
  primitives: Primitives,
  from: readonly ContinuityRecord[],
  records: readonly ContinuityRecord[],
): Followed {
  const chain = [...from];
  for (const record of records) {
    const because = stepRefusal(primitives, chain, record);
    if (because !== undefined) return refused(because);
    chain.push(record);
  }
  const publicKey = chain.at(-1)?.key ?? new Uint8Array();
  return {
    followed: true,
    known: { publicKey, records: chain.slice(-CHAIN_RECORDS_MAX) },
  };
}

/** A key that had its time is nobody's next: it may have been stolen since. */
function stepRefusal(
  primitives: Primitives,
  chain: readonly ContinuityRecord[],
  record: ContinuityRecord,
): ChainRefusal | undefined {
  const before = chain.at(-1);
  if (before === undefined || record.seq !== before.seq + 1) return 'order';
  if (!isSame(record.previous, before.key)) return 'order';
  if (!isSame(commitmentOf(primitives, record.key), before.next)) return 'commitment';
  if (chain.some(({ key }) => isSame(key, record.key))) return 'commitment';
  if (record.notBeforeMs < before.notBeforeMs) return 'time';
  return isSigned(primitives, record) ? undefined : 'signature';
}
