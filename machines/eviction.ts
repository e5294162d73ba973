/** A connection that may have to go. Whoever may not, as a granted peer, is no candidate. */
export interface Candidate {
  readonly id: string;
  /** Wide: whoever can have one address of it can have many. */
  readonly netgroup: string;
  /** A keyed hash of it, so that nobody can choose a netgroup that is kept. */
  readonly netgroupDraw: number;
  /** The shortest so far; Infinity before the first. */
  readonly pingMs: number;
  /** When it last gave what was asked of it; -Infinity if never. */
  readonly usefulAtMs: number;
  readonly sinceMs: number;
  /** 0 to 100. */
  readonly trust: number;
}

const DIVERSE_KEPT = 4;
const NEAR_KEPT = 8;
const USEFUL_KEPT = 8;
/** Of those left then, the longest connected. */
const OLD_KEPT_RATIO = 0.5;
/** Whoever has less goes before anybody who has not. */
const TRUST_KEPT_MIN = 50;

type Order = (a: Candidate, b: Candidate) => number;

const byDraw: Order = (a, b) => b.netgroupDraw - a.netgroupDraw || a.sinceMs - b.sinceMs;
const byPing: Order = (a, b) => (a.pingMs < b.pingMs ? -1 : 1);
const byUse: Order = (a, b) => (a.usefulAtMs > b.usefulAtMs ? -1 : 1);
const byAge: Order = (a, b) => a.sinceMs - b.sinceMs;

/**
 * Who goes when there is no room: the youngest of the largest netgroup among those that nothing
 * speaks for. Each way to be kept costs an attacker something else: addresses in many places,
 * being near, being of use, staying. The newcomer is a candidate as well; if it is who goes, it
 * is refused. Undefined if all are kept.
 * Source: Bitcoin Core, src/node/eviction.cpp.
 */
export function evictee(candidates: readonly Candidate[]): Candidate | undefined {
  const strangers = without(candidates, firstOfEachGroup(candidates).slice(0, DIVERSE_KEPT));
  const far = without(strangers, best(strangers, byPing, NEAR_KEPT, isNear));
  const useless = without(far, best(far, byUse, USEFUL_KEPT, isUseful));
  const young = without(useless, best(useless, byAge, Math.floor(useless.length * OLD_KEPT_RATIO)));
  const distrusted = young.filter(({ trust }) => trust < TRUST_KEPT_MIN);
  return youngestOfLargest(distrusted.length > 0 ? distrusted : young);
}

const isNear = ({ pingMs }: Candidate): boolean => pingMs < Number.POSITIVE_INFINITY;
const isUseful = ({ usefulAtMs }: Candidate): boolean => usefulAtMs > Number.NEGATIVE_INFINITY;

function best(
  from: readonly Candidate[],
  order: Order,
  count: number,
  isEligible: (candidate: Candidate) => boolean = () => true,
): readonly Candidate[] {
  return from.filter(isEligible).sort(order).slice(0, count);
}

function without(all: readonly Candidate[], kept: readonly Candidate[]): readonly Candidate[] {
  const left = new Set(all);
  for (const one of kept) left.delete(one);
  return [...left];
}

/** The oldest of each netgroup, by the draws of the netgroups. */
function firstOfEachGroup(candidates: readonly Candidate[]): readonly Candidate[] {
  const first = new Map<string, Candidate>();
  for (const one of [...candidates].sort(byDraw)) {
    if (!first.has(one.netgroup)) first.set(one.netgroup, one);
  }
  return [...first.values()];
}

/** Of netgroups that are equally large, that with the youngest. */
function youngestOfLargest(candidates: readonly Candidate[]): Candidate | undefined {
  const sizes = new Map<string, number>();
  for (const { netgroup } of candidates) sizes.set(netgroup, (sizes.get(netgroup) ?? 0) + 1);
  const largest = Math.max(...sizes.values());
  return candidates
    .filter(({ netgroup }) => sizes.get(netgroup) === largest)
    .sort(byAge)
    .at(-1);
}
