import { isIPv4 } from 'node:net';
import type { Cancel, Clock } from '../../../storage/ports.ts';
import type { FeedBreaker } from '../../feed.actor.ts';
import type { NamedAddress, Names } from '../../names.ts';
import { addressBytes, netgroupOf } from '../address.ts';
import type { Verdict } from './access-list.ts';
import { Recent } from './recent.ts';

export interface NameListsTools {
  readonly clock: Pick<Clock, 'monotonicMs' | 'after'>;
  readonly names: Names;
  /** As `zen.example.org`. */
  readonly zones: readonly string[];
  /** Name servers; without any those of this machine. */
  readonly servers: readonly string[];
  readonly deadlineMs: number;
  breakerOf(zone: string): FeedBreaker;
  /** Whoever is there, and `isSo`, is listed. */
  onListed(isSo: (address: string) => boolean): void;
}

/** What is known of an address, and until when. */
interface Known {
  readonly untilMs: number;
  readonly verdict: Verdict | undefined;
}

const KNOWN_MAX = 65_536;
const ASKED_MAX = 32;
const TTL_MS_MIN = 60_000;
const TTL_MS_MAX = 86_400_000;
/** Of who is on no list, which has no time of its own; and where a zone did not answer. */
const ABSENT_MS = 300_000;
const UNKNOWN_MS = 30_000;
/** By which zones say that they do not answer. */
const REFUSALS = '127.255.255.';

type Answer = { readonly zone: string; readonly found: readonly NamedAddress[] | undefined };

/**
 * Lists of others that are asked by name (DNSBL, RFC 5782). Nobody waits for an answer: whoever is
 * found to be listed is let go then, and refused from then on. What cannot be known refuses nobody.
 */
export class NameLists {
  readonly #tools: NameListsTools;
  readonly #known = new Recent<Known>(KNOWN_MAX);
  /** Of IPv6, one for a whole /64: who hops through it is asked about once. */
  readonly #asked = new Map<string, AbortController>();
  #isOver = false;

  constructor(tools: NameListsTools) {
    this.#tools = tools;
  }

  /** Of a canonical address. */
  verdict(address: string): Verdict | undefined {
    const known = this.#known.find(keyOf(address));
    const isOld = known === undefined || this.#tools.clock.monotonicMs() >= known.untilMs;
    return isOld ? undefined : known.verdict;
  }

  /** Asks about it, unless it is known, or too much is asked already. */
  look(address: string): void {
    const key = keyOf(address);
    const nowMs = this.#tools.clock.monotonicMs();
    const isKnown = nowMs < (this.#known.find(key)?.untilMs ?? Number.NEGATIVE_INFINITY);
    if (isKnown || this.#isOver || this.#asked.has(key) || this.#asked.size >= ASKED_MAX) return;
    const controller = new AbortController();
    this.#asked.set(key, controller);
    const asking = this.#tools.zones.map((zone) => this.#ask(zone, address, controller.signal));
    void Promise.all(asking).then((answers) => this.#learn(key, answers));
  }

  close(): void {
    this.#isOver = true;
    for (const controller of this.#asked.values()) controller.abort();
    this.#known.clear();
  }

  /** Never rejects: whoever does not answer in time has said nothing. */
  async #ask(zone: string, address: string, signal: AbortSignal): Promise<Answer> {
    const { clock, names, servers, deadlineMs, breakerOf } = this.#tools;
    const permit = breakerOf(zone).admit();
    if (!permit.admitted) return { zone, found: undefined };
    const late = new AbortController();
    let cancel: Cancel = () => {};
    try {
      const overdue = new Promise<never>((_, reject) => {
        const giveUp = (): void => reject(new Error(`no answer within ${deadlineMs} ms`));
        cancel = clock.after(deadlineMs, giveUp);
        signal.addEventListener('abort', giveUp);
      });
      const asked = names.resolve(`${reversed(address)}.${zone}`, late.signal, servers);
      const found = await Promise.race([asked, overdue]);
      const isRefused = found.some((one) => one.address.startsWith(REFUSALS));
      if (isRefused) throw new Error('the zone does not answer us');
      permit.succeed();
      return { zone, found };
    } catch (error) {
      if (this.#isOver) permit.ignore();
      else permit.fail(error);
      return { zone, found: undefined };
    } finally {
      cancel();
      late.abort();
    }
  }

  #learn(key: string, answers: readonly Answer[]): void {
    this.#asked.delete(key);
    if (this.#isOver) return;
    const nowMs = this.#tools.clock.monotonicMs();
    for (const { zone, found = [] } of answers) {
      const listed = found.find(({ address }) => address.startsWith('127.'));
      if (listed === undefined) continue;
      const ttlMs = Math.min(Math.max(1_000 * listed.ttlS, TTL_MS_MIN), TTL_MS_MAX);
      const verdict = { because: 'named', list: zone, answer: listed.address } as const;
      this.#known.set(key, { untilMs: nowMs + ttlMs, verdict });
      return this.#tools.onListed((address) => keyOf(address) === key);
    }
    const isWhole = answers.every(({ found }) => found !== undefined);
    const forMs = isWhole ? ABSENT_MS : UNKNOWN_MS;
    this.#known.set(key, { untilMs: nowMs + forMs, verdict: undefined });
  }
}

const keyOf = (address: string): string => (isIPv4(address) ? address : netgroupOf(address));

/** Its bytes, or of IPv6 its nibbles, the last one first. */
function reversed(address: string): string {
  if (isIPv4(address)) return address.split('.').reverse().join('.');
  const hex = Buffer.from(addressBytes(address)).toString('hex');
  return [...hex].reverse().join('.');
}
