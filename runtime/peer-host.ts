import type { Arrival, Network } from '../actors/network.ts';
import type { Target } from '../actors/peer/dial.ts';
import type { Parcels } from '../actors/peer/parcels.ts';
import {
  type Circuit,
  PeerActor,
  type PeerOwner,
  type PeerTools,
} from '../actors/peer/peer.actor.ts';
import type { Asker } from '../actors/peer/requests/asked.ts';
import type { Call } from '../actors/peer/requests/call.ts';
import type { Payload } from '../actors/peer/requests/payload.ts';
import type { Roster } from '../actors/peer/roster.ts';
import { type Frame, PASS_BYTES } from '../actors/peer/wire/frame.ts';
import type { RemotePeer } from '../actors/peer/wire/handshake.ts';
import { type Failure, failRequest } from '../actors/refusals.ts';
import type { Kernel } from '../actors/world.ts';
import type { PeerEnding } from '../machines/peer.machine.ts';
import type { Level } from '../machines/trust.ts';
import type { Methods } from './methods.ts';
import { Peer } from './peer.ts';
import type { Routes } from './routes.ts';
import type { Signal, Standing } from './standing.ts';

export interface PeerHostTools {
  readonly kernel: Pick<Kernel, 'tell'>;
  readonly network: Network;
  readonly peers: PeerTools;
  readonly roster: Roster;
  readonly standing: Standing;
  readonly methods: Methods;
  readonly parcels: Parcels;
  /** Hears of every peer that comes, and when it is there no more. */
  readonly guests: Guests;
  readonly requestMs: number;
  solve(challenge: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined>;
}

/** Whoever has to do with each peer that is there. */
export interface Guests {
  opened(id: string): void;
  left(id: string): void;
}

/** A peer that is connected. */
export interface PeerSummary {
  readonly id: string;
  readonly address: string;
  /** True if it was dialled here. */
  readonly dialled: boolean;
  /** How long it has been there. */
  readonly connectedMs: number;
  /** The shortest way there and back; undefined before the first answer. */
  readonly pingMs: number | undefined;
  readonly trust: number;
  readonly level: Level;
  /** What its level comes to at methods that a sandbox serves: no more than can be kept in now. */
  readonly sandboxedLevel: Level;
}

/** Hears of one connection what its owner alone needs to know. */
export interface Watcher {
  /** It lets whoever shows it in, whatever the pressure. */
  onPass?(pass: Uint8Array): void;
  onOpened(actor: Pick<PeerActor, 'peer'>): void;
  onEnded(
    actor: Pick<PeerActor, 'wasLive' | 'claimed'>,
    ending: PeerEnding,
    because: string | null,
  ): void;
}

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
  readonly #reaching = new Map<string, Set<(isReached: boolean) => void>>();
  readonly #silent = new Set<PeerActor>();
  readonly #unlinked = new Map<string, Set<() => void>>();
  #isClosing = false;
  #onEmpty = (): void => {};

  constructor(tools: PeerHostTools) {
    this.#tools = tools;
    this.requestMs = tools.requestMs;
  }

  get roster(): Roster {
    return this.#tools.roster;
  }

  /** How many are there and did not answer the last ping. */
  get silent(): number {
    return this.#silent.size;
  }

  isConnected(id: string): boolean {
    return this.#tools.roster.get(id)?.isLive === true;
  }

  isLinked(id: string): boolean {
    const actor = this.#tools.roster.get(id);
    return actor?.carrier === 'ws' && !actor.isEnded;
  }

  /** Calls `listener` once no connection leads to it any more. Returns how to take that back. */
  onceUnlinked(id: string, listener: () => void): () => void {
    const waiting = this.#unlinked.get(id) ?? new Set();
    this.#unlinked.set(id, waiting.add(listener));
    return () => {
      waiting.delete(listener);
      if (waiting.size === 0 && this.#unlinked.get(id) === waiting) this.#unlinked.delete(id);
    };
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
    const actor = this.#tools.roster.get(id);
    if (signal === 'request.answered' && actor !== undefined) actor.wasUseful();
    this.#tools.standing.judge(id, signal);
  }

  /** Who connects as somebody is one and the same, however often. */
  face(id: string): Peer {
    const known = this.#faces.get(id);
    if (known !== undefined) return known;
    const face = new Peer(this, id);
    this.#faces.set(id, face);
    return face;
  }

  /** Tells `asker` once what becomes of it, on a later turn. Returns how to take it back. */
  ask(id: string, method: string, payload: Payload, timeoutMs: number, asker: Asker): () => void {
    const actor = this.#tools.roster.get(id);
    if (actor !== undefined) return actor.ask(method, payload, timeoutMs, asker);
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
    const actor = this.#tools.roster.get(id);
    if (actor?.role !== 'responder' || actor.carrier !== 'ws') return;
    if (this.isGranted(id)) actor.say({ kind: 'pass', pass: this.grantPass() });
  }

  /** Through others: `done` is called once. */
  reach(id: string, done: (isReached: boolean) => void): void {
    const waiting = this.#reaching.get(id) ?? new Set();
    this.#reaching.set(id, waiting.add(done));
    this.routes?.seek(id, () => this.#reached(id, false));
  }

  #reached(id: string, isReached: boolean): void {
    const waiting = this.#reaching.get(id) ?? [];
    this.#reaching.delete(id);
    for (const done of waiting) done(isReached);
  }

  /** There is none through others. If it is dialled as well, that may still lead to it. */
  #given(id: string): void {
    if (this.isSought(id)) return;
    this.#tools.parcels.refuse(id, failRequest('PEER_UNREACHABLE'));
  }

