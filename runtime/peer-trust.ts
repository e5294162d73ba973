import { isDeepStrictEqual } from 'node:util';
import { canonicalAddress, netgroupOf } from '../actors/peer/address.ts';
import type { AccessList, Verdict } from '../actors/peer/door/access-list.ts';
import { ofHost, parseRange, type Range } from '../actors/peer/door/cidr.ts';
import type { Kinship } from '../actors/peer/kinship.ts';
import type { Reputation, Standing } from '../actors/peer/reputation.ts';
import type { Suspected, Suspicions } from '../actors/peer/suspicion/suspicions.ts';
import { publicKeyOfPeer } from '../actors/peer/wire/peer-id.ts';
import type { RecordedFacts } from '../actors/recorded-facts.ts';
import type { Kernel } from '../actors/world.ts';
import { judge, type Level, stranger } from '../machines/trust.ts';
import type { AuditLog, AuditRecord } from './audit.ts';
import { readOptions } from './options/read.ts';
import {
  banOptions,
  grantOptions,
  type Judgement,
  judgement,
  signalOf,
  unbanOptions,
} from './options/trust.ts';
import { asHoldfastError } from './storage-errors.ts';

export interface PeerTrustTools {
  readonly kernel: Pick<Kernel, 'clock' | 'tell'>;
  readonly reputation: Reputation;
  readonly suspicions: Pick<Suspicions, 'about'>;
  readonly access: AccessList;
  readonly kinship: Pick<Kinship, 'presentOf' | 'selvesOf'>;
  /** Of the same log as `log`. */
  readonly facts: Pick<RecordedFacts, 'tell'>;
  readonly log: Pick<AuditLog, 'read'>;
  /** Where it is connected from; undefined if it is not. */
  addressOf(id: string): string | undefined;
  /** Connections from there are to end. Those of a banned identity: see `Reputation`. */
  onRangeBanned(range: Range): void;
}

/** One judgement, as its record has it. */
export interface ExplainedJudgement {
  readonly index: number;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly signal: string;
  readonly times: number;
  /** The rule that was violated, or what the operator said. */
  readonly because: string | undefined;
  /** Afterwards. */
  readonly score: number;
  readonly level: Level;
  /**
   * False if it began from something else than the judgement before it led to: the identity was
   * forgotten in between, or a crash took the last second of what was saved.
   */
  readonly follows: boolean;
}

export interface Explanation extends Omit<Standing, 'id'> {
  /** The newest 1,000, oldest first. */
  readonly records: readonly ExplainedJudgement[];
  /**
   * True if the records, replayed, make just what the identity is trusted. False for who was
   * forgotten, and for the moment that it takes until a new record is in the log.
   */
  readonly agrees: boolean;
  /** What keeps it out besides its trust, where it is now if it is connected. */
  readonly verdict: Verdict | undefined;
  /** Whether it looks like a honeypot or a sensor. That is no part of its trust. */
  readonly suspicion: Suspected;
}

/** What is held against an address. */
export interface AddressExplanation {
  /** In the one way to write it. */
  readonly address: string;
  readonly netgroup: string;
  /** Undefined if nothing keeps it out. */
  readonly verdict: Verdict | undefined;
}

const RECORDS_MAX = 1_000;
const JUDGED: ReadonlySet<string> = new Set([
  ...['peer.judged', 'peer.banned', 'peer.granted', 'peer.unbanned', 'peer.followed'],
]);

/** What the operator decides about peers, and may know about why they are trusted. */
export class PeerTrust {
  readonly #tools: PeerTrustTools;

  constructor(tools: PeerTrustTools) {
    this.#tools = tools;
  }

  /**
   * Pins a level. That it is about to be is in the log before: no record, no grant.
   * @throws {TypeError | RangeError} naming the field.
   * @throws {HoldfastError} AUDIT_UNAVAILABLE, AUDIT_QUEUE_FULL, RUNTIME_STOPPED: nothing changed.
   */
  async grant(
    to: string,
    options: { readonly level: Level; readonly reason?: string | undefined },
  ): Promise<void> {
    const { level, reason } = readOptions(grantOptions, 'grant', options);
    checkId(to);
    const id = this.#tools.kinship.presentOf(to);
    const causeId = await this.#tell('peer.granting', id, { granted: level, reason });
    this.#tools.reputation.grant(id, level, reason, causeId);
  }

