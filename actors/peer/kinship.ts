import type { Clock } from '../../storage/ports.ts';
import { type ContinuityRecord, isSame, OVERLAP_MS_MAX } from './wire/continuity.ts';
import {
  type ChainRefusal,
  followChain,
  type KnownKey,
  readChain,
} from './wire/continuity-chain.ts';
import type { Expected, RemotePeer } from './wire/handshake.ts';
import { peerIdOf, publicKeyOfPeer } from './wire/peer-id.ts';
import type { Primitives } from './wire/primitives.ts';

type Records = readonly ContinuityRecord[];

/** Of each peer, besides those in its records: four years of monthly keys. */
export const FORMER_NAMES_MAX = 48;

export interface Kin {
  /** Ids from before its records, oldest first. */
  readonly former: readonly string[];
  /** Verified; the last one has its present key. */
  readonly records: Records;
}

/**
 * What is made of whoever has proved its key. `itself`: whoever the key is known as. `over`: the
 * key had its time, or was revoked. `forged`: records that it sealed do not lead to it.
 */
export type Meeting = 'itself' | 'over' | 'forged';

/** Keeps it over restarts. They may not throw. */
export interface KinKeeper {
  followed(id: string, kin: Kin): void;
  forgotten(id: string): void;
}

export interface KinshipTools {
  readonly primitives: Primitives;
  readonly clock: Pick<Clock, 'wallMs'>;
  /** Whether anything is known of that identity: of strangers nothing is verified. */
  isKnown(id: string): boolean;
  isGranted(id: string): boolean;
  /** Of more, whoever was followed first is forgotten; those that are granted a level last. */
  readonly peersMax: number;
  /** What is known of these, oldest first, is known of `id` from now on. */
  onFollowed(id: string, earlier: readonly string[]): void;
}

interface Named {
  readonly ids: readonly string[];
  /** The last record that has them; undefined if there is none. */
  readonly last: Uint8Array | undefined;
}

interface Heir {
  readonly id: string;
  /** Until when the earlier key is the same peer; wall clock. */
  readonly untilMs: number;
}

/** What makes a chain a lie of whoever sealed it. */
const LIES: ReadonlySet<ChainRefusal> = new Set(['order', 'commitment', 'time', 'signature']);

/** Of one that leads nowhere, and is no lie, whoever sealed it is a stranger by its key. */
function endOf(because: ChainRefusal): Meeting {
  if (LIES.has(because)) return 'forged';
  return because === 'revoked' ? 'over' : 'itself';
}

const idsOf = (records: Records): readonly string[] => records.map(({ key }) => peerIdOf(key));

/**
 * Identities that are one peer, by records that were verified: SPEC section 9. Only those are
 * followed of whom something is known by a key in the records, so that no stranger costs
 * more than a look at 16 names.
 */
export class Kinship {
  readonly #tools: KinshipTools;
  /** By the present id of each peer; who was followed last comes last. */
  readonly #kin = new Map<string, Kin>();
  /** By earlier id. */
  readonly #heirs = new Map<string, Heir>();
  /** What each that is there says that it was: all of them are met again with every ban. */
  readonly #named = new WeakMap<RemotePeer, Named>();
  #keeper: KinKeeper | undefined;

  constructor(tools: KinshipTools) {
    this.#tools = tools;
  }

  get size(): number {
    return this.#kin.size;
  }

  keepWith(keeper: KinKeeper): void {
    this.#keeper = keeper;
  }

  all(): Iterable<readonly [id: string, kin: Kin]> {
    return this.#kin;
  }

  /** Whoever it is by now. */
  presentOf(id: string): string {
    return this.#heirs.get(id)?.id ?? id;
  }

  /** Its present id, and the records that led to it: none if none were followed. */
  knownOf(id: string): Expected {
    const present = this.presentOf(id);
    return { id: present, records: this.#recordsOf(present) };
  }

  /** All that it was, oldest first, and is. */
  selvesOf(id: string): readonly string[] {
    const present = this.presentOf(id);
    const kin = this.#kin.get(present);
    return kin === undefined ? [present] : namesOf(kin);
  }

  #recordsOf(present: string): Records {
    return this.#kin.get(present)?.records ?? [];
  }

