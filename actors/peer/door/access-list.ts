import { facesOf } from '../address.ts';
import { publicKeyOfPeer } from '../wire/peer-id.ts';
import { Blacklist } from './blacklist.ts';
import { ofHost, parseRange, type Range, RangeMap } from './cidr.ts';
import { RangeTable } from './range-table.ts';

/** Of one list; and of the bans at one time. */
export const ENTRIES_MAX = 100_000;

export interface AccessLists {
  /** Peer ids, addresses, and ranges in CIDR notation. One that is not empty admits nobody else. */
  readonly allow: readonly string[];
  /** The same; stronger than `allow`. */
  readonly deny: readonly string[];
  /** Two capitals each. If any are allowed, all others are not. */
  readonly geo?:
    | { readonly allow: readonly string[]; readonly deny: readonly string[] }
    | undefined;
  /** Lists of others say nothing about these. */
  readonly isExempt?: (address: string) => boolean;
}

/** Who asks: canonical address, and the ids that it has and had, once those are proven. */
export interface Asker {
  /** Undefined if it is not known where it is. */
  readonly address?: string | undefined;
  readonly ids?: readonly string[] | undefined;
}

/** Why somebody is not let in. */
export type Exclusion =
  | 'denied'
  | 'banned'
  | 'notAllowed'
  | 'listed'
  | 'country'
  | 'named'
  | 'blacklisted';

/** Why, and where that is written. */
export interface Verdict {
  readonly because: Exclusion;
  /** `network.deny`, the path of a feed, the zone that was asked, or who signed it. */
  readonly list?: string;
  /** Of a feed its line, of an option the entry; both from 1. */
  readonly line?: number;
  /** What is listed or banned there. */
  readonly cidr?: string;
  /** Where the list has the address; without it, nowhere. */
  readonly country?: string;
  /** What the zone answered. */
  readonly answer?: string;
  /** What was said to it. */
  readonly reason?: string;
}

/** Lists that say what they know of an address, and learn more when they are told to look. */
export interface Asked {
  verdict(address: string): Verdict | undefined;
  look(address: string): void;
}

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

interface Listed {
  /** By identity, its entry. */
  readonly ids: ReadonlyMap<string, number>;
  readonly ranges: readonly (readonly [Range, line: number])[];
}

function listed(field: string, entries: readonly string[]): Listed {
  if (entries.length > ENTRIES_MAX) {
    throw new RangeError(`${field} must have at most ${ENTRIES_MAX} entries: ${entries.length}`);
  }
  const ids = new Map<string, number>();
  const ranges: [Range, number][] = [];
  for (const [at, entry] of entries.entries()) {
    const range = parseRange(entry);
    if (range !== undefined) ranges.push([range, at + 1]);
    else if (publicKeyOfPeer(entry) !== undefined) ids.set(entry, at + 1);
    else throw new TypeError(`${field} must be ${KINDS}, got ${JSON.stringify(entry)}`);
  }
  return { ids, ranges };
}

const KINDS = 'peer ids, addresses or CIDR ranges';

const DENY = 'network.deny';

/**
 * Who is let in at all, whatever trust says: lists of the operator, bans of ranges, and lists of
 * others. What refuses one address of IPv6 refuses its /64; what refuses one of IPv4 refuses those
 * of IPv6 that carry it, and what allows one does not. Bans of identities are part of their trust,
 * see reputation.ts.
 */
export class AccessList {
  readonly #allowed = new RangeMap<true>();
  readonly #allowedIds: ReadonlyMap<string, number>;
  readonly #denied: RangeTable;
  readonly #deniedIds: ReadonlyMap<string, number>;
  /** Identities that are known to be malicious. */
  readonly blacklist = new Blacklist();
  readonly #isExempt: (address: string) => boolean;
  readonly #bans = new RangeMap<RangeBan>();
  /** By the name of the list. */
  readonly #feeds = new Map<string, RangeTable>();
  #names: Asked | undefined;
  readonly #countries: Required<AccessLists>['geo'];
  #located: { readonly list: string; countryOf(address: string): string | undefined } | undefined;
  #keeper: BanKeeper | undefined;

  /** @throws {TypeError | RangeError} naming the list, and what is no entry of one. */
  constructor({ allow, deny, geo, isExempt = () => false }: AccessLists) {
    this.#countries = geo;
    const [allowed, denied] = [listed('allow', allow), listed('deny', deny)];
    for (const [range] of allowed.ranges) this.#allowed.set(range, true);
    this.#allowedIds = allowed.ids;
    this.#denied = RangeTable.of(denied.ranges);
    this.#deniedIds = denied.ids;
    this.#isExempt = isExempt;
  }

