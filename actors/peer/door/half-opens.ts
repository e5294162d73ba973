const PER_NETGROUP_MAX = 16;
const ALL_MAX = 256;
/** Netgroups of fewer are taken for as large: a few who come together crowd out nobody. */
const SMALL_MAX = 4;

/**
 * Connections of which it is not known yet whose they are. Whoever is honest is not among them for
 * long, so who has been for longest makes room: of its netgroup, or of the largest there is.
 */
export class HalfOpens<HalfOpen> {
  readonly #onEvicted: (victim: HalfOpen) => void;
  /** In the order of arrival; without a netgroup, it never makes room. */
  readonly #netgroupOf = new Map<HalfOpen, string | undefined>();
  readonly #sizeOf = new Map<string, number>();

  /** `onEvicted` has to end it at once; it is none of them any more. */
  constructor(onEvicted: (victim: HalfOpen) => void) {
    this.#onEvicted = onEvicted;
  }

  get size(): number {
    return this.#netgroupOf.size;
  }

  /** False if there is no room, and nobody who makes any. */
  join(newcomer: HalfOpen, netgroup: string | undefined): boolean {
    if (netgroup !== undefined && this.#size(netgroup) >= PER_NETGROUP_MAX) {
      this.#evict(this.#oldestOf(netgroup));
    }
    if (this.size >= ALL_MAX) this.#evict(this.#oldestOfLargest());
    if (this.size >= ALL_MAX) return false;
    this.#netgroupOf.set(newcomer, netgroup);
    if (netgroup !== undefined) this.#sizeOf.set(netgroup, this.#size(netgroup) + 1);
    return true;
  }

  leave(one: HalfOpen): void {
    const netgroup = this.#netgroupOf.get(one);
    if (!this.#netgroupOf.delete(one) || netgroup === undefined) return;
    const left = this.#size(netgroup) - 1;
    if (left === 0) this.#sizeOf.delete(netgroup);
    else this.#sizeOf.set(netgroup, left);
  }

  #size(netgroup: string): number {
    return this.#sizeOf.get(netgroup) ?? 0;
  }

  #evict(victim: HalfOpen | undefined): void {
    if (victim === undefined) return;
    this.leave(victim);
    this.#onEvicted(victim);
  }

  #oldestOf(netgroup: string): HalfOpen | undefined {
    for (const [one, its] of this.#netgroupOf) if (its === netgroup) return one;
    return undefined;
  }

  #oldestOfLargest(): HalfOpen | undefined {
    let oldest: HalfOpen | undefined;
    let largest = 0;
    for (const [one, netgroup] of this.#netgroupOf) {
      const size = netgroup === undefined ? 0 : Math.max(SMALL_MAX, this.#size(netgroup));
      if (size <= largest) continue;
      oldest = one;
      largest = size;
    }
    return oldest;
  }
}
