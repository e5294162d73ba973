import { assign, emit, setup } from 'xstate';

/** No state lasts longer than these, without an event that says so. */
export interface PeerDeadlines {
  /** Of a dial, until the link is open. */
  readonly connectMs: number;
  /** Of who arrives, until the link is open. */
  readonly upgradeMs: number;
  /** From the open link until the seal of the other side is verified. */
  readonly handshakeMs: number;
  /** Without being heard. */
  readonly idleMs: number;
  /** While nothing is read from it: then it is read again. */
  readonly throttledMs: number;
  /** After so long it must prove its identity again, and has so long for it. */
  readonly verifyEveryMs: number;
  readonly verifyMs: number;
  /** For what is open to be answered. */
  readonly drainMs: number;
}

export interface PeerInput extends PeerDeadlines {
  /** The initiator dials, the responder listens. */
  readonly role: 'initiator' | 'responder';
}

export type PeerEnding =
  | 'connect.timedOut'
  | 'upgrade.timedOut'
  | 'handshake.timedOut'
  | 'handshake.failed'
  | 'refused'
  | 'unreachable'
  | 'idle'
  | 'verify.timedOut'
  | 'verify.failed'
  | 'drain.timedOut'
  | 'rules.violated'
  | 'drained'
  | 'link.closed'
  | 'link.lost'
  /** By what the carrier forbids: anybody on the path can do that. */
  | 'link.violated'
  /** By us: evicted, banned, shed, shut down. */
  | 'dropped';

export interface PeerContext {
  readonly input: PeerInput;
  /** Whose seal was verified; null until then, whatever was claimed. */
  readonly id: string | null;
  readonly ending: PeerEnding | null;
  /** In the words of who asked for it, or saw it. */
  readonly because: string | null;
}

export type PeerEvent =
  | { type: 'dial.refused' }
  | { type: 'dial.failed'; because: string }
  | { type: 'link.opened' }
  | { type: 'link.ended'; how: 'closed' | 'lost' | 'violated' }
  | { type: 'handshake.finished' }
  | { type: 'handshake.failed'; because: string }
  | { type: 'seal.verified'; id: string }
  | { type: 'seal.failed'; because: string }
  /** We know who it is, and do not let it in. */
  | { type: 'peer.refused'; because: string }
  /** Sealed frames came in since the last time this was said. Not to be said of each of them. */
  | { type: 'peer.heard' }
  | { type: 'peer.throttled' }
  | { type: 'peer.resumed' }
  /** By a frame whose tag verified. */
  | { type: 'rules.violated'; because: string }
  /** Ask for no more, answer what is open. */
  | { type: 'peer.close' }
  /** The other side asks for it. */
  | { type: 'bye.received' }
  | { type: 'peer.drained' }
  /** End it at once. */
  | { type: 'peer.drop'; because: string };

export type PeerEmitted =
  | { type: 'peer.opened'; id: string }
  /** It must prove its identity again. */
  | { type: 'peer.verify' }
  | { type: 'peer.ended'; ending: PeerEnding; because: string | null };

const ending = (how: PeerEnding) =>
  ({ target: '#peer.ended', actions: { type: 'end', params: { ending: how } } }) as const;

/** Whoever arrived is told nothing of it, not even when that was. */
const refusing = (how: PeerEnding) =>
  [
    {
      guard: 'isResponder',
      target: '#peer.establishing.refused',
      actions: { type: 'end', params: { ending: how } },
    },
    ending(how),
  ] as const;

/** Whatever else happens in a state that waits for the handshake of the other side. */
const failing = {
  'handshake.failed': refusing('handshake.failed'),
  'seal.failed': refusing('handshake.failed'),
  'peer.refused': refusing('dropped'),
} as const;

const closing = { 'peer.close': 'draining', 'bye.received': 'draining' } as const;

/**
 * One connection, from the dial or the arrival to its end; another connection is another actor.
 * `halfOpen`: not yet known who it is, so nothing is held for it, or known and refused, which ends
 * when silence would have; `live`: requests go both ways;
 * `paused`: nothing is read from it, so that its silence says nothing; `closing`: what is open is
 * answered. It is sent no event per frame.
 */
