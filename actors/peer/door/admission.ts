import { isIPv4 } from 'node:net';
import type { TokenBucketOptions } from '../../../machines/token-bucket.ts';
import type { Cancel, Clock } from '../../../storage/ports.ts';
import type { Asking, Remote, Admission as Verdict } from '../../network.ts';
import type { RandomStream } from '../../world.ts';
import { addressBytes, netgroupOf, siteOf } from '../address.ts';
import type { Primitives } from '../wire/primitives.ts';
import type { AccessList, Verdict as Excluded, Exclusion } from './access-list.ts';
import { Buckets } from './buckets.ts';
import { Challenges } from './challenges.ts';
import type { Conduct } from './conduct.ts';
import { HalfOpens } from './half-opens.ts';
import { Passes } from './passes.ts';
import type { RefusalCounts } from './refusal-counts.ts';

export interface AdmissionRates {
  /** Arrivals of one IPv4 address, or of one netgroup of IPv6. Those beyond are dropped. */
  readonly address: TokenBucketOptions;
  /** Of one site. Those beyond have to work. */
  readonly site: TokenBucketOptions;
}

export const admissionRates: AdmissionRates = {
  address: { perSecond: 2, burst: 20 },
  site: { perSecond: 8, burst: 64 },
};

/**
 * Why somebody did not get in: it `misbehaved` of late; `rate` of its address exceeded; `full` of
 * others; `crowded` out by others while it was half open; `challenged` to work first.
 */
type Because = Exclusion | 'misbehaved' | 'rate' | 'full' | 'crowded' | 'challenged';

/** Addresses are canonical. */
export interface AdmissionTools {
  readonly clock: Pick<Clock, 'monotonicMs' | 'wallMs' | 'after'>;
  readonly random: RandomStream;
  readonly primitives: Primitives;
  readonly load: { readonly isChallenging: boolean };
  readonly access: Pick<AccessList, 'verdict' | 'look'>;
  /** Those never pay, never work, and never make room for others. */
  readonly isExempt: (address: string) => boolean;
  readonly conduct: Pick<Conduct, 'blockedMs' | 'misbehaved'>;
  readonly refusals: Pick<RefusalCounts, 'count'>;
}

/** Somebody who has arrived, and of whom it is not known yet who it is: half open. */
export class Entrant {
  address: string;
  /** More came from its site than is let in without work. */
  isOwing = false;
  isExempt = false;
  /** Through a relay, which may be exempt, and answers for nobody. */
  isCarried = false;
  /** Called if it has to make room for another one: at most once, and never after it is free. */
  drop: () => void;

  constructor(address: string, drop: () => void) {
    this.address = address;
    this.drop = drop;
  }
}

const SWEEP_MS = 10_000;

/** Who gets in before it is known who it is. Whatever strangers do, what is kept is bounded. */
export class Admission {
  readonly #tools: AdmissionTools;
  readonly #addresses: Buckets;
  readonly #sites: Buckets;
  readonly #halfOpens: HalfOpens<Entrant>;
  readonly #challenges: Challenges;
  readonly #passes: Passes;
  #cancelSweep: Cancel | undefined;

