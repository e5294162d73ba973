import type { BreakerActor, BreakerCounts } from '../../actors/breaker.actor.ts';
import { maskName } from '../masking.ts';

type Gate = BreakerActor['gate'];

export interface ToldBreaker extends BreakerCounts {
  readonly name: string;
  readonly gate: Gate;
  readonly isIsolated: boolean;
}

export interface BreakerSummary {
  readonly byGate: Readonly<Record<Gate, number>>;
  /** Those that let calls through last; each name once. */
  readonly told: readonly ToldBreaker[];
}

/** Counts all of them, and tells of so many. */
export function breakerSummary(actors: Iterable<BreakerActor>, toldMax: number): BreakerSummary {
  const byGate = { admitting: 0, probing: 0, rejecting: 0 };
  const closed: BreakerActor[] = [];
  const others: BreakerActor[] = [];
  for (const actor of actors) {
    byGate[actor.gate] += 1;
    const list = actor.gate === 'admitting' ? closed : others;
    if (list.length < toldMax) list.push(actor);
  }
  const told = new Map<string, ToldBreaker>();
  for (const actor of [...others, ...closed].slice(0, toldMax)) {
    const name = maskName(actor.name);
    if (!told.has(name)) told.set(name, toldOf(actor, name));
  }
  return { byGate, told: [...told.values()] };
}

function toldOf(actor: BreakerActor, name: string): ToldBreaker {
  const { gate, counts } = actor;
  const isIsolated = gate !== 'admitting' && actor.snapshot.hasTag('isolated');
  return { name, gate, isIsolated, ...counts };
}
