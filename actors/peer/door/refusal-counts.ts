import { isDeepStrictEqual } from 'node:util';
import type { Cancel } from '../../../storage/ports.ts';
import type { FactType } from '../../fact-family.ts';
import type { Kernel } from '../../world.ts';
import { netgroupOf } from '../address.ts';
import type { Verdict } from './access-list.ts';

const SUMMARY_MS = 60_000;
const NETGROUPS_MAX = 1_000;
/** Where those are counted for whose netgroup there was no room. */
const OTHERS = 'others';

/** Of the lines of lists that refused a netgroup, so many are named. */
const LINES_MAX = 4;

type Place = Omit<Verdict, 'because' | 'reason'>;
type Line = Pick<Verdict, 'line' | 'cidr'> & { readonly path: string; readonly detail?: string };

interface Refused {
  readonly counts: Record<string, number>;
  readonly lines: Line[];
}

/**
 * Strangers that were refused, as one fact (`peer.refused`) per netgroup and minute, with how many
 * for each reason: `{ netgroup, counts }`, and `lines` of the lists that said so, if any did. At
 * most 1,000 netgroups a minute; all others are one.
 */
export class RefusalCounts {
  readonly #kernel: Pick<Kernel, 'clock' | 'tell'>;
  readonly #fact: FactType;
  readonly #counts = new Map<string, Refused>();
  #cancelTell: Cancel | undefined;

  constructor(kernel: Pick<Kernel, 'clock' | 'tell'>, fact: FactType = 'peer.refused') {
    this.#kernel = kernel;
    this.#fact = fact;
  }

  /** Of a canonical address. `because` is one of a few words of ours. */
  count(address: string, because: string, place: Place = {}): void {
    const netgroup = netgroupOf(address);
    const hasRoom = this.#counts.has(netgroup) || this.#counts.size < NETGROUPS_MAX;
    const name = hasRoom ? netgroup : OTHERS;
    const refused = this.#counts.get(name) ?? { counts: {}, lines: [] };
    const { counts, lines } = refused;
    counts[because] = (counts[because] ?? 0) + 1;
    this.#counts.set(name, refused);
    const line = lineOf(place);
    const isNews = line !== undefined && !lines.some((one) => isDeepStrictEqual(one, line));
    if (isNews && lines.length < LINES_MAX) lines.push(line);
    this.#cancelTell ??= this.#kernel.clock.after(SUMMARY_MS, () => this.tell());
  }

  /** Tells what was counted, now: before the end. */
  tell(): void {
    this.#cancelTell?.();
    this.#cancelTell = undefined;
    const counted = [...this.#counts];
    this.#counts.clear();
    for (const [netgroup, { counts, lines }] of counted) {
      const named = lines.length > 0 ? { lines } : {};
      this.#kernel.tell(this.#fact, '', { netgroup, counts, ...named });
    }
  }
}

/** The country, or what a zone answered, is a detail. */
function lineOf({ list, line, cidr, country, answer }: Place): Line | undefined {
  if (list === undefined) return undefined;
  const detail = country ?? answer;
  return {
    path: list,
    ...(line !== undefined && { line }),
    ...(cidr !== undefined && { cidr }),
    ...(detail !== undefined && { detail }),
  };
}
