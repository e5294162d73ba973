import type { Network } from '../actors/network.ts';
import type { Kinship } from '../actors/peer/kinship.ts';
import type { Parcels } from '../actors/peer/parcels.ts';
import type { PeerActor, PeerTools } from '../actors/peer/peer.actor.ts';
import type { Roster } from '../actors/peer/roster.ts';
import type { Observer } from '../actors/peer/suspicion/observer.ts';
import type { Kernel } from '../actors/world.ts';
import type { PeerEnding } from '../machines/peer.machine.ts';
import type { Methods } from './methods.ts';
import type { Standing } from './standing.ts';

export interface PeerHostTools {
  readonly kernel: Pick<Kernel, 'tell'>;
  readonly network: Network;
  readonly peers: PeerTools;
  readonly roster: Roster;
  readonly standing: Standing;
  readonly kinship: Kinship;
  readonly methods: Methods;
  readonly parcels: Parcels;
  /** Hears of every peer that comes, and when it is there no more. */
  readonly guests: Guests;
  readonly observer: Pick<Observer, 'watching' | 'suspicions'>;
  readonly requestMs: number;
  solve(challenge: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined>;
}

/** Whoever has to do with each peer that is there. */
export interface Guests {
  opened(id: string): void;
  left(id: string): void;
}

/** Hears of one connection what its owner alone needs to know. */
export interface Watcher {
  /** It lets whoever shows it in, whatever the pressure. */
  onPass?(pass: Uint8Array): void;
  onOpened(actor: Pick<PeerActor, 'peer'>): void;
  onEnded(
    actor: Pick<PeerActor, 'wasLive' | 'claimed'>,
    ending: PeerEnding,
    because: string | null,
  ): void;
}
