import { netgroupOf } from '../actors/peer/address.ts';
import { CircuitLink } from '../actors/peer/circuit-link.ts';
import type { Admission } from '../actors/peer/door/admission.ts';
import type { Ledger } from '../actors/peer/ledger.ts';
import type { PeerActor } from '../actors/peer/peer.actor.ts';
import { Relay, type Relayed } from '../actors/peer/relay.ts';
import type { Call } from '../actors/peer/requests/call.ts';
import type { Observer } from '../actors/peer/suspicion/observer.ts';
import type { Frame } from '../actors/peer/wire/frame.ts';
import { publicKeyOfPeer } from '../actors/peer/wire/peer-id.ts';
import { failRequest } from '../actors/refusals.ts';
import type { Chart, Kernel, RandomStream } from '../actors/world.ts';
import { type Links, type RouteContext, routeMachine } from '../machines/route.machine.ts';
import { bands } from '../machines/suspicion.ts';
import { type Level, levels } from '../machines/trust.ts';
import type { Breaker } from './breaker.ts';
import { decode, payloadOf } from './payload.ts';
import type { PeerHost, Watcher } from './peer-host.ts';
import { RELAY_MS, Road } from './road.ts';

/** Peers that are asked for a circuit, one after the other. */
const RELAYS_MAX = 3;
/** Circuits that others opened to here through one relay. */
const ENDS_MAX = 64;
/** What may wait in each, both ways together. */
const END_BYTES_MAX = 2_097_152;

export const routeSettings = {
  dwell: { minMs: 5_000, maxMs: 60_000, factor: 2 },
  steadyMs: 300_000,
  probeMs: 30_000,
};

export const RELAY = 'holdfast.relay';
export const ACCEPT = 'holdfast.accept';
export const HANG_UP = 'holdfast.hangUp';

export type RouteStanding = Pick<
  RouteContext,
  'mode' | 'sinceMs' | 'because' | 'links' | 'isRelayUp'
>;

export interface RoutesTools {
  readonly kernel: Kernel;
  readonly host: PeerHost;
  readonly ledger: Ledger;
  /** Whoever comes through another one is half open as whoever comes from there. */
  readonly admission: Pick<Admission, 'carry' | 'free'>;
  readonly random: RandomStream;
  /** Of all connections through others. */
  readonly breaker: () => Breaker;
  /** Of whoever asks for a circuit here. */
  readonly relayLevel: Level;
  readonly observer: Pick<Observer, 'bandOf' | 'sought'>;
}

/** As a frame can have it. */
const isCircuit = (number: number): boolean =>
  Number.isInteger(number) && number > 0 && number < 2 ** 32;

/** What a relay says that works, and leads nowhere. */
const ANSWERS: readonly string[] = ['PEER_UNREACHABLE', 'LEVEL_TOO_LOW', 'REQUESTS_FULL'];

/** Ways to peers that no connection leads to: through others, which cannot read what they carry. */
export class Routes {
  readonly #tools: RoutesTools;
  readonly #chart: Chart<typeof routeMachine>;
  readonly #relay: Relay;
  readonly #roads = new Map<PeerActor, Road>();
  /** The facts of the last link that ended, and of what the breaker did last. */
  #endedId: string | undefined;
  #breakerId: string | undefined;
  /** Peers that a way through others is looked for, or was found. */
  readonly #sought = new Set<string>();