  /**
   * Ends the ban of an identity or of a range, and forgets earlier bans of that identity. As
   * `grant`. Who is in a range that is banned otherwise stays out.
   */
  async unban(
    target: string,
    options: { readonly reason?: string | undefined } = {},
  ): Promise<void> {
    const { reason } = readOptions(unbanOptions, 'unban', options);
    const range = rangeOf(target);
    const present = this.#tools.kinship.presentOf(target);
    const subject = range === undefined ? present : textOf(range);
    const causeId = await this.#tell('peer.unbanning', subject, { reason });
    if (range === undefined) return this.#tools.reputation.unban(present, reason, causeId);
    this.#tools.access.unban(range);
    this.#tools.kernel.tell('peer.unbanned', subject, { reason }, causeId);
  }

  /**
   * Bans an identity, an address or a range at once, and ends their connections; the record
   * follows. A ban that runs for longer stays.
   * @throws {TypeError | RangeError} naming the field; or if 100,000 ranges are banned.
   */
  ban(target: string, options: { readonly reason: string; readonly forMs: number }): void {
    const { reason, forMs } = readOptions(banOptions, 'ban', options);
    const range = rangeOf(target);
    const { kernel, access, kinship, reputation } = this.#tools;
    if (range === undefined) return reputation.ban(kinship.presentOf(target), forMs, reason);
    const nowMs = Math.round(kernel.clock.wallMs());
    const cidr = textOf(range);
    const untilMs = nowMs + forMs;
    if (!access.ban(range, { cidr, reason, untilMs }, nowMs)) {
      throw new RangeError('at most 100000 ranges may be banned at once');
    }
    kernel.tell('peer.banned', cidr, { reason, forMs, untilMs });
    this.#tools.onRangeBanned(range);
  }

  /**
   * Why an identity is trusted as it is: the records in the log, replayed.
   * @throws {TypeError} for what is no peer id. @throws {HoldfastError} as `rt.audit.read`.
   */
  async explain(of: string): Promise<Explanation> {
    checkId(of);
    const { reputation, kinship, suspicions } = this.#tools;
    const id = kinship.presentOf(of);
    const records: ExplainedJudgement[] = [];
    let trust = stranger;
    for await (const read of this.#tools.log.read({ subject: id })) {
      if (read.kind === 'gap' || !JUDGED.has(read.event.type)) continue;
      const { success, data } = judgement.safeParse(read.event.data);
      if (!success) continue;
      records.push(explained(read, data, isDeepStrictEqual(data.before, trust)));
      if (records.length > RECORDS_MAX) records.shift();
      trust = judge(data.before, signalOf(data), data);
    }
    const { id: _, ...standing } = reputation.standing(id);
    const agrees = isDeepStrictEqual(reputation.trust(id), trust);
    const verdict = this.#verdict({
      ...{ ids: kinship.selvesOf(id), address: this.#tools.addressOf(id) },
    });
    return { ...standing, records, agrees, verdict, suspicion: suspicions.about(id) };
  }

  /** @throws {TypeError} for what is no address. */
  explainAddress(text: string): AddressExplanation {
    const address = typeof text === 'string' ? canonicalAddress(text) : undefined;
    if (address === undefined) {
      throw new TypeError(`address must be an address, got ${JSON.stringify(text)}`);
    }
    return { address, netgroup: netgroupOf(address), verdict: this.#verdict({ address }) };
  }

  #verdict(asker: Parameters<AccessList['verdict']>[0]): Verdict | undefined {
    const { access, kernel } = this.#tools;
    return access.verdict(asker, kernel.clock.wallMs());
  }

  /** With its id, as the cause of what follows. */
  async #tell(...fact: Parameters<Kernel['tell']>): Promise<string> {
    try {
      return await this.#tools.facts.tell(...fact);
    } catch (error) {
      throw asHoldfastError(error);
    }
  }
}

function explained(
  { index, event }: AuditRecord,
  judged: Judgement,
  follows: boolean,
): ExplainedJudgement {
  const { signal, rule, reason, score, level } = judged;
  const times = 'times' in judged ? (judged.times ?? 1) : 1;
  return { index, time: event.time, signal, times, because: rule ?? reason, score, level, follows };
}

/** Undefined for an identity. @throws {TypeError} for what is neither. */
function rangeOf(target: string): Range | undefined {
  if (isPeerId(target)) return undefined;
  const range = typeof target === 'string' ? parseRange(target) : undefined;
  if (range !== undefined) return ofHost(range);
  throw new TypeError(
    `target must be a peer id, an address or a CIDR range, got ${JSON.stringify(target)}`,
  );
}

const isPeerId = (id: unknown): boolean =>
  typeof id === 'string' && publicKeyOfPeer(id) !== undefined;

function checkId(id: string): void {
  if (isPeerId(id)) return;
  throw new TypeError(`id must be a peer id, 52 letters, got ${JSON.stringify(id)}`);
}

const textOf = ({ address, bits }: Range): string => `${address}/${bits}`;
