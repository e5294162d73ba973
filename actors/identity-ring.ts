import { StorageError } from '../storage/faults.ts';
import {
  type KeyRing,
  RING_BEGUN,
  RING_KEYS_MAX,
  RING_RECORD_BYTES,
  type RingKey,
} from '../storage/key-ring.ts';
import type { RandomBytes } from '../storage/ports.ts';
import { Secret } from '../storage/secret.ts';
import { commitmentOf, readContinuity, signContinuity } from './peer/wire/continuity.ts';
import { CHAIN_RECORDS_MAX, followChain } from './peer/wire/continuity-chain.ts';
import type { Primitives } from './peer/wire/primitives.ts';

export interface RingMaker {
  readonly primitives: Primitives;
  readonly random: RandomBytes;
  /** Of the first key, which stands in no file. */
  readonly firstSeed: Secret;
}

/** When a change is made, and how long what it begins is meant to last. */
export interface Turn {
  readonly nowMs: number;
  readonly lastsMs: number;
  readonly overlapMs: number;
}

const NO_RECORD = new Uint8Array(RING_RECORD_BYTES);

/** The first key, and the one that it commits to. */
export function begunRing(maker: RingMaker, { nowMs, lastsMs }: Turn): KeyRing {
  const { primitives } = maker;
  const next = drawn(maker, 1, nowMs);
  const key = primitives.identityKey(maker.firstSeed);
  const times = { notBeforeMs: nowMs, previousUntilMs: nowMs, notAfterMs: nowMs + lastsMs };
  const commitment = commitmentOf(primitives, signerOf(maker, next).publicKey);
  const fields = { kind: 'inception', seq: 0, ...times, next: commitment } as const;
  const record = signContinuity(fields, key, key).bytes;
  const first: RingKey = { state: 'present', seq: 0, sinceMs: nowMs, seed: undefined, record };
  return { generation: RING_BEGUN, keys: [first, next] };
}

/**
 * The next key takes the place of the present one, which overlaps with it after a rotation, and is
 * destroyed by a revocation, which ends what overlaps, too. Of more than 64 the oldest are left
 * out, whatever their time.
 * @throws {StorageError} CORRUPT for a ring without either; KEY_MISSING.
 */
export function turnedRing(
  maker: RingMaker,
  { generation, keys }: KeyRing,
  kind: 'rotation' | 'revocation',
  { nowMs, lastsMs, overlapMs }: Turn,
): KeyRing {
  const { primitives } = maker;
  const [present, next] = keys.slice(-2);
  const before = present && readContinuity(present.record);
  if (present === undefined || next === undefined || before === undefined) throw astray();
  const later = drawn(maker, next.seq + 1, nowMs);
  // The clock may have been turned back.
  const notBeforeMs = Math.max(nowMs, before.notBeforeMs);
  const fields = {
    ...{ kind, seq: next.seq, notBeforeMs },
    previousUntilMs: notBeforeMs + (kind === 'rotation' ? overlapMs : 0),
    notAfterMs: notBeforeMs + lastsMs,
    next: commitmentOf(primitives, signerOf(maker, later).publicKey),
  };
  const record = signContinuity(fields, signerOf(maker, present), signerOf(maker, next)).bytes;
  const earlier = keys.slice(0, -2);
  const olds =
    kind === 'rotation'
      ? [...earlier, keyIn('overlapping', present, nowMs)]
      : [...earlier.map((key) => overOf(key, nowMs)), gone(present, nowMs)];
  const others = olds.filter(
    ({ state, seq }) => state !== 'destroyed' || seq > next.seq - CHAIN_RECORDS_MAX,
  );
  const taken: RingKey = { ...keyIn('present', next, nowMs), record };
  const kept = unbroken(others).slice(2 - RING_KEYS_MAX);
  return { generation: generation + 1, keys: [...kept, taken, later] };
}

/** Those of these numbers, which overlap, are archived, or, being archived, destroyed. */
export const movedRing = (
  { generation, keys }: KeyRing,
  to: 'archived' | 'destroyed',
  seqs: readonly number[],
  nowMs: number,
): KeyRing => ({
  generation: generation + 1,
  keys: keys.map((key) => {
    if (!seqs.includes(key.seq)) return key;
    return to === 'archived' ? keyIn('archived', key, nowMs) : gone(key, nowMs);
  }),
});

/** Where one is left out, those before it are, too. */
function unbroken(keys: readonly RingKey[]): readonly RingKey[] {
  const last = keys.at(-1)?.seq ?? 0;
  const from = keys.findIndex(({ seq }, at) => last - seq === keys.length - 1 - at);
  return keys.slice(from);
}

const keyIn = (state: RingKey['state'], key: RingKey, nowMs: number): RingKey => ({
  ...key,
  ...{ state, sinceMs: nowMs },
});

const overOf = (key: RingKey, nowMs: number): RingKey =>
  key.state === 'overlapping' ? keyIn('archived', key, nowMs) : key;

const gone = (key: RingKey, nowMs: number): RingKey => ({
  ...keyIn('destroyed', key, nowMs),
  seed: undefined,
});

function drawn({ random }: RingMaker, seq: number, nowMs: number): RingKey {
  const bytes = random(32);
  const seed = Secret.of(bytes);
  bytes.fill(0);
  return { state: 'next', seq, sinceMs: nowMs, seed, record: NO_RECORD };
}

/** What signs for a key whose seed is at hand. */
export function signerOf({ primitives, firstSeed }: RingMaker, { seq, seed }: RingKey) {
  const at = seed ?? (seq === 0 ? firstSeed : undefined);
  if (at === undefined) throw new StorageError('KEY_MISSING', `identity key ${seq} is destroyed`);
  return primitives.identityKey(at);
}

/** The newest records, as they are sent. */
export const chainOf = (ring: Pick<KeyRing, 'keys'>): Uint8Array =>
  Uint8Array.from(Buffer.concat(sentBy(ring).map(({ record }) => record)));

const sentBy = ({ keys }: Pick<KeyRing, 'keys'>): readonly RingKey[] =>
  keys.slice(0, -1).slice(-CHAIN_RECORDS_MAX);

/**
 * That others will follow its records to the key that it has.
 * @throws {StorageError} CORRUPT if they would not.
 */
export function mustLead(maker: RingMaker, ring: KeyRing): void {
  const [first] = sentBy(ring).flatMap(({ record }) => readContinuity(record) ?? []);
  const present = ring.keys.at(-2);
  if (first === undefined || present === undefined) throw astray();
  const known = { publicKey: first.key, records: [] };
  const found = followChain(maker.primitives, known, chainOf(ring));
  const { publicKey } = signerOf(maker, present);
  const leads = found.followed && Buffer.compare(found.known.publicKey, publicKey) === 0;
  if (!leads) throw astray();
}

const astray = (): StorageError =>
  new StorageError('CORRUPT', 'the records of the key ring do not lead to its present key');