  constructor(tools: RoutesTools) {
    const { kernel } = tools;
    const { clock } = kernel;
    this.#tools = tools;
    this.#relay = new Relay({
      clock,
      peerOf: (id) => this.#roadTo(id),
      onEnded: (from, to, because, bytes) =>
        kernel.tell('peer.relayed', from, { peer: to, because, bytes }),
    });
    this.#chart = kernel.startChart(routeMachine, {
      id: 'route',
      input: { settings: routeSettings, nowMs: clock.monotonicMs() },
      onMoved: () => {},
      onEmitted: (emitted) => {
        if (emitted.type === 'route.probe') return this.#probe();
        const { type, ...move } = emitted;
        kernel.tell(type, 'route', move, this.#causeOf(move.because));
      },
    });
  }

  /** Times are monotonic milliseconds. */
  get standing(): RouteStanding {
    const { mode, sinceMs, because, links, isRelayUp } = this.#chart.snapshot.context;
    return { mode, sinceMs, because, links, isRelayUp };
  }

  /** Circuits of others that go through here. */
  get circuits(): number {
    return this.#relay.circuits;
  }

  opened(actor: PeerActor, id: string, openedId: string): void {
    this.#sought.delete(id);
    if (actor.carrier === 'relay') return;
    const idNow = (): string => this.#tools.host.presentOf(id);
    this.#roads.set(actor, new Road(actor, idNow, this.#nowMs, openedId));
    this.#chart.send({ type: 'link.opened', ...this.#links, nowMs: this.#nowMs });
  }

  ended(actor: PeerActor, endedId: string): void {
    const road = this.#roads.get(actor);
    if (road === undefined) return;
    this.#roads.delete(actor);
    this.#relay.left(road);
    for (const link of road.ends.values()) link.ended('lost');
    this.#endedId = endedId;
    this.#chart.send({ type: 'link.lost', ...this.#links, nowMs: this.#nowMs });
  }

  get #links(): Links {
    return {
      links: this.#roads.size,
      knownSinceMs: this.#oldest(true)?.sinceMs ?? null,
      strangerSinceMs: this.#oldest(false)?.sinceMs ?? null,
    };
  }

  #oldest(isKnown: boolean): Road | undefined {
    for (const road of this.#roads.values()) if (this.#isKnown(road) === isKnown) return road;
    return undefined;
  }

  #isKnown({ id, role }: Road): boolean {
    return role === 'initiator' || this.#tools.host.isGranted(id);
  }

  #causeOf(because: RouteContext['because']): string | undefined {
    if (because === 'link.lost') return this.#endedId;
    if (because !== 'link.opened') return this.#breakerId;
    return (this.#oldest(true) ?? this.#oldest(false))?.openedId;
  }

  /** A part of a circuit, that goes through here or ends here. */
  receive(actor: PeerActor, { circuit, part }: Frame & { readonly kind: 'relay' }): void {
    const road = this.#roads.get(actor);
    if (road?.isRelayOf(circuit)) this.#relay.receive(road, circuit, part);
    else road?.ends.get(circuit)?.receive(part);
  }

  /** A request for a reserved method. */
  serve(actor: PeerActor, call: Call): void {
    const road = this.#roads.get(actor);
    const decoded = decode(call.payload);
    // No circuit goes through another one.
    if (road === undefined || !decoded.ok) return call.fail(failRequest('PAYLOAD_INVALID'));
    const { to, from, circuit } = Object(decoded.value);
    if (call.name === RELAY) this.#open(road, call, to);
    else if (call.name === ACCEPT) this.#accept(road, call, from, circuit);
    else this.#hangUp(road, call, circuit);
  }

  #open(road: Road, call: Call, to: unknown): void {
    const { host, relayLevel, observer } = this.#tools;
    if (typeof to !== 'string') return call.fail(failRequest('PAYLOAD_INVALID'));
    if (levels.indexOf(host.levelOf(road.id)) < levels.indexOf(relayLevel)) {
      observer.sought(road.id, to, 'full');
      return call.fail(failRequest('LEVEL_TOO_LOW'));
    }
    let isOver = false;
    const onRelayed = (relayed: Relayed): void => {
      if (isOver) return;
      isOver = true;
      observer.sought(road.id, to, relayed.outcome);
      if (relayed.outcome === 'opened') {
        call.answer(payloadOf('answer', { circuit: relayed.circuit }));
      } else {
        call.fail(failRequest(relayed.outcome === 'full' ? 'REQUESTS_FULL' : 'PEER_UNREACHABLE'));
      }
    };
    // Whoever is suspected is told of nobody.
    if (observer.bandOf(road.id) === 'suspect') return onRelayed({ outcome: 'unreachable' });
    const takeBack = this.#relay.open(road, to, onRelayed);
    call.onCancelled(() => {
      takeBack();
      onRelayed({ outcome: 'unreachable' });
    });
  }

  #accept(road: Road, call: Call, from: unknown, circuit: unknown): void {
    const { host } = this.#tools;
    const isNumber = isCircuit(Number(circuit));
    const isPeer = typeof from === 'string' && publicKeyOfPeer(from) !== undefined;
    if (!isNumber || !isPeer) return call.fail(failRequest('PAYLOAD_INVALID'));
    const number = Number(circuit);
    // Trap: whether `from` is welcome may not show here; its handshake ends as any that is refused.
    const isFree =
      host.accepts(from) &&
      !road.isRelayOf(number) &&
      !road.ends.has(number) &&
      road.ends.size < ENDS_MAX;
    const accepted = isFree && this.#admit(road, number, from);
    call.answer(payloadOf('answer', { accepted }));
  }

  #admit(road: Road, number: number, from: string): boolean {
    const { remote } = road.actor;
    const { admission } = this.#tools;
    let actor: Pick<PeerActor, 'drop'> | undefined;
    const drop = (): void => actor?.drop('crowded out');
    const entrant = remote && admission.carry(remote, drop);
    if (entrant === undefined) return false;
    const free = (): void => admission.free(entrant);
    actor = this.#end(road, number, 'responder', from, { onOpened: free, onEnded: free });
    return true;
  }

  #hangUp(road: Road, call: Call, circuit: unknown): void {
    const number = Number(circuit);
    if (road.isRelayOf(number)) this.#relay.hangUp(road, number);
    else road.ends.get(number)?.ended('closed');
    call.answer(payloadOf('answer', {}));
  }

  /** The end of a circuit here: the same protocol within it, from the handshake on. */
  #end(
    road: Road,
    number: number,
    role: 'initiator' | 'responder',
    expected: string,
    watcher: Watcher,
  ): PeerActor {
    const { kernel, host, ledger } = this.#tools;
    const { remote = { address: '', port: 0 } } = road.actor;
    const account = ledger.open(netgroupOf(remote.address), END_BYTES_MAX);
    account.peer = road.id;
    account.drop = () => link.drop();
    const link = new CircuitLink({
      ...{ clock: kernel.clock, remote, account },
      relay: (part) => road.relay(number, part),
      hangUp: () => {
        road.ends.delete(number);
        road.request(HANG_UP, { circuit: number }, () => {});
      },
    });
    road.ends.set(number, link);
    return host.relayed(
      { role, link, expected },
      {
        onOpened: (actor) => watcher.onOpened(actor),
        onEnded: (...how) => {
          road.ends.delete(number);
          watcher.onEnded(...how);
        },
      },
    );
  }

  #roadTo(id: string): Road | undefined {
    const actor = this.#tools.host.actorOf(id);
    return actor && this.#roads.get(actor);
  }

  /** Looks for a way through others, one at a time; whoever is found opens as any peer does. */
  seek(id: string, onFailed: () => void): void {
    if (this.#sought.has(id)) return;
    const { host, observer, breaker } = this.#tools;
    const candidates = [...this.#roads.values()].filter(
      (road) => road.id !== host.presentOf(id) && observer.bandOf(road.id) !== 'suspect',
    );
    const admitted = candidates.length > 0 ? breaker().admit() : undefined;
    if (admitted?.admitted !== true) return onFailed();
    this.#sought.add(id);
    const asked = this.#choose(candidates);
    this.#ask(id, asked, (isOpen) => {
      const hasWorked = isOpen || asked.some(({ isFaulty }) => !isFaulty);
      // Some that fail are no reason to do without the others.
      const hasFailed = candidates.every(({ isFaulty }) => isFaulty);
      if (hasWorked) admitted.succeed();
      else if (hasFailed) admitted.fail();
      else admitted.ignore();
      if (isOpen) return;
      this.#sought.delete(id);
      onFailed();
    });
  }

  /** Those that nobody watches, that led somewhere and are trusted, and any other one. */
  #choose(roads: readonly Road[]): readonly Road[] {
    const { host, random, observer } = this.#tools;
    const drawn = roads.map((road) => ({ road, luck: random.draw() }));
    drawn.sort(
      (a, b) =>
        bands[observer.bandOf(a.road.id)] - bands[observer.bandOf(b.road.id)] ||
        a.road.failures - b.road.failures ||
        host.trustOf(b.road.id) - host.trustOf(a.road.id) ||
        a.luck - b.luck,
    );
    const best = drawn.splice(0, RELAYS_MAX - 1);
    return [...best, ...drawn.sort((a, b) => a.luck - b.luck).slice(0, 1)].map(({ road }) => road);
  }

  /** One after the other. A relay that says that it has no way either does what relays do. */
  #ask(id: string, [first, ...others]: readonly Road[], onOver: (isOpen: boolean) => void): void {
    if (first === undefined) return onOver(false);
    const next = (isFaulty = true): void => {
      first.failures += 1;
      first.isFaulty = isFaulty;
      this.#ask(id, others, onOver);
    };
    first.actor.ask(RELAY, payloadOf('json', { to: id }), RELAY_MS, {
      onAnswered: (payload) => {
        const decoded = decode(payload);
        const number = decoded.ok ? Number(Object(decoded.value).circuit) : Number.NaN;
        const isOpen = isCircuit(number) && !first.isRelayOf(number);
        if (!isOpen || first.ends.has(number)) return next();
        this.#end(first, number, 'initiator', id, {
          onOpened: () => {
            first.failures = 0;
            first.isFaulty = false;
            onOver(true);
          },
          onEnded: ({ wasLive }) => {
            if (!wasLive) next();
          },
        });
      },
      onStreamed: (items) => {
        items.cancel();
        next();
      },
      onFailed: ({ code }) => next(!ANSWERS.includes(code)),
    });
  }

  /** The breaker of relayed connections moved, as that fact tells. */
  heed(breakerId: string): void {
    const isOpen = !this.#tools.breaker().hasTag('admitting');
    const type = isOpen ? 'relay.opened' : 'relay.closed';
    this.#breakerId = breakerId;
    this.#chart.send({ type, nowMs: this.#nowMs });
  }

  /** A relay that works says that it has no way from whoever asks to itself. */
  #probe(): void {
    this.seek(this.#tools.host.roster.ownId, () => {});
  }

  get #nowMs(): number {
    return this.#tools.kernel.clock.monotonicMs();
  }

  stop(): void {
    this.#chart.stop();
  }
}
