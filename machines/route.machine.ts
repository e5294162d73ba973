import { assign, emit, setup } from 'xstate';
import { type Backoff, backoffMs } from './backoff.ts';

export interface RouteSettings {
  /** What makes a mode better must have held for so long; longer with each fall. */
  readonly dwell: Backoff;
  /** Falls are forgotten by a mode that was held for so long before it fell. */
  readonly steadyMs: number;
  /** While connections through others fail they are tried so often. */
  readonly probeMs: number;
}

export type RouteMode = 'mesh' | 'direct' | 'isolated';

/** Connections to peers that are live, and since when the oldest is. */
export interface Links {
  readonly links: number;
  /** Of those that were dialled here, or whose peer was granted a level; null if there is none. */
  readonly knownSinceMs: number | null;
  /** Of those of strangers, who come and go as they like. */
  readonly strangerSinceMs: number | null;
}

/** Times are monotonic milliseconds. */
export interface RouteContext extends Links {
  readonly settings: RouteSettings;
  readonly mode: RouteMode;
  readonly sinceMs: number;
  /** What moved it last. */
  readonly because: RouteEvent['type'] | 'route.began';
  /** Whether the breaker of relayed connections lets them through. */
  readonly isRelayUp: boolean;
  readonly relaySinceMs: number;
  /** How often it fell, with no mode between that was held for long. */
  readonly falls: number;
  /** Of the newest event, or when the time came that moved it. */
  readonly heardAtMs: number;
}

export type RouteEvent = { readonly nowMs: number } & (
  | ({ type: 'link.opened' } & Links)
  | ({ type: 'link.lost' } & Links)
  /** The breaker of relayed connections opened, or closed again. */
  | { type: 'relay.opened' }
  | { type: 'relay.closed' }
);

export type RouteEmitted =
  | { type: 'route.moved'; from: RouteMode; to: RouteMode; because: RouteEvent['type'] }
  /** Try whether connections through others work again. */
  | { type: 'route.probe' };

const dwellMs = ({ settings, falls }: RouteContext): number => backoffMs(settings.dwell, falls, 1);

/** When a link will have held for long enough: one of a stranger must hold longest. */
function linkDueMs(context: RouteContext): number {
  const { knownSinceMs, strangerSinceMs, settings } = context;
  const known = knownSinceMs === null ? Number.POSITIVE_INFINITY : knownSinceMs + dwellMs(context);
  return strangerSinceMs === null ? known : Math.min(known, strangerSinceMs + settings.dwell.maxMs);
}

const leftMs = (context: RouteContext): number =>
  Math.max(0, linkDueMs(context) - context.heardAtMs);

const moving = <To extends RouteMode>(to: To, because: RouteEvent['type']) =>
  [
    { type: 'tellMoved', params: { to, because } },
    { type: 'move', params: { to, because } },
  ] as const;

const toIsolated = {
  guard: 'isAlone',
  target: '#route.isolated',
  actions: ['countFall', ...moving('isolated', 'link.lost')],
} as const;

/** A hold begins anew with each link, for it may be another one now that is the oldest. */
const heldAnew = {
  target: 'alone',
  actions: { type: 'count', params: ({ event }: { event: Links & { nowMs: number } }) => event },
} as const;

/**
 * How a peer is reached. `direct`: over the link to it; `relaying`: through another peer, too, if
 * there is no such link; `storing`: not at all, so what is for it is kept, within bounds, until
 * there is a way again. It is sent no event for what is on its way, only when something changes.
 * It falls at once, and is better again once what makes it so has held for a while.
 */
