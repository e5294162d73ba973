import type { RouteEvent } from '../../machines/route.machine.ts';

export const input = { nowMs: 0 };

export const samples = {
  'a first link': { type: 'link.opened', links: 1, nowMs: 7 },
  'one of two links lost': { type: 'link.lost', links: 1, nowMs: 7 },
  'the last link lost': { type: 'link.lost', links: 0, nowMs: 7 },
  'relays failing': { type: 'relay.opened', nowMs: 7 },
  'relays back': { type: 'relay.closed', nowMs: 7 },
} as const satisfies Record<string, RouteEvent>;

export const events: readonly RouteEvent[] = Object.values(samples);
