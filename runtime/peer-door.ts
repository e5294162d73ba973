import type {
  Arrival,
  Asking,
  Door,
  Link,
  LinkEvents,
  Admission as Verdict,
} from '../actors/network.ts';
import type { Admission, Entrant } from '../actors/peer/door/admission.ts';
import type { Conduct } from '../actors/peer/door/conduct.ts';
import type { RefusalCounts } from '../actors/peer/door/refusal-counts.ts';
import type { PeerActor } from '../actors/peer/peer.actor.ts';
import type { PeerEnding } from '../machines/peer.machine.ts';
import type { Watcher } from './peer-host.ts';

export interface PeerDoorTools {
  readonly host: { arrived(arrival: Arrival, watcher: Watcher): Arrived };
  readonly admission: Pick<Admission, 'arrive' | 'ask' | 'free'>;
  readonly conduct: Pick<Conduct, 'misbehaved'>;
  readonly refusals: Pick<RefusalCounts, 'count'>;
}

type Arrived = Pick<PeerActor, 'left' | 'drop' | 'enter'>;

/** What an address pays for. Anybody on the path could have done it, so no identity does. */
const MISBEHAVED: readonly PeerEnding[] = [
  'upgrade.timedOut',
  'handshake.timedOut',
  'handshake.failed',
  'link.violated',
];

/** Somebody who arrived, until it is known who it is. */
class Visitor implements Watcher {
  readonly actor: Arrived;
  readonly entrant: Entrant;
  readonly #tools: PeerDoorTools;

  constructor(tools: PeerDoorTools, arrival: Arrival, entrant: Entrant) {
    this.#tools = tools;
    this.entrant = entrant;
    this.actor = tools.host.arrived(arrival, this);
    entrant.drop = () => this.actor.drop('crowded out');
  }

  onOpened(): void {
    this.#tools.admission.free(this.entrant);
  }

  onEnded({ wasLive }: Pick<PeerActor, 'wasLive'>, ending: PeerEnding): void {
    const { admission, conduct, refusals } = this.#tools;
    const { address } = this.entrant;
    admission.free(this.entrant);
    if (MISBEHAVED.includes(ending)) conduct.misbehaved(address);
    if (!wasLive) refusals.count(address, ending);
  }
}

/** Whoever gets past the admission is a peer, though nobody knows yet which one. */
export class PeerDoor implements Door {
  readonly #tools: PeerDoorTools;
  readonly #visitors = new Map<Arrival, Visitor>();

  constructor(tools: PeerDoorTools) {
    this.#tools = tools;
  }

  onArrived(arrival: Arrival): boolean {
    const { admission } = this.#tools;
    const entrant = admission.arrive(arrival.remote, () => arrival.drop());
    if (entrant === undefined) return false;
    this.#visitors.set(arrival, new Visitor(this.#tools, arrival, entrant));
    return true;
  }

  onLeft(arrival: Arrival): void {
    this.#visitors.get(arrival)?.actor.left();
    this.#visitors.delete(arrival);
  }

  onAsked(arrival: Arrival, asking: Asking): Verdict {
    const visitor = this.#visitors.get(arrival);
    if (visitor === undefined) return { admitted: false };
    return this.#tools.admission.ask(visitor.entrant, asking);
  }

  onOpened(arrival: Arrival, link: Link): LinkEvents {
    const visitor = this.#visitors.get(arrival);
    this.#visitors.delete(arrival);
    if (visitor === undefined) throw new Error('nobody arrived');
    return visitor.actor.enter(link);
  }
}
