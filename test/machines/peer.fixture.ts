import type { PeerEvent, PeerInput } from '../../machines/peer.machine.ts';

export const deadlines = {
  connectMs: 30_000,
  upgradeMs: 10_000,
  handshakeMs: 10_000,
  idleMs: 60_000,
  throttledMs: 5_000,
  verifyEveryMs: 300_000,
  verifyMs: 30_000,
  drainMs: 30_000,
};

export const input: PeerInput = { role: 'responder', ...deadlines };

export const samples = {
  refused: { type: 'dial.refused' },
  unreachable: { type: 'dial.failed', because: 'no route' },
  linked: { type: 'link.opened' },
  'hung up': { type: 'link.ended', how: 'closed' },
  cut: { type: 'link.ended', how: 'lost' },
  flooded: { type: 'link.ended', how: 'violated' },
  'shaken hands': { type: 'handshake.finished' },
  misshaken: { type: 'handshake.failed', because: 'a bad tag' },
  sealed: { type: 'seal.verified', id: 'anna' },
  'sealed by another': { type: 'seal.verified', id: 'otto' },
  missealed: { type: 'seal.failed', because: 'a stolen signature' },
  'let in not': { type: 'peer.refused', because: 'not admitted' },
  heard: { type: 'peer.heard' },
  throttled: { type: 'peer.throttled' },
  resumed: { type: 'peer.resumed' },
  violated: { type: 'rules.violated', because: 'an unknown kind' },
  close: { type: 'peer.close' },
  bye: { type: 'bye.received' },
  drained: { type: 'peer.drained' },
  drop: { type: 'peer.drop', because: 'evicted' },
} as const satisfies Record<string, PeerEvent>;

export const events: readonly PeerEvent[] = Object.values(samples);
