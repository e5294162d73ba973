import type { PeerTools } from '../actors/peer/peer.actor.ts';
import type { RuntimeOptions } from './options/runtime.ts';

const VERIFY_EVERY_MS = 300_000;
const STALLED_MS = 30_000;
const ROTATE_MS = 86_400_000;
const OVERDUE_MS = 90_000_000;

/** How long each state of a connection may last, and how long its keys. */
export function deadlinesOf(timeouts: RuntimeOptions['timeouts']): PeerTools['deadlines'] {
  const { connectMs, handshakeMs, idleMs, pingMs, drainMs } = timeouts;
  return {
    ...{ connectMs, handshakeMs, pingMs, drainMs, idleMs },
    upgradeMs: handshakeMs,
    verifyMs: handshakeMs,
    verifyEveryMs: VERIFY_EVERY_MS,
    throttledMs: idleMs,
    stalledMs: STALLED_MS,
    ...{ rotateMs: ROTATE_MS, overdueMs: OVERDUE_MS },
  };
}
