import type { PeerActor } from '../actors/peer/peer.actor.ts';
import type { Reputation } from '../actors/peer/reputation.ts';
import { Observer } from '../actors/peer/suspicion/observer.ts';
import type { World } from '../actors/world.ts';
import type { Charts } from './kernel/charts.ts';
import type { RuntimeOptions } from './options/runtime.ts';
import { payloadOf } from './payload.ts';
import type { Guests } from './peer-watcher.ts';
import { RELAY_MS } from './road.ts';
import { RELAY } from './routes.ts';
import { primitives } from './world/primitives.ts';

/** Those that are looked at, and who looks. */
export interface Observed {
  ownId(): string;
  /** Whoever is connected as that identity. */
  actorOf(id: string): Pick<PeerActor, 'ask' | 'carrier' | 'pingMs' | 'remote'> | undefined;
}

export interface ObservingTools {
  readonly world: Pick<World, 'clock' | 'random'>;
  readonly kernel: Pick<Charts, 'clock' | 'tell'>;
  readonly reputation: Pick<Reputation, 'trust' | 'failed'>;
  readonly options: { readonly timeouts: Pick<RuntimeOptions['timeouts'], 'requestMs'> };
  readonly present: Observed;
  /** Whoever it is by now. */
  presentOf(id: string): string;
}

/** Looks for honeypots and sensors among the peers that are connected. */
export function observerOf(tools: ObservingTools): Observer {
  const { world, kernel, reputation, present, presentOf } = tools;
  const { requestMs } = tools.options.timeouts;
  const actorOf = (id: string) => present.actorOf(id);
  return new Observer({
    ...{ kernel, clock: world.clock, random: world.random.stream('canaries'), primitives },
    presentOf,
    ownId: () => present.ownId(),
    addressOf: (id) => actorOf(id)?.remote?.address,
    isGranted: (id) => reputation.trust(id).granted !== 'untrusted',
    pingMs: (id) => actorOf(id)?.pingMs ?? Number.POSITIVE_INFINITY,
    askMethod: (id, { name, payload }, asker) => actorOf(id)?.ask(name, payload, requestMs, asker),
    // Whoever is there through another one is nobody's relay.
    askWay: (id, to, asker) => {
      const actor = actorOf(id);
      if (actor?.carrier === 'ws') actor.ask(RELAY, payloadOf('json', { to }), RELAY_MS, asker);
    },
    onLied: (id) => reputation.failed(id, 'promise.broken'),
  });
}

/** Has it look at everybody who comes, besides `guests`. */
export function observed(
  guests: Guests,
  observer: Pick<Observer, 'opened' | 'left'>,
  present: Observed,
  isExempt: (address: string) => boolean,
): Guests {
  const addressOf = (id: string): string | undefined => {
    const { carrier, remote } = present.actorOf(id) ?? {};
    const address = carrier === 'ws' ? remote?.address : undefined;
    return address === undefined || isExempt(address) ? undefined : address;
  };
  return {
    opened: (id) => {
      guests.opened(id);
      observer.opened(id, addressOf(id));
    },
    left: (id) => {
      guests.left(id);
      observer.left(id);
    },
  };
}