export const peerMachine = setup({
  types: {
    context: {} as PeerContext,
    events: {} as PeerEvent,
    emitted: {} as PeerEmitted,
    input: {} as PeerInput,
    output: {} as { readonly ending: PeerEnding; readonly because: string | null },
    tags: {} as 'halfOpen' | 'live' | 'paused' | 'closing' | 'ended',
  },
  actions: {
    know: assign((_, { id }: { id: string }) => ({ id })),
    tellOpened: emit((_, { id }: { id: string }) => ({ type: 'peer.opened', id })),
    askProof: emit({ type: 'peer.verify' }),
    end: assign(({ event }, how: { ending: PeerEnding }) => ({
      ending: how.ending,
      because: 'because' in event ? event.because : null,
    })),
    tellEnded: emit(({ context: { ending, because } }) => ({
      type: 'peer.ended',
      ending: ending ?? 'dropped',
      because,
    })),
  },
  delays: {
    connectMs: ({ context }) => context.input.connectMs,
    upgradeMs: ({ context }) => context.input.upgradeMs,
    handshakeMs: ({ context }) => context.input.handshakeMs,
    idleMs: ({ context }) => context.input.idleMs,
    throttledMs: ({ context }) => context.input.throttledMs,
    verifyEveryMs: ({ context }) => context.input.verifyEveryMs,
    verifyMs: ({ context }) => context.input.verifyMs,
    drainMs: ({ context }) => context.input.drainMs,
  },
  guards: {
    isResponder: ({ context }) => context.input.role === 'responder',
    isRefused: ({ context }) => context.ending !== null,
    isSame: ({ context }, { id }: { id: string }) => id === context.id,
  },
}).createMachine({
  id: 'peer',
  context: ({ input }) => ({ input, id: null, ending: null, because: null }),
  initial: 'connecting',
  on: {
    'peer.drop': ending('dropped'),
    'link.ended': {
      target: '#peer.ended',
      actions: { type: 'end', params: ({ event }) => ({ ending: `link.${event.how}` }) },
    },
  },
  states: {
    connecting: {
      tags: 'halfOpen',
      always: { guard: 'isResponder', target: 'upgrading' },
      after: { connectMs: ending('connect.timedOut') },
      on: {
        'link.opened': 'establishing',
        'dial.refused': ending('refused'),
        'dial.failed': ending('unreachable'),
      },
    },
    upgrading: {
      tags: 'halfOpen',
      after: { upgradeMs: ending('upgrade.timedOut') },
      on: { 'link.opened': 'establishing' },
    },
    establishing: {
      tags: 'halfOpen',
      after: {
        handshakeMs: [{ guard: 'isRefused', target: 'ended' }, ending('handshake.timedOut')],
      },
      initial: 'handshaking',
      states: {
        handshaking: { on: { ...failing, 'handshake.finished': 'sealing' } },
        sealing: {
          on: {
            ...failing,
            'seal.verified': {
              target: '#peer.live',
              actions: [
                { type: 'know', params: ({ event }) => event },
                { type: 'tellOpened', params: ({ event }) => event },
              ],
            },
          },
        },
        refused: { on: { 'link.ended': '#peer.ended', 'peer.drop': '#peer.ended' } },
      },
    },
    live: {
      tags: 'live',
      after: { verifyEveryMs: { target: '.verifying', actions: 'askProof' } },
      on: { ...closing, 'rules.violated': ending('rules.violated') },
      initial: 'open',
      states: {
        open: {
          after: { idleMs: ending('idle') },
          on: {
            'peer.heard': { target: 'open', reenter: true },
            'peer.throttled': 'throttled',
          },
        },
        throttled: {
          tags: 'paused',
          after: { throttledMs: 'open' },
          on: { 'peer.resumed': 'open' },
        },
        verifying: {
          after: { verifyMs: ending('verify.timedOut') },
          on: {
            'seal.verified': [
              {
                guard: { type: 'isSame', params: ({ event }) => event },
                target: '#peer.live',
                reenter: true,
              },
              ending('verify.failed'),
            ],
            'seal.failed': ending('verify.failed'),
          },
        },
      },
    },
    draining: {
      tags: 'closing',
      after: { drainMs: ending('drain.timedOut') },
      on: { 'peer.drained': ending('drained'), 'rules.violated': ending('rules.violated') },
    },
    ended: {
      tags: 'ended',
      type: 'final',
      entry: 'tellEnded',
    },
  },
  output: ({ context: { ending, because } }) => ({ ending: ending ?? 'dropped', because }),
});
