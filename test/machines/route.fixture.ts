import type { Links, RouteEvent, RouteSettings } from '../../machines/route.machine.ts';

export const settings: RouteSettings = {
  dwell: { minMs: 5_000, maxMs: 60_000, factor: 2 },
  steadyMs: 300_000,
  probeMs: 30_000,
};

export const input = { settings, nowMs: 0 };

export const none: Links = { links: 0, knownSinceMs: null, strangerSinceMs: null };
export const known: Links = { links: 1, knownSinceMs: 7, strangerSinceMs: null };
export const stranger: Links = { links: 1, knownSinceMs: null, strangerSinceMs: 7 };

export const samples = {
  'a link': { type: 'link.opened', ...known, nowMs: 7 },
  'a link of a stranger': { type: 'link.opened', ...stranger, nowMs: 7 },
  'one of two links lost': { type: 'link.lost', ...known, nowMs: 7 },
  'the last link lost': { type: 'link.lost', ...none, nowMs: 7 },
  'relays failing': { type: 'relay.opened', nowMs: 7 },
  'relays back': { type: 'relay.closed', nowMs: 7 },
} as const satisfies Record<string, RouteEvent>;

export const events: readonly RouteEvent[] = Object.values(samples);