  constructor(tools: AdmissionTools, rates = admissionRates) {
    const { clock, random, primitives } = tools;
    const nowMs = clock.monotonicMs();
    this.#tools = tools;
    this.#addresses = new Buckets(rates.address);
    this.#sites = new Buckets(rates.site);
    this.#halfOpens = new HalfOpens((entrant) => {
      tools.refusals.count(entrant.address, 'crowded');
      entrant.drop();
    });
    this.#challenges = new Challenges(primitives, random, nowMs);
    this.#passes = new Passes(primitives, random, nowMs);
  }

  /** How many have arrived and are not free. */
  get halfOpen(): number {
    return this.#halfOpens.size;
  }

  /** How many addresses and sites are remembered. */
  get buckets(): number {
    return this.#addresses.size + this.#sites.size;
  }

  /** Undefined for whoever is not let arrive. */
  arrive({ address }: Remote, drop: () => void): Entrant | undefined {
    const entrant = new Entrant(address, drop);
    return this.#isWelcome(entrant) ? entrant : undefined;
  }

  /**
   * Through a relay, from whose address it comes as far as is known. Undefined for whoever would
   * have to work first as well: over a circuit nobody can be asked to.
   */
  carry(relay: Remote, drop: () => void): Entrant | undefined {
    const entrant = new Entrant(relay.address, drop);
    entrant.isCarried = true;
    if (!this.#isWelcome(entrant)) return undefined;
    if (!this.#isWorkDue(entrant)) return entrant;
    this.free(entrant);
    this.#tools.refusals.count(entrant.address, 'challenged');
    return undefined;
  }

  /** Before the upgrade. Behind a proxy, only this tells where it comes from. */
  ask(entrant: Entrant, { remote: { address }, answer, pass }: Asking): Verdict {
    if (address !== entrant.address) {
      this.free(entrant);
      entrant.address = address;
      if (!this.#isWelcome(entrant)) return this.#refusal(entrant);
    }
    if (!this.#isWorkDue(entrant)) return { admitted: true };
    const nowMs = this.#tools.clock.monotonicMs();
    const isIn =
      (pass !== undefined && this.#passes.isGood(pass, nowMs)) ||
      (answer !== undefined && this.#challenges.take(addressBytes(address), answer, nowMs));
    if (isIn) return { admitted: true };
    this.#tools.refusals.count(address, 'challenged');
    return this.#refusal(entrant);
  }

  /** It has gone, or it is known who it is. Again, it does nothing. */
  free(entrant: Entrant): void {
    this.#halfOpens.leave(entrant);
  }

  /** For a peer that was granted a level: it gets in without work. */
  grantPass(): Uint8Array {
    return this.#passes.grant(this.#tools.clock.monotonicMs());
  }

  /** Once nobody can arrive or ask any more. */
  stop(): void {
    this.#cancelSweep?.();
    this.#challenges.close();
    this.#passes.close();
  }

  /** What has been refused already is refused in the same words. */
  #refusal(entrant: Entrant): Verdict {
    if (!this.#isWorkDue(entrant)) return { admitted: false };
    const nowMs = this.#tools.clock.monotonicMs();
    const challenge = this.#challenges.pose(addressBytes(entrant.address), nowMs);
    return { admitted: false, challenge };
  }

  #isWorkDue({ isExempt, isOwing }: Entrant): boolean {
    return !isExempt && (isOwing || this.#tools.load.isChallenging);
  }

  #isWelcome(entrant: Entrant): boolean {
    const verdict = this.#why(entrant);
    if (verdict === undefined) return true;
    this.#tools.refusals.count(entrant.address, verdict.because, verdict);
    return false;
  }

  /** Why it is refused; undefined if it is in. */
  #why(entrant: Entrant): (Omit<Excluded, 'because'> & { because: Because }) | undefined {
    const { address } = entrant;
    const { clock, access, conduct, isExempt } = this.#tools;
    entrant.isExempt = !entrant.isCarried && isExempt(address);
    entrant.isOwing = false;
    const isBlocked = conduct.blockedMs(address) > 0;
    const verdict =
      access.verdict({ address }, clock.wallMs()) ??
      (isBlocked ? ({ because: 'misbehaved' } as const) : undefined);
    if (verdict !== undefined) {
      conduct.misbehaved(address);
      return verdict;
    }
    const because = this.#crowdedOut(entrant);
    if (because === undefined) access.look(address);
    return because && { because };
  }

  #crowdedOut(entrant: Entrant): Because | undefined {
    const { address } = entrant;
    const { clock } = this.#tools;
    if (entrant.isExempt) return this.#halfOpens.join(entrant, undefined) ? undefined : 'full';
    const nowMs = clock.monotonicMs();
    this.#cancelSweep ??= this.#sweepLater();
    const payer = isIPv4(address) ? address : netgroupOf(address);
    if (!this.#addresses.take(payer, nowMs)) return 'rate';
    const site = siteOf(address);
    entrant.isOwing = !this.#sites.take(site, nowMs);
    return this.#halfOpens.join(entrant, site) ? undefined : 'full';
  }

  #sweepLater(): Cancel {
    const { clock } = this.#tools;
    return clock.after(SWEEP_MS, () => {
      const nowMs = clock.monotonicMs();
      this.#addresses.sweep(nowMs);
      this.#sites.sweep(nowMs);
      this.#cancelSweep = this.buckets > 0 ? this.#sweepLater() : undefined;
    });
  }
}