export const routeMachine = setup({
  types: {
    context: {} as RouteContext,
    events: {} as RouteEvent,
    emitted: {} as RouteEmitted,
    input: {} as { readonly settings: RouteSettings; readonly nowMs: number },
    tags: {} as 'relaying' | 'direct' | 'storing',
  },
  actions: {
    count: assign(
      (_, { links, knownSinceMs, strangerSinceMs, nowMs }: Links & { nowMs: number }) => ({
        ...{ links, knownSinceMs, strangerSinceMs, heardAtMs: nowMs },
      }),
    ),
    noteRelays: assign(({ event: { nowMs } }, { isRelayUp }: { isRelayUp: boolean }) => ({
      ...{ isRelayUp, relaySinceMs: nowMs, heardAtMs: nowMs },
    })),
    countFall: assign(({ context: { settings, falls, sinceMs, heardAtMs } }) => ({
      falls: heardAtMs - sinceMs >= settings.steadyMs ? 1 : falls + 1,
    })),
    endLinkHold: assign(({ context }) => ({
      heardAtMs: Math.max(context.heardAtMs, linkDueMs(context)),
    })),
    endRelayHold: assign(({ context }) => ({
      heardAtMs: context.relaySinceMs + dwellMs(context),
    })),
    tellMoved: emit(
      ({ context }, { to, because }: { to: RouteMode; because: RouteEvent['type'] }) => ({
        type: 'route.moved',
        from: context.mode,
        to,
        because,
      }),
    ),
    move: assign(
      ({ context }, { to, because }: { to: RouteMode; because: RouteEvent['type'] }) => ({
        mode: to,
        sinceMs: context.heardAtMs,
        because,
      }),
    ),
    askProbe: emit({ type: 'route.probe' }),
  },
  delays: {
    linkHoldMs: ({ context }) => leftMs(context),
    relayHoldMs: ({ context }) => dwellMs(context),
    probeMs: ({ context }) => context.settings.probeMs,
  },
  guards: {
    isAlone: ({ context: { links } }) => links === 0,
    isLinked: ({ context: { links } }) => links > 0,
    isRelayUp: ({ context }) => context.isRelayUp,
    isRelayDown: ({ context }) => !context.isRelayUp,
  },
}).createMachine({
  id: 'route',
  context: ({ input: { settings, nowMs } }) => ({
    settings,
    mode: 'isolated',
    sinceMs: nowMs,
    because: 'route.began',
    links: 0,
    knownSinceMs: null,
    strangerSinceMs: null,
    isRelayUp: true,
    relaySinceMs: nowMs,
    falls: 0,
    heardAtMs: nowMs,
  }),
  initial: 'isolated',
  on: {
    'link.opened': { actions: { type: 'count', params: ({ event }) => event } },
    'link.lost': { actions: { type: 'count', params: ({ event }) => event } },
    'relay.opened': { actions: { type: 'noteRelays', params: { isRelayUp: false } } },
    'relay.closed': { actions: { type: 'noteRelays', params: { isRelayUp: true } } },
  },
  states: {
    mesh: {
      tags: ['relaying', 'direct'],
      always: [
        toIsolated,
        {
          guard: 'isRelayDown',
          target: 'direct',
          actions: ['countFall', ...moving('direct', 'relay.opened')],
        },
      ],
    },
    direct: {
      tags: 'direct',
      always: toIsolated,
      initial: 'failing',
      states: {
        failing: {
          always: { guard: 'isRelayUp', target: 'holding' },
          after: { probeMs: { target: 'failing', reenter: true, actions: 'askProbe' } },
        },
        holding: {
          always: { guard: 'isRelayDown', target: 'failing' },
          after: {
            relayHoldMs: {
              target: '#route.mesh',
              actions: ['endRelayHold', ...moving('mesh', 'relay.closed')],
            },
          },
        },
      },
    },
    isolated: {
      tags: 'storing',
      initial: 'alone',
      states: {
        alone: { always: { guard: 'isLinked', target: 'holding' } },
        holding: {
          on: { 'link.opened': heldAnew, 'link.lost': heldAnew },
          after: {
            linkHoldMs: [
              {
                guard: 'isRelayUp',
                target: '#route.mesh',
                actions: ['endLinkHold', ...moving('mesh', 'link.opened')],
              },
              {
                target: '#route.direct',
                actions: ['endLinkHold', ...moving('direct', 'link.opened')],
              },
            ],
          },
        },
      },
    },
  },
});
