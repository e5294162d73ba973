import type { PeerEvent } from '../../machines/peer.machine.ts';
import type { Link, LinkEvents, Network } from '../network.ts';
import type { Expected } from './wire/handshake.ts';

export interface Target {
  readonly url: string;
  /** Who has to answer; anybody if undefined. */
  readonly expected: Expected | undefined;
  readonly pass: Uint8Array | undefined;
}

export interface Dialler {
  readonly network: Network;
  /** Does the work that is asked for; undefined if that is too much. */
  solve(challenge: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined>;
}

/**
 * Dials, and once more with an answer if work is asked for first. Resolves with what the actor of
 * the peer is told if that comes to nothing; with nothing if a link was opened, or it was given up.
 */
export async function dial(
  { url, pass }: Target,
  { network, solve }: Dialler,
  signal: AbortSignal,
  onOpened: (link: Link) => LinkEvents,
): Promise<PeerEvent | undefined> {
  try {
    const first = await network.dial(url, { signal, pass }, onOpened);
    const posed = first.outcome === 'refused' ? first.challenge : undefined;
    const answer = posed && (await solve(posed, signal));
    const dialled = answer ? await network.dial(url, { signal, answer }, onOpened) : first;
    if (dialled.outcome === 'opened') return undefined;
    if (dialled.outcome === 'refused') return { type: 'dial.refused' };
    return { type: 'dial.failed', because: dialled.cause.message };
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
