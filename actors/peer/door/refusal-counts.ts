import type { Cancel } from '../../../storage/ports.ts';
import type { FactType } from '../../fact-family.ts';
import type { Kernel } from '../../world.ts';
import { netgroupOf } from '../address.ts';

const SUMMARY_MS = 60_000;
const NETGROUPS_MAX = 1_000;
/** Where those are counted for whose netgroup there was no room. */
const OTHERS = 'others';

type Counts = Record<string, number>;

/**
 * Strangers that were refused, as one fact (`peer.refused`) per netgroup and minute, with how many
 * for each reason: `{ netgroup, counts }`. At most 1,000 netgroups a minute; all others are one.
 */
export class RefusalCounts {
  readonly #kernel: Pick<Kernel, 'clock' | 'tell'>;
  readonly #fact: FactType;
  readonly #counts = new Map<string, Counts>();
  #cancelTell: Cancel | undefined;

  constructor(kernel: Pick<Kernel, 'clock' | 'tell'>, fact: FactType = 'peer.refused') {
    this.#kernel = kernel;
    this.#fact = fact;
  }

  /** Of a canonical address. `because` is one of a few words of ours. */
  count(address: string, because: string): void {
    const netgroup = netgroupOf(address);
    const hasRoom = this.#counts.has(netgroup) || this.#counts.size < NETGROUPS_MAX;
    const name = hasRoom ? netgroup : OTHERS;
    const counts = this.#counts.get(name) ?? {};
    counts[because] = (counts[because] ?? 0) + 1;
    this.#counts.set(name, counts);
    this.#cancelTell ??= this.#kernel.clock.after(SUMMARY_MS, () => this.tell());
  }

  /** Tells what was counted, now: before the end. */
  tell(): void {
    this.#cancelTell?.();
    this.#cancelTell = undefined;
    const counted = [...this.#counts];
    this.#counts.clear();
    for (const [netgroup, counts] of counted) {
      this.#kernel.tell(this.#fact, '', { netgroup, counts });
    }
  }
}
