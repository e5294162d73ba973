import type { Arrival } from '../actors/network.ts';
import type { Target } from '../actors/peer/dial.ts';
import { type Circuit, PeerActor, type PeerOwner } from '../actors/peer/peer.actor.ts';
import type { Asker } from '../actors/peer/requests/asked.ts';
import type { Call } from '../actors/peer/requests/call.ts';
import type { Payload } from '../actors/peer/requests/payload.ts';
import type { Roster } from '../actors/peer/roster.ts';
import { type Frame, PASS_BYTES } from '../actors/peer/wire/frame.ts';
import type { Expected, RemotePeer } from '../actors/peer/wire/handshake.ts';
import { type Failure, failRequest } from '../actors/refusals.ts';
import type { PeerEnding } from '../machines/peer.machine.ts';
import type { Level } from '../machines/trust.ts';
import { Listeners } from './listeners.ts';
import { Peer } from './peer.ts';
import { type PeerSummary, summaryOf } from './peer-summary.ts';
import type { Guests, PeerHostTools, Watcher } from './peer-watcher.ts';
import { type Renewal, Renewals } from './renewals.ts';
import type { Routes } from './routes.ts';
import type { Signal } from './standing.ts';

export type { Guests, PeerHostTools, Watcher };

/** Whoever asked too often may ask again then. */
const RATE_MS = 1_000;
/** Of what is asked of reserved methods, which anybody may ask: it names a peer, or a circuit. */
const RESERVED_BYTES_MAX = 1_024;

/** Runs the peers of one runtime: who is let in, who is served, who has to go. */
export class PeerHost implements PeerOwner {
  readonly requestMs: number;
  /** Whoever dials it stops. */
  onLeave = (_id: string): void => {};
  /** Methods that peers have for each other, besides those of the embedder: SPEC section 8. */
  readonly reserved = new Map<string, (actor: PeerActor, call: Call) => void>();
  /** Asked of whoever admits. */
  grantPass = (): Uint8Array => new Uint8Array(PASS_BYTES);
  /** Ways through others. */
  routes: Routes | undefined;
  /** Whether it is dialled until it is there. */
  isSought = (_id: string): boolean => false;
  readonly #tools: PeerHostTools;
  readonly #live = new Set<PeerActor>();
  readonly #watchers = new Map<PeerActor, Watcher>();
  readonly #faces = new Map<string, Peer>();
  readonly #reaching = new Listeners<[isReached: boolean]>();
  readonly #silent = new Set<PeerActor>();
  readonly #unlinked = new Listeners();
  readonly #renewals: Renewals;
  #isClosing = false;
  #onEmpty = (): void => {};

  constructor(tools: PeerHostTools) {
    this.#tools = tools;
    this.requestMs = tools.requestMs;
    const { clock, self } = tools.peers;
    this.#renewals = new Renewals(clock, self);
  }

  get roster(): Roster {
    return this.#tools.roster;
  }

  /** How many are there and did not answer the last ping. */
  get silent(): number {
    return this.#silent.size;
  }

  presentOf(id: string): string {
    return this.#tools.kinship.presentOf(id);
  }

  knownOf(id: string): Expected {
    return this.#tools.kinship.knownOf(id);
  }

  actorOf(id: string): PeerActor | undefined {
    return this.#tools.roster.get(this.presentOf(id));
  }

  isConnected(id: string): boolean {
    return this.actorOf(id)?.isLive === true;
  }

  isLinked(id: string): boolean {
    const actor = this.actorOf(id);
    return actor?.carrier === 'ws' && !actor.isEnded;
  }

  /** Calls `listener` once no connection leads to it any more. Returns how to take that back. */
  onceUnlinked(id: string, listener: () => void): () => void {
    return this.#unlinked.add(id, listener);
  }

  trustOf(id: string): number {
    return this.#tools.standing.trustOf(id);
  }

  levelOf(id: string): Level {
    return this.#tools.standing.levelOf(id);
  }

  isGranted(id: string): boolean {
    return this.#tools.standing.isGranted(id);
  }

  judge(id: string, signal: Signal): void {
    if (signal === 'request.answered') this.actorOf(id)?.wasUseful();
    this.#tools.standing.judge(id, signal);
  }

  /** Who connects as somebody is one and the same, however often. */
  face(id: string): Peer {
    const present = this.presentOf(id);
    const face = this.#faces.get(present) ?? new Peer(this, present);
    this.#faces.set(present, face);
    return face;
  }