  /** Whether a key of that identity opens nothing any more: once so, whatever the clock says. */
  isOver(id: string): boolean {
    const heir = this.#heirs.get(id);
    if (heir === undefined || this.#tools.clock.wallMs() < heir.untilMs) return false;
    this.#heirs.set(id, { ...heir, untilMs: OVER });
    return true;
  }

  /** Goes on from records that were verified before. */
  restore(kin: Kin): void {
    const key = kin.records.at(-1)?.key;
    if (key !== undefined) this.#put(peerIdOf(key), kin, new Map());
  }

  /** Somebody proved its key, and sealed what records it has. */
  meet(peer: RemotePeer): Meeting {
    if (this.#heirs.has(peer.id)) return this.isOver(peer.id) ? 'over' : 'itself';
    const { ids, last } = this.#namedBy(peer);
    if (last === undefined || this.#isNothingNew(peer.id, ids, last)) return 'itself';
    // Whom one dials by a key one knows by it.
    const dialled = new Set(idsOf(peer.records ?? []));
    const known = ids.findIndex((id) => dialled.has(id) || this.#isKnown(id));
    if (known < 0) return 'itself';
    const followed = this.#follow(peer, ids, known);
    if (typeof followed === 'string') return endOf(followed);
    const earlier = this.#learn(peer.id, followed);
    if (earlier.length > 0) this.#tools.onFollowed(peer.id, earlier);
    return 'itself';
  }

  /**
   * Somebody who is there says that it has another key: false if what it says is a lie. Records
   * without a key that it is known by, as after too many at once, lead nowhere.
   */
  hears({ id }: RemotePeer, chain: Uint8Array): boolean {
    const records = readChain(chain);
    if (typeof records === 'string') return false;
    const last = records.at(-1);
    const names = new Set([id, ...this.selvesOf(id)]);
    if (last === undefined || !idsOf(records).some((each) => names.has(each))) return true;
    return this.meet({ id: peerIdOf(last.key), publicKey: last.key, chain }) !== 'forged';
  }

  #isKnown(id: string): boolean {
    return this.#heirs.has(id) || this.#kin.has(id) || this.#tools.isKnown(id);
  }

  #namedBy(peer: RemotePeer): Named {
    const before = this.#named.get(peer);
    if (before !== undefined) return before;
    const records = peer.chain === undefined ? [] : readChain(peer.chain);
    const read = typeof records === 'string' ? [] : records;
    const named = { ids: idsOf(read), last: read.at(-1)?.bytes };
    this.#named.set(peer, named);
    return named;
  }

  /** Whether all that is known of it by these names is known of it already. */
  #isNothingNew(id: string, ids: readonly string[], last: Uint8Array): boolean {
    const seen = this.#recordsOf(id).at(-1);
    if (seen === undefined || !isSame(last, seen.bytes)) return false;
    return ids.every((each) => this.presentOf(each) === id || !this.#isKnown(each));
  }

  /** From all that was seen of it, and from the earliest key that something is known of. */
  #follow(peer: RemotePeer, ids: readonly string[], known: number): Records | ChainRefusal {
    const { chain = new Uint8Array() } = peer;
    const presents = new Set(ids.map((id) => this.presentOf(id)));
    const begins: KnownKey[] = [...presents].flatMap((id) => beginOf(this.#recordsOf(id)));
    for (const key of ids.slice(known, known + 1).flatMap((id) => publicKeyOfPeer(id) ?? [])) {
      const isSeen = begins.some((begin) => begin.records.some((each) => isSame(each.key, key)));
      if (!isSeen) begins.push({ publicKey: key, records: [] });
    }
    let whole: Records = [];
    for (const begin of begins) {
      const found = followChain(this.#tools.primitives, begin, chain);
      if (!found.followed) return found.because;
      const { publicKey, records: followed } = found.known;
      if (!isSame(publicKey, peer.publicKey)) return 'commitment';
      if (followed.length > whole.length) whole = followed;
    }
    return whole;
  }

  /** Returns all that were others before. */
  #learn(id: string, records: Records): readonly string[] {
    const ids = idsOf(records);
    const earlier = ids.filter((each) => each !== id && this.presentOf(each) !== id);
    const presents = new Set([...ids.map((each) => this.presentOf(each)), id]);
    const former = [...presents].flatMap((each) => formerOf(this.#kin.get(each), records));
    const known = new Map(ids.map((each) => [each, this.#heirs.get(each)?.untilMs]));
    for (const each of earlier) this.#forget(this.presentOf(each));
    this.#put(id, { former: former.slice(-FORMER_NAMES_MAX), records }, known);
    return earlier;
  }

  /** @param known until when an earlier key was the same peer by what was seen before */
  #put(id: string, kin: Kin, known: ReadonlyMap<string, number | undefined>): void {
    const latestMs = this.#tools.clock.wallMs() + OVERLAP_MS_MAX;
    this.#release(id);
    this.#kin.set(id, kin);
    for (const each of kin.former) this.#heirs.set(each, { id, untilMs: OVER });
    for (const [at, each] of idsOf(kin.records).entries()) {
      const endMs = untilMsOf(kin.records.slice(at + 1));
      if (endMs === undefined) continue;
      // Trap: the clock of whoever signed it may have been ahead by years.
      const untilMs = Math.min(endMs, known.get(each) ?? latestMs, latestMs);
      this.#heirs.set(each, { id, untilMs });
    }
    this.#keeper?.followed(id, kin);
    this.#makeRoom();
  }

  #makeRoom(): void {
    if (this.#kin.size <= this.#tools.peersMax) return;
    const ids = [...this.#kin.keys()];
    const leaving = ids.find((id) => !this.#tools.isGranted(id)) ?? ids[0];
    if (leaving !== undefined) this.#forget(leaving);
  }

  #forget(id: string): void {
    if (this.#release(id)) this.#keeper?.forgotten(id);
  }

  #release(id: string): boolean {
    const kin = this.#kin.get(id);
    for (const each of kin === undefined ? [] : namesOf(kin)) this.#heirs.delete(each);
    return this.#kin.delete(id);
  }
}

const namesOf = ({ former, records }: Kin): readonly string[] => [...former, ...idsOf(records)];

/** Trap: of the number of a record there may be another one, of whoever stole the key before. */
function formerOf(kin: Kin | undefined, [first]: Records): readonly string[] {
  if (kin === undefined || first === undefined) return [];
  return [...kin.former, ...idsOf(kin.records.filter(({ seq }) => seq < first.seq))];
}

function beginOf(records: Records): readonly KnownKey[] {
  const last = records.at(-1);
  return last === undefined ? [] : [{ publicKey: last.key, records }];
}

/** Whoever is so many keys on has not to be known by the first of them any more. */
const OVER = Number.NEGATIVE_INFINITY;

/** All that were before a revocation are nobody's, whatever the clocks say. */
const untilMsOf = (after: Records): number | undefined =>
  after.some(({ kind }) => kind === 'revocation') ? OVER : after[0]?.previousUntilMs;
