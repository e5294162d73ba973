import { publicKeyOfPeer } from '../wire/peer-id.ts';
import { parseRange, type Range, RangeMap } from './cidr.ts';

/** Of one list; and of the bans at one time. */
export const ENTRIES_MAX = 100_000;

export interface AccessLists {
  /** Peer ids, addresses, and ranges in CIDR notation. One that is not empty admits nobody else. */
  readonly allow: readonly string[];
  /** The same; stronger than `allow`. */
  readonly deny: readonly string[];
}

/** Who asks: canonical address, and peer id once that is proven. */
export interface Asker {
  readonly address: string;
  readonly id?: string | undefined;
}

/** Why somebody is not let in. */
export type Exclusion = 'denied' | 'banned' | 'notAllowed';

export interface RangeBan {
  readonly cidr: string;
  readonly reason: string;
  /** Wall-clock milliseconds. */
  readonly untilMs: number;
}

/** Keeps bans over restarts. They may not throw. */
export interface BanKeeper {
  banned(ban: RangeBan): void;
  unbanned(cidr: string): void;
}

/** Identities and ranges, each found in the same time, however many there are. */
class Listed {
  readonly ids = new Set<string>();
  readonly #ranges = new RangeMap<true>();

  constructor(field: string, entries: readonly string[]) {
    if (entries.length > ENTRIES_MAX) {
      throw new RangeError(`${field} must have at most ${ENTRIES_MAX} entries: ${entries.length}`);
    }
    for (const entry of entries) {
      const range = parseRange(entry);
      if (range !== undefined) this.#ranges.set(range, true);
      else if (publicKeyOfPeer(entry) !== undefined) this.ids.add(entry);
      else throw new TypeError(`${field} must be ${KINDS}, got ${JSON.stringify(entry)}`);
    }
  }

  get isEmpty(): boolean {
    return this.ids.size === 0 && this.#ranges.size === 0;
  }

  has({ address, id }: Asker): boolean {
    if (id !== undefined && this.ids.has(id)) return true;
    return this.#ranges.size > 0 && this.#ranges.covering(address).length > 0;
  }
}

const KINDS = 'peer ids, addresses or CIDR ranges';

/**
 * Who is let in at all, whatever trust says: lists of the operator, and bans of ranges. Bans of
 * identities are part of their trust, see reputation.ts.
 */
export class AccessList {
  readonly #allow: Listed;
  readonly #deny: Listed;
  readonly #bans = new RangeMap<RangeBan>();
  #keeper: BanKeeper | undefined;

  /** @throws {TypeError | RangeError} naming the list, and what is no entry of one. */
  constructor({ allow, deny }: AccessLists) {
    this.#allow = new Listed('allow', allow);
    this.#deny = new Listed('deny', deny);
  }

  keepWith(keeper: BanKeeper): void {
    this.#keeper = keeper;
  }

  /**
   * Undefined for who may come in. Without an id it is asked before any byte: whoever an identity
   * alone could let in may go on then, and is asked again with it.
   */
  excludes(asker: Asker, nowMs: number): Exclusion | undefined {
    if (this.#deny.has(asker)) return 'denied';
    if (this.#isBanned(asker.address, nowMs)) return 'banned';
    if (this.#allow.isEmpty || this.#allow.has(asker)) return undefined;
    const isEarly = asker.id === undefined && this.#allow.ids.size > 0;
    return isEarly ? undefined : 'notAllowed';
  }

  #isBanned(address: string, nowMs: number): boolean {
    if (this.#bans.size === 0) return false;
    return this.#bans.covering(address).some(({ untilMs }) => nowMs < untilMs);
  }

  /** False if there are 100,000 others that still run. A ban that runs for longer stays. */
  ban(range: Range, ban: RangeBan, nowMs: number): boolean {
    const running = this.#bans.get(range);
    if (running === undefined && this.#bans.size >= ENTRIES_MAX && !this.#forget(nowMs)) {
      return false;
    }
    if (running !== undefined && running.untilMs >= ban.untilMs) return true;
    this.unban(range);
    this.#bans.set(range, ban);
    this.#keeper?.banned(ban);
    return true;
  }

  unban(range: Range): void {
    const ban = this.#bans.get(range);
    this.#bans.delete(range);
    if (ban !== undefined) this.#keeper?.unbanned(ban.cidr);
  }

  /** Those that run. */
  bans(nowMs: number): readonly RangeBan[] {
    return [...this.#bans.values()].filter(({ untilMs }) => nowMs < untilMs);
  }

  /** Forgets bans that are over. True if there was one. */
  #forget(nowMs: number): boolean {
    const over = [...this.#bans.values()].filter(({ untilMs }) => nowMs >= untilMs);
    for (const { cidr } of over) {
      const range = parseRange(cidr);
      if (range !== undefined) this.unban(range);
    }
    return over.length > 0;
  }
}
