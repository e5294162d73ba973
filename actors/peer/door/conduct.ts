import { TokenBucket, type TokenBucketOptions } from '../../../machines/token-bucket.ts';
import type { Cancel, Clock } from '../../../storage/ports.ts';
import { netgroupOf, siteOf } from '../address.ts';
import { Recent } from './recent.ts';

/** So much misbehaviour is free after a rest; then so much a second. */
const ADDRESS: TokenBucketOptions = { burst: 10, perSecond: 10 / 60 };
const NETGROUP: TokenBucketOptions = { burst: 40, perSecond: 40 / 60 };
const SITE: TokenBucketOptions = { burst: 160, perSecond: 160 / 60 };

/** A group pays once so many of it have misbehaved within the span. */
const MEMBERS_MIN = 4;
const MEMBERS_MS = 3_600_000;

const ADDRESSES_MAX = 65_536;
const GROUPS_MAX = 16_384;
const FORGET_MS = 60_000;

/** How one address, or all of a group together, has behaved of late. */
class Standing {
  readonly #tokens: TokenBucket;
  /** Of a group: those that misbehaved last, and when. */
  readonly #members = new Map<string, number>();

  constructor(options: TokenBucketOptions, nowMs: number) {
    this.#tokens = new TokenBucket(options, nowMs);
  }

  /** Who owes pays no more: what is tried at once is over soon after. */
  pay(nowMs: number): void {
    if (this.blockedMs(nowMs) === 0) this.#tokens.spend(1, nowMs);
  }

  blockedMs(nowMs: number): number {
    return this.#tokens.spend(0, nowMs);
  }

  /** True once enough different ones have misbehaved. */
  blame(member: string, nowMs: number): boolean {
    this.#drop(nowMs);
    this.#members.delete(member);
    const isEnough = this.#members.size >= MEMBERS_MIN - 1;
    const [oldest] = this.#members.keys();
    if (this.#members.size >= MEMBERS_MIN && oldest !== undefined) this.#members.delete(oldest);
    this.#members.set(member, nowMs);
    return isEnough;
  }

  #drop(nowMs: number): void {
    for (const [member, atMs] of this.#members) {
      if (nowMs - atMs >= MEMBERS_MS) this.#members.delete(member);
    }
  }

  isForgettable(nowMs: number): boolean {
    this.#drop(nowMs);
    return this.#members.size === 0 && this.#tokens.isFull(nowMs);
  }
}

/**
 * What misbehaviour costs addresses, which is all that can be blamed before a tag verifies. Ask
 * `blockedMs` before the upgrade, and refuse while it is not 0. Call `misbehaved` for a bad tag, a
 * bad outer frame, a failed handshake or seal, a handshake that was not finished in time, and for a
 * dial that was refused by `blockedMs` or a list; not for one for which there was no room, or
 * before an honest peer that comes back too early pays for our load.
 *
 * An address may misbehave 10 times at once, then 10 times a minute. Its netgroup, /24 or /64, pays
 * only once 4 addresses of it have within an hour, and for the addresses beside them, too; a /48
 * once 4 of its netgroups have. What nothing is held against any more is forgotten.
 */
export class Conduct {
  readonly #clock: Clock;
  readonly #isExempt: (address: string) => boolean;
  readonly #addresses = new Recent<Standing>(ADDRESSES_MAX);
  readonly #netgroups = new Recent<Standing>(GROUPS_MAX);
  readonly #sites = new Recent<Standing>(GROUPS_MAX);
  #cancelForget: Cancel | undefined;

  /** Who is exempt never pays, and nobody pays for them. Addresses are canonical. */
  constructor(clock: Clock, isExempt: (address: string) => boolean) {
    this.#clock = clock;
    this.#isExempt = isExempt;
  }

  /** How many addresses and groups something is held against. */
  get size(): number {
    return this.#addresses.size + this.#netgroups.size + this.#sites.size;
  }

  misbehaved(address: string): void {
    if (this.#isExempt(address)) return;
    const nowMs = this.#clock.monotonicMs();
    const [netgroup, site] = [netgroupOf(address), siteOf(address)];
    this.#addresses.use(address, () => new Standing(ADDRESS, nowMs)).pay(nowMs);
    const ofNetgroup = this.#netgroups.use(netgroup, () => new Standing(NETGROUP, nowMs));
    if (ofNetgroup.blame(address, nowMs)) ofNetgroup.pay(nowMs);
    if (site !== netgroup) {
      const ofSite = this.#sites.use(site, () => new Standing(SITE, nowMs));
      if (ofSite.blame(netgroup, nowMs)) ofSite.pay(nowMs);
    }
    this.#forgetLater();
  }

  /** For how long nobody comes in from there; 0 if anybody may. */
  blockedMs(address: string): number {
    if (this.size === 0 || this.#isExempt(address)) return 0;
    const nowMs = this.#clock.monotonicMs();
    const standings = [
      this.#addresses.find(address),
      this.#netgroups.find(netgroupOf(address)),
      this.#sites.find(siteOf(address)),
    ];
    return Math.max(...standings.map((standing) => standing?.blockedMs(nowMs) ?? 0));
  }

  close(): void {
    this.#cancelForget?.();
    this.#cancelForget = undefined;
    for (const all of [this.#addresses, this.#netgroups, this.#sites]) all.clear();
  }

  #forgetLater(): void {
    this.#cancelForget ??= this.#clock.after(FORGET_MS, () => {
      this.#cancelForget = undefined;
      const nowMs = this.#clock.monotonicMs();
      for (const all of [this.#addresses, this.#netgroups, this.#sites]) {
        all.sweep((standing) => standing.isForgettable(nowMs));
      }
      if (this.size > 0) this.#forgetLater();
    });
  }
}