  /** Tells `asker` once what becomes of it, on a later turn. Returns how to take it back. */
  ask(id: string, method: string, payload: Payload, timeoutMs: number, asker: Asker): () => void {
    const actor = this.actorOf(id);
    if (actor !== undefined) {
      const { observer } = this.#tools;
      const { length } = payload.bytes;
      return actor.ask(method, payload, timeoutMs, observer.watching(id, method, length, asker));
    }
    const takeBack = this.#isClosing
      ? undefined
      : this.#tools.parcels.hold(id, method, payload, timeoutMs, asker);
    if (takeBack === undefined) {
      const failure = failRequest(this.#isClosing ? 'RUNTIME_STOPPED' : 'REQUESTS_FULL');
      this.#tools.peers.clock.soon(() => asker.onFailed(failure));
      return () => {};
    }
    this.#tools.peers.clock.soon(() => this.seek(id));
    return takeBack;
  }

  /** Looks for a way through others to whoever something waits for. */
  seek(id: string): void {
    if (this.#isClosing || this.isConnected(id) || !this.#tools.parcels.has(id)) return;
    this.reach(id, (isReached) => {
      if (!isReached) this.#given(id);
    });
  }

  /** Whoever was granted a level gets in whatever the pressure, if it dials again. */
  sendPass(id: string): void {
    const actor = this.actorOf(id);
    if (actor?.role !== 'responder' || actor.carrier !== 'ws') return;
    if (this.isGranted(id)) actor.say({ kind: 'pass', pass: this.grantPass() });
  }

  /** Through others: `done` is called once. */
  reach(id: string, done: (isReached: boolean) => void): void {
    this.#reaching.add(id, done);
    this.routes?.seek(id, () => this.#reached(id, false));
  }

  #reached(id: string, isReached: boolean): void {
    this.#reaching.tell(this.#tools.kinship.selvesOf(id), isReached);
  }

  /** There is none through others. If it is dialled as well, that may still lead to it. */
  #given(id: string): void {
    if (this.isSought(id)) return;
    this.#tools.parcels.refuse(id, failRequest('PEER_UNREACHABLE'));
  }

  /** Whether somebody who says to be that one may come through a relay: not who is welcome. */
  accepts(id: string): boolean {
    return !this.#isClosing && id !== this.#tools.roster.ownId;
  }

  /** Over a circuit, which is open already. */
  relayed(circuit: Circuit, watcher: Watcher): PeerActor {
    const actor = PeerActor.relayed(this.#tools.peers, this, circuit);
    this.#live.add(actor);
    this.#watchers.set(actor, watcher);
    return actor;
  }

  dial(target: Target, watcher: Watcher): PeerActor {
    const { peers, network, solve } = this.#tools;
    const actor = PeerActor.dialling(peers, this, target, { network, solve });
    this.#live.add(actor);
    this.#watchers.set(actor, watcher);
    return actor;
  }

  arrived(arrival: Arrival, watcher: Watcher): PeerActor {
    const actor = PeerActor.arrived(this.#tools.peers, this, arrival);
    this.#live.add(actor);
    this.#watchers.set(actor, watcher);
    return actor;
  }

  meets(peer: RemotePeer): boolean {
    const { standing, kinship } = this.#tools;
    const meeting = kinship.meet(peer);
    if (meeting === 'forged') standing.violated(peer.id, 'continuity');
    return meeting === 'itself';
  }

  admits(actor: PeerActor, peer: RemotePeer): boolean {
    const { standing, roster } = this.#tools;
    const id = this.presentOf(peer.id);
    const address = actor.remote?.address ?? '';
    if (this.#isClosing || !standing.isWelcome(id, address)) return false;
    return roster.add(actor, id);
  }

  /** This runtime has another key, or records of it, than before; whoever is there is told. */
  renewed(renewal: Renewal): void {
    this.#renewals.renew(renewal);
    for (const actor of [...this.#live]) if (actor.isLive) this.#renewals.tell(actor);
  }

  onChain({ peer }: PeerActor, chain: Uint8Array): boolean {
    if (peer === undefined || !this.#tools.kinship.hears(peer, chain)) return false;
    // What is open over a key that was revoked is answered, if it was revoked there.
    for (const other of [...this.#live]) {
      if (other.peer === undefined || !this.#tools.kinship.isOver(other.peer.id)) continue;
      if (other.peer === peer) other.close();
      else other.drop('revoked');
    }
    return true;
  }

  /** Whoever was known by an earlier id is there by its present one. */
  followed(id: string, earlier: readonly string[]): void {
    const { roster, guests, peers } = this.#tools;
    for (const each of earlier) {
      const face = this.#faces.get(each);
      if (face !== undefined && !this.#faces.has(id)) this.#faces.set(id, face);
      this.#faces.delete(each);
      peers.ledger.rename(each, id);
      if (!roster.rename(each, id)) continue;
      guests.left(each);
      guests.opened(id);
    }
  }

  onOpened(actor: PeerActor): void {
    const id = this.#idOf(actor);
    const openedId = this.#tools.kernel.tell('peer.opened', id, whereabouts(actor));
    this.routes?.opened(actor, id, openedId);
    this.sendPass(id);
    this.#renewals.tell(actor);
    this.#watchers.get(actor)?.onOpened(actor);
    this.#reached(id, true);
    for (const self of this.#tools.kinship.selvesOf(id)) this.#tools.parcels.forward(self, actor);
    this.#tools.guests.opened(id);
  }

  onRotated(actor: PeerActor): void {
    this.#tools.kernel.tell('peer.rotated', this.#idOf(actor), whereabouts(actor));
  }

  onRequest(actor: PeerActor, name: string, size: number): Failure | undefined {
    const id = this.#idOf(actor);
    const { standing, methods, peers } = this.#tools;
    if (this.#isClosing) return failRequest('PEER_REFUSED');
    if (actor.requests.take(1, peers.clock.monotonicMs())) {
      if (this.reserved.has(name)) {
        return size > RESERVED_BYTES_MAX ? failRequest('PAYLOAD_INVALID') : undefined;
      }
      return methods.refusalOf(name, standing.levelOf(id));
    }
    standing.judge(id, 'rate.exceeded');
    return failRequest('RATE_LIMITED', RATE_MS);
  }

  onCall(actor: PeerActor, call: Call): void {
    const id = this.#idOf(actor);
    const { standing, methods } = this.#tools;
    const serve = this.reserved.get(call.name);
    if (serve !== undefined) return serve(actor, call);
    methods.serve(call, this.face(id), () => standing.judge(id, 'payload.invalid'));
  }

  onFrame(actor: PeerActor, frame: Frame & { readonly kind: 'relay' | 'pass' }): void {
    if (frame.kind === 'relay') this.routes?.receive(actor, frame);
    else this.#watchers.get(actor)?.onPass?.(frame.pass.slice());
  }

  onHealth(actor: PeerActor, signal: 'health.answered' | 'health.timedOut'): void {
    if (signal === 'health.timedOut') this.#silent.add(actor);
    else this.#silent.delete(actor);
    this.#tools.standing.judge(this.#idOf(actor), signal);
  }

  onEnded(actor: PeerActor, ending: PeerEnding, because: string | null): void {
    const { roster, standing, kernel, guests } = this.#tools;
    roster.remove(actor);
    this.#live.delete(actor);
    this.#silent.delete(actor);
    this.#renewals.forget(actor);
    if (actor.peer !== undefined && actor.wasLive) {
      const id = this.#idOf(actor);
      if (ending === 'rules.violated') standing.violated(id, because ?? '');
      const told = { ...whereabouts(actor), ending, because };
      this.routes?.ended(actor, kernel.tell('peer.ended', id, told));
      if (roster.get(id) === undefined) {
        this.#faces.delete(id);
        guests.left(id);
      }
    }
    this.#watchers.get(actor)?.onEnded(actor, ending, because);
    this.#watchers.delete(actor);
    if (actor.peer !== undefined) this.#tellUnlinked(this.#idOf(actor));
    if (this.#live.size === 0) this.#onEmpty();
  }

  #tellUnlinked(id: string): void {
    if (!this.isLinked(id)) this.#unlinked.tell(this.#tools.kinship.selvesOf(id));
  }

  #idOf({ peer }: PeerActor): string {
    if (peer === undefined) throw new Error('it is not known who that is');
    return this.presentOf(peer.id);
  }

  summaries(): readonly PeerSummary[] {
    const { roster, peers } = this.#tools;
    const nowMs = peers.clock.monotonicMs();
    return Array.from(roster.all(), (actor) =>
      summaryOf(actor, this.#idOf(actor), nowMs, this.#tools),
    );
  }

  /** All that are there, and that this is so for. */
  dropWhere(isSo: (id: string, address: string) => boolean, because: string): void {
    // One that was replaced, and only answers what is open, as well.
    for (const actor of [...this.#live]) {
      if (actor.peer === undefined) continue;
      const { address = '' } = actor.remote ?? {};
      // Something may be known of what it was that nothing was known of when it came.
      if (!this.meets(actor.peer) || isSo(this.#idOf(actor), address)) actor.drop(because);
    }
  }

  /** Has all that are connected agree on new keys; says how many those are. */
  rotateKeys(): number {
    return [...this.#live].filter((actor) => actor.rotateKeys()).length;
  }

  /** It is not dialled any more; what is open with it is answered. */
  leave(id: string): void {
    this.onLeave(id);
    for (const self of this.#tools.kinship.selvesOf(id)) {
      this.#tools.parcels.refuse(self, failRequest('PEER_LOST'));
    }
    this.actorOf(id)?.close();
  }

  /**
   * Nothing new is let in or served; what is open is answered. Resolves once all have left;
   * undefined if nobody is there.
   */
  close(): Promise<void> | undefined {
    this.#isClosing = true;
    if (this.#live.size === 0) return undefined;
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const actor of [...this.#live]) actor.close();
    return empty;
  }

  /** All at once. */
  drop(): void {
    this.#isClosing = true;
    for (const actor of [...this.#live]) actor.drop('shut down');
  }
}

const whereabouts = ({ role, carrier, remote }: PeerActor) => ({
  role,
  carrier,
  address: remote?.address ?? '',
});
