import { type BlockView, canOpen, parseBlock } from './block.ts';
import { sameBytes } from './bytes.ts';
import { chainAfter } from './chain.ts';
import type { Head } from './head.ts';
import type { KvPut, RawStore } from './ports.ts';
import type { Secret } from './secret.ts';
import {
  decodeSession,
  isSessionAuthentic,
  parseStoreKey,
  type Session,
  type SessionKeys,
  sessionKeys,
} from './session.ts';

/** What a segment holds, as far as its key can tell. */
export interface Examination {
  readonly first: number;
  readonly chainBefore: Uint8Array;
  /** Of the log, after the last block that follows all others without a gap. */
  readonly size: number;
  readonly chain: Uint8Array;
  /** After the last block that is authentic, beyond a gap or not. */
  readonly reach: { readonly size: number; readonly chain: Uint8Array };
  readonly openedMs: number;
  readonly sessions: number;
  /** In blocks that are authentic, beyond a gap or not. */
  readonly records: number;
  /** Bytes of all values. */
  readonly bytes: number;
  /** What is not as it was written; empty if all is. */
  readonly problems: readonly string[];
  /** False if the head says otherwise; undefined if it speaks of no place in here. */
  readonly agreesWithHead: boolean | undefined;
}

interface KnownSession {
  readonly header: Session;
  readonly keys: SessionKeys;
  blocks: number;
}

/** Walks the sessions and blocks of one segment. */
class Walk {
  readonly problems: string[] = [];
  readonly #key: Secret;
  readonly #storeId: Uint8Array;
  readonly #segment: number;
  readonly #head: Head | undefined;
  readonly #sessions = new Map<number, KnownSession>();
  size = 0;
  chain: Uint8Array = new Uint8Array(32);
  reach = { size: 0, chain: this.chain };
  records = 0;
  agreesWithHead: boolean | undefined;
  #isBroken = false;

  constructor(key: Secret, storeId: Uint8Array, segment: number, head: Head | undefined) {
    this.#key = key;
    this.#storeId = storeId;
    this.#segment = segment;
    this.#head = head;
  }

  session({ value }: KvPut, number: number): void {
    const header = decodeSession(value, number);
    const keys =
      header && sessionKeys(this.#key, this.#storeId, this.#segment, number, header.salt);
    if (
      header === undefined ||
      keys === undefined ||
      !isSessionAuthentic(header, this.#segment, keys, this.#storeId)
    ) {
      this.problems.push(`the header of session ${number} is not authentic`);
      return;
    }
    if (this.#sessions.size === 0) {
      this.size = header.size;
      this.chain = header.chain;
      this.reach = { size: header.size, chain: header.chain };
    }
    this.#sessions.set(number, { header, keys, blocks: 0 });
  }

  get sessions(): readonly KnownSession[] {
    return [...this.#sessions.values()];
  }

  /** Sessions and the head name places of the chain: the chain must lead through them. */
  checkPlaces(): void {
    for (const { header } of this.#sessions.values()) {
      if (header.size !== this.size || this.#isBroken) continue;
      if (sameBytes(header.chain, this.chain)) continue;
      this.problems.push(`the chain differs from that of session ${header.session}`);
    }
    const head = this.#head;
    if (head === undefined || head.size !== this.size || this.#isBroken) return;
    this.agreesWithHead = sameBytes(head.chain, this.chain);
  }

  block({ value }: KvPut, first: number): void {
    const view = parseBlock(value);
    const problem = this.#judge(view, first);
    if (view !== undefined && (problem === undefined || this.#isAuthentic(view))) {
      const chain = chainAfter(view.chainBefore, view.first, view.count, view.leaves);
      this.reach = { size: view.first + view.count, chain };
      this.records += view.count;
    }
    if (problem !== undefined) {
      this.problems.push(problem);
      this.#isBroken = true;
      return;
    }
    if (this.#isBroken) return;
    ({ size: this.size, chain: this.chain } = this.reach);
    this.checkPlaces();
  }

  #judge(view: BlockView | undefined, first: number): string | undefined {
    if (view === undefined || view.first !== first || view.segment !== this.#segment) {
      return `block ${first} is no block of this segment`;
    }
    const session = this.#sessions.get(view.session);
    if (session === undefined) return `block ${first} belongs to no session`;
    if (!this.#isAuthentic(view)) return `block ${first} is not authentic`;
    if (view.counter !== session.blocks) return `block ${first} is out of its order`;
    session.blocks += 1;
    if (this.#isBroken) return undefined;
    if (first !== this.size) return `records ${this.size} to ${first - 1} are missing`;
    if (!sameBytes(view.chainBefore, this.chain)) return `block ${first} follows another chain`;
    return undefined;
  }

  #isAuthentic(view: BlockView): boolean {
    const session = this.#sessions.get(view.session);
    return session !== undefined && canOpen(view, session.keys, this.#storeId);
  }
}

/** Checks every session and block of a segment: tags, leaves, order, chain. */
export function examine(
  raw: RawStore,
  segment: number,
  key: Secret,
  storeId: Uint8Array,
  head: Head | undefined,
): Examination {
  const walk = new Walk(key, storeId, segment, head);
  const blocks: [KvPut, number][] = [];
  for (const entry of raw.entries) {
    const parsed = parseStoreKey(entry.key);
    if (parsed?.kind === 'session') walk.session(entry, parsed.number);
    else if (parsed?.kind === 'block') blocks.push([entry, parsed.number]);
    else walk.problems.push('there is an entry of no known kind');
  }
  const sessions = walk.sessions;
  const { size: first, chain: chainBefore } = walk;
  walk.checkPlaces();
  for (const [entry, number] of blocks) walk.block(entry, number);
  const farthest = Math.max(first, ...sessions.map(({ header }) => header.size));
  if (farthest > walk.size) {
    walk.problems.push(`records ${walk.size} to ${farthest - 1} are missing`);
  }
  sessions.forEach(({ header }, index) => {
    if (header.session !== index) walk.problems.push(`session ${index} is missing`);
  });
  return {
    first,
    chainBefore,
    size: walk.size,
    chain: walk.chain,
    reach: walk.reach,
    openedMs: sessions[0]?.header.wallMs ?? 0,
    sessions: sessions.length,
    records: walk.records,
    bytes: raw.entries.reduce((sum, { value }) => sum + value.length, 0),
    problems: walk.problems,
    agreesWithHead: walk.agreesWithHead,
  };
}
