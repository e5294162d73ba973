import type { PeerActor } from '../actors/peer/peer.actor.ts';
import type { Suspicions } from '../actors/peer/suspicion/suspicions.ts';
import type { Band } from '../machines/suspicion.ts';
import type { Level } from '../machines/trust.ts';
import type { Methods } from './methods.ts';
import type { Standing } from './standing.ts';

/** A peer that is connected. */
export interface PeerSummary {
  readonly id: string;
  readonly address: string;
  /** True if it was dialled here. */
  readonly dialled: boolean;
  /** How long it has been there. */
  readonly connectedMs: number;
  /** The shortest way there and back; undefined before the first answer. */
  readonly pingMs: number | undefined;
  readonly trust: number;
  readonly level: Level;
  /** What its level comes to at methods that a sandbox serves: no more than can be kept in now. */
  readonly sandboxedLevel: Level;
  /** Whether it looks like a honeypot or a sensor; `explain` has why. */
  readonly suspicion: Band;
}

export interface SummaryTools {
  readonly standing: Pick<Standing, 'trustOf' | 'levelOf'>;
  readonly methods: Pick<Methods, 'sandboxedLevel'>;
  readonly observer: { readonly suspicions: Pick<Suspicions, 'band'> };
}

export function summaryOf(
  { remote, role, sinceMs, pingMs }: Pick<PeerActor, 'remote' | 'role' | 'sinceMs' | 'pingMs'>,
  id: string,
  nowMs: number,
  { standing, methods, observer }: SummaryTools,
): PeerSummary {
  const level = standing.levelOf(id);
  return {
    ...{ id, level },
    address: remote?.address ?? '',
    dialled: role === 'initiator',
    connectedMs: nowMs - sinceMs,
    pingMs: Number.isFinite(pingMs) ? pingMs : undefined,
    trust: standing.trustOf(id),
    sandboxedLevel: methods.sandboxedLevel(level),
    suspicion: observer.suspicions.band(id),
  };
}