  keepWith(keeper: BanKeeper): void {
    this.#keeper = keeper;
  }

  /** A list of others takes the place of the one of that name. */
  heed(list: string, ranges: RangeTable): void {
    this.#feeds.set(list, ranges);
  }

  /** Nobody is refused for a country before. */
  locate(list: string, countryOf: (address: string) => string | undefined): void {
    this.#located = { list, countryOf };
  }

  /** Lists that are asked by name, once they are looked in. */
  ask(names: Asked): void {
    this.#names = names;
  }

  /** Asks about a stranger of whom nothing else is known. */
  look(address: string): void {
    if (this.#isExempt(address)) return;
    for (const face of facesOf(address)) this.#names?.look(face);
  }

  excludes(asker: Asker, nowMs: number): Exclusion | undefined {
    return this.verdict(asker, nowMs)?.because;
  }

  /**
   * Undefined for who may come in. Without ids it is asked before any byte: whoever an identity
   * alone could let in may go on then, and is asked again with them.
   */
  verdict({ address, ids = [] }: Asker, nowMs: number): Verdict | undefined {
    for (const id of ids) {
      const line = this.#deniedIds.get(id);
      if (line !== undefined) return { because: 'denied', list: DENY, line };
      const blamed = this.blacklist.verdict(id);
      if (blamed !== undefined) return blamed;
    }
    return address === undefined ? this.#notAllowed(ids) : this.#verdictOn(address, ids, nowMs);
  }

  /** Whether a list of the operator, or one that somebody signed, has that identity. */
  names(id: string): boolean {
    return this.#deniedIds.has(id) || this.#allowedIds.has(id) || this.blacklist.has(id);
  }

  #verdictOn(address: string, ids: readonly string[], nowMs: number): Verdict | undefined {
    const faces = facesOf(address);
    const refused = firstOf(faces, (face) => this.#refused(face, nowMs));
    if (refused !== undefined) return refused;
    const isInRange = this.#allowed.size > 0 && this.#allowed.covering(address).length > 0;
    if (isInRange) return undefined;
    return this.#notAllowed(ids) ?? this.#listed(address, faces);
  }

  /** By us. */
  #refused(address: string, nowMs: number): Verdict | undefined {
    const denied = this.#denied.find(address);
    if (denied !== undefined) return { because: 'denied', list: DENY, ...denied };
    const ban = this.#banOf(address, nowMs);
    return ban && { because: 'banned', cidr: ban.cidr, reason: ban.reason };
  }

  #notAllowed(ids: readonly string[]): Verdict | undefined {
    const hasList = this.#allowed.size > 0 || this.#allowedIds.size > 0;
    if (!hasList || ids.some((id) => this.#allowedIds.has(id))) return undefined;
    const isEarly = ids.length === 0 && this.#allowedIds.size > 0;
    return isEarly ? undefined : { because: 'notAllowed' };
  }

  /** By others. */
  #listed(address: string, faces: readonly string[]): Verdict | undefined {
    const others = [this.#located, this.#names];
    const isSilent = this.#feeds.size === 0 && others.every((other) => other === undefined);
    if (isSilent || this.#isExempt(address)) return undefined;
    return firstOf(
      faces,
      (face) => this.#inFeeds(face) ?? this.#foreign(face) ?? this.#names?.verdict(face),
    );
  }

  #inFeeds(address: string): Verdict | undefined {
    for (const [list, ranges] of this.#feeds) {
      const found = ranges.find(address);
      if (found !== undefined) return { because: 'listed', list, ...found };
    }
    return undefined;
  }

  #foreign(address: string): Verdict | undefined {
    if (this.#located === undefined || this.#countries === undefined) return undefined;
    const { list, countryOf } = this.#located;
    const { allow, deny } = this.#countries;
    const country = countryOf(address);
    const isDenied = country !== undefined && deny.includes(country);
    const isIn = allow.length === 0 || (country !== undefined && allow.includes(country));
    if (!isDenied && isIn) return undefined;
    return { because: 'country', list, ...(country !== undefined && { country }) };
  }

  #banOf(address: string, nowMs: number): RangeBan | undefined {
    if (this.#bans.size === 0) return undefined;
    return this.#bans.covering(address).find(({ untilMs }) => nowMs < untilMs);
  }

  /** False if there are 100,000 others that still run. A ban that runs for longer stays. */
  ban(banned: Range, ban: RangeBan, nowMs: number): boolean {
    const range = ofHost(banned);
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

  unban(banned: Range): void {
    const range = ofHost(banned);
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

function firstOf(
  faces: readonly string[],
  verdictOn: (face: string) => Verdict | undefined,
): Verdict | undefined {
  for (const face of faces) {
    const verdict = verdictOn(face);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}