  /** Whether somebody may come through a relay. */
  accepts(id: string, address: string): boolean {
    const { standing, roster } = this.#tools;
    return !this.#isClosing && id !== roster.ownId && standing.isWelcome(id, address);
  }

  /** Over a circuit, which is open already. */
  relayed(circuit: Circuit, watcher: Watcher): void {
    const actor = PeerActor.relayed(this.#tools.peers, this, circuit);
    this.#live.add(actor);
    this.#watchers.set(actor, watcher);
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

  admits(actor: PeerActor, { id }: RemotePeer): boolean {
    const { standing, roster } = this.#tools;
    const address = actor.remote?.address ?? '';
    if (this.#isClosing || !standing.isWelcome(id, address)) return false;
    return roster.add(actor, id);
  }

  onOpened(actor: PeerActor): void {
    const { id } = known(actor);
    const openedId = this.#tools.kernel.tell('peer.opened', id, whereabouts(actor));
    this.routes?.opened(actor, id, openedId);
    this.sendPass(id);
    this.#watchers.get(actor)?.onOpened(actor);
    this.#reached(id, true);
    this.#tools.parcels.forward(id, actor);
    this.#tools.guests.opened(id);
  }

  onRotated(actor: PeerActor): void {
    this.#tools.kernel.tell('peer.rotated', known(actor).id, whereabouts(actor));
  }

  onRequest(actor: PeerActor, name: string, size: number): Failure | undefined {
    const { id } = known(actor);
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
    const { id } = known(actor);
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
    this.#tools.standing.judge(known(actor).id, signal);
  }

  onEnded(actor: PeerActor, ending: PeerEnding, because: string | null): void {
    const { roster, standing, kernel, guests } = this.#tools;
    roster.remove(actor);
    this.#live.delete(actor);
    this.#silent.delete(actor);
    if (actor.peer !== undefined && actor.wasLive) {
      const { id } = actor.peer;
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
    if (actor.peer !== undefined) this.#tellUnlinked(actor.peer.id);
    if (this.#live.size === 0) this.#onEmpty();
  }

  #tellUnlinked(id: string): void {
    const waiting = this.#unlinked.get(id);
    if (waiting === undefined || this.isLinked(id)) return;
    this.#unlinked.delete(id);
    for (const listener of waiting) listener();
  }

  summaries(): readonly PeerSummary[] {
    const { roster, standing, peers, methods } = this.#tools;
    const nowMs = peers.clock.monotonicMs();
    return [...roster.all()].map((actor) => {
      const { id } = known(actor);
      return {
        id,
        address: actor.remote?.address ?? '',
        dialled: actor.role === 'initiator',
        connectedMs: nowMs - actor.sinceMs,
        pingMs: Number.isFinite(actor.pingMs) ? actor.pingMs : undefined,
        trust: standing.trustOf(id),
        level: standing.levelOf(id),
        sandboxedLevel: methods.sandboxedLevel(standing.levelOf(id)),
      };
    });
  }

  /** All that are there, and that this is so for. */
  dropWhere(isSo: (id: string, address: string) => boolean, because: string): void {
    // One that was replaced, and only answers what is open, as well.
    for (const actor of [...this.#live]) {
      const id = actor.peer?.id;
      if (id !== undefined && isSo(id, actor.remote?.address ?? '')) actor.drop(because);
    }
  }

  /** Has all that are connected agree on new keys; says how many those are. */
  rotateKeys(): number {
    return [...this.#live].filter((actor) => actor.rotateKeys()).length;
  }

  /** It is not dialled any more; what is open with it is answered. */
  leave(id: string): void {
    this.onLeave(id);
    this.#tools.parcels.refuse(id, failRequest('PEER_LOST'));
    this.#tools.roster.get(id)?.close();
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

function known({ peer }: PeerActor): RemotePeer {
  if (peer === undefined) throw new Error('it is not known who that is');
  return peer;
}

const whereabouts = ({ role, carrier, remote }: PeerActor) => ({
  role,
  carrier,
  address: remote?.address ?? '',
});
