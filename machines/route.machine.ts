import { assign, emit, setup } from 'xstate';

export type RouteMode = 'mesh' | 'direct' | 'isolated';

/** Times are monotonic milliseconds. */
export interface RouteContext {
  readonly mode: RouteMode;
  readonly sinceMs: number;
  /** What moved it last. */
  readonly because: RouteEvent['type'] | 'route.began';
  /** Peers that are live. */
  readonly links: number;
  /** Whether the breaker of relayed connections lets them through. */
  readonly isRelayUp: boolean;
}

export type RouteEvent = { readonly nowMs: number } & (
  | { type: 'link.opened'; links: number }
  | { type: 'link.lost'; links: number }
  /** The breaker of relayed connections opened, or closed again. */
  | { type: 'relay.opened' }
  | { type: 'relay.closed' }
);

export type RouteEmitted = {
  type: 'route.moved';
  from: RouteMode;
  to: RouteMode;
  because: RouteEvent['type'];
};

const moving = <To extends RouteMode>(mode: To) => ({
  target: mode,
  actions: [
    { type: 'tellMoved', params: { to: mode } },
    { type: 'move', params: { to: mode } },
  ] as const,
});

/**
 * How a peer is reached. `direct`: over the link to it; `relaying`: through another peer, too, if
 * there is no such link; `storing`: not at all, so what is for it is kept, within bounds, until
 * there is a way again. It is sent no event for what is on its way, only when something changes.
 */
export const routeMachine = setup({
  types: {
    context: {} as RouteContext,
    events: {} as RouteEvent,
    emitted: {} as RouteEmitted,
    input: {} as { readonly nowMs: number },
    tags: {} as 'relaying' | 'direct' | 'storing',
  },
  actions: {
    count: assign((_, { links }: { links: number }) => ({ links })),
    trustRelays: assign({ isRelayUp: true }),
    leaveRelays: assign({ isRelayUp: false }),
    tellMoved: emit(({ context: { mode }, event }, { to }: { to: RouteMode }) => ({
      type: 'route.moved',
      from: mode,
      to,
      because: event.type,
    })),
    move: assign(({ event }, { to }: { to: RouteMode }) => ({
      mode: to,
      sinceMs: event.nowMs,
      because: event.type,
    })),
  },
  guards: {
    isAlone: ({ context: { links } }) => links === 0,
    isRelayed: ({ context: { links, isRelayUp } }) => links > 0 && isRelayUp,
    isUnrelayed: ({ context: { links, isRelayUp } }) => links > 0 && !isRelayUp,
  },
}).createMachine({
  id: 'route',
  context: ({ input: { nowMs } }) => ({
    mode: 'isolated',
    sinceMs: nowMs,
    because: 'route.began',
    links: 0,
    isRelayUp: true,
  }),
  initial: 'isolated',
  on: {
    'link.opened': { actions: { type: 'count', params: ({ event }) => event } },
    'link.lost': { actions: { type: 'count', params: ({ event }) => event } },
    'relay.opened': { actions: 'leaveRelays' },
    'relay.closed': { actions: 'trustRelays' },
  },
  states: {
    mesh: {
      tags: ['relaying', 'direct'],
      always: [
        { guard: 'isAlone', ...moving('isolated') },
        { guard: 'isUnrelayed', ...moving('direct') },
      ],
    },
    direct: {
      tags: 'direct',
      always: [
        { guard: 'isAlone', ...moving('isolated') },
        { guard: 'isRelayed', ...moving('mesh') },
      ],
    },
    isolated: {
      tags: 'storing',
      always: [
        { guard: 'isRelayed', ...moving('mesh') },
        { guard: 'isUnrelayed', ...moving('direct') },
      ],
    },
  },
});
