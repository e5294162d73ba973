import { Overdue } from '../actors/deadline.ts';
import type { FeedStanding } from '../actors/feed.actor.ts';
import type { Door, Listener, Network } from '../actors/network.ts';
import { onAbort } from '../actors/on-abort.ts';
import type { Ledger, Usage } from '../actors/peer/ledger.ts';
import type { Observer } from '../actors/peer/suspicion/observer.ts';
import { publicKeyOfPeer } from '../actors/peer/wire/peer-id.ts';
import { floorOf } from '../machines/isolation.ts';
import type { Sign } from '../machines/suspicion.ts';
import { Connection, type ConnectionTools, strayed } from './connection.ts';
import { HoldfastError } from './errors.ts';
import type { Feeds } from './feeds.ts';
import { listenFailed } from './listen-failed.ts';
import type { Handler, Methods } from './methods.ts';
import {
  type ConnectOptionsInput,
  connectOptions,
  type HandleOptionsInput,
  handleOptions,
  type ListenOptionsInput,
  listenOptions,
  methodName,
  type OutputOf,
  type StandardSchema,
} from './options/peer.ts';
import { readOptions } from './options/read.ts';
import type { BanOptionsInput, GrantOptionsInput, UnbanOptionsInput } from './options/trust.ts';
import type { OwnIdentity } from './own-identity.ts';
import type { OwnModes } from './own-modes.ts';
import type { Peer } from './peer.ts';
import type { PeerBlacklist } from './peer-blacklist.ts';
import type { PeerSummary } from './peer-summary.ts';
import type { AddressExplanation, Explanation, PeerTrust } from './peer-trust.ts';
import { sandboxedHandler } from './sandboxed-handler.ts';
import type { Sandboxes } from './sandboxes.ts';

export interface PeersTools extends ConnectionTools {
  readonly self: Pick<OwnIdentity, 'id' | 'fault'>;
  readonly methods: Methods;
  readonly ownModes: Pick<OwnModes, 'gate'>;
  readonly sandboxes: Pick<Sandboxes, 'run' | 'shares'>;
  readonly trust: PeerTrust;
  readonly blacklist: PeerBlacklist;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly trustedProxies: readonly string[];
  readonly door: Door;
  readonly feeds: Pick<Feeds, 'standings'>;
  readonly observer: Pick<Observer, 'suspicions'>;
  readonly connectionsMax: number;
  /** The first peer may come, or is dialled. */
  onBegun(): void;
  /** Nobody comes any more. */
  onOver(): void;
}

/** What the connections that are open have cost so far. */
export interface PeersUsage {
  readonly total: Readonly<Usage>;
  /** By peer id. */
  readonly byPeer: ReadonlyMap<string, Readonly<Usage>>;
  /** By /24, or /64 of IPv6. */
  readonly byNetgroup: ReadonlyMap<string, Readonly<Usage>>;
}

const URL_CHARACTERS_MAX = 2_048;

/** Other runtimes: those that come here, and those that this one reaches. */
export class Peers {
  /** Identities that are known to be malicious: refused as banned ones are, for good. */
  readonly blacklist: PeerBlacklist;
  readonly #tools: PeersTools;
  readonly #listeners = new Set<Listener>();
  readonly #connections = new Map<string, Connection>();
  #isClosed = false;

  constructor(tools: PeersTools) {
    this.blacklist = tools.blacklist;
    this.#tools = tools;
    tools.host.isSought = (peer) =>
      [...this.#connections.values()].some((each) => each.leadsTo(peer));
    tools.host.onLeave = (peer) => {
      for (const each of [...this.#connections.values()]) if (each.leadsTo(peer)) each.close();
    };
  }

  /**
   * Who this runtime is to others: its present public key in base32.
   * @throws {HoldfastError} as `fault` is.
   */
  get id(): string {
    return this.#tools.self.id;
  }

  /**
   * Why this runtime is nobody to others: its identity keys are lost, and the first may have had
   * its time. Undefined if it is somebody.
   */
  get fault(): HoldfastError | undefined {
    return this.#tools.self.fault;
  }

  /**
   * From now on peers get their answers to `name` from `handler`. `effect` is `write` and `level`
   * is `verified` unless told. With `sandbox`, that code answers, in a sandbox that is as strong as
   * the level asks for, and there is no handler.
   * @throws {TypeError | RangeError} for a name that has a handler already, and for bad options.
   * @throws {HoldfastError} RUNTIME_STOPPED.
   */
  handle<Schema extends StandardSchema>(
    name: string,
    options: HandleOptionsInput & { readonly input: Schema },
    handler: Handler<OutputOf<Schema>>,
  ): void;
  handle(name: string, options: HandleOptionsInput, handler: Handler<unknown>): void;
  handle(name: string, options: HandleOptionsInput & { readonly sandbox: string }): void;
  handle(name: string, options: HandleOptionsInput, handler?: Handler<never>): void {
    readOptions(methodName, 'handle.name', name);
    const { sandbox, mode, ...given } = readOptions(handleOptions, 'handle', options);
    if (sandbox === undefined ? typeof handler !== 'function' : handler !== undefined) {
      const expected = sandbox === undefined ? 'a function' : 'left out, for a sandbox answers';
      throw new TypeError(`handler must be ${expected}, got ${typeof handler}`);
    }
    this.#mustBeOpen();
    const { methods, sandboxes, ownModes } = this.#tools;
    const gate = mode === undefined ? undefined : ownModes.gate('handle.mode', mode);
    const read = { ...given, gate };
    if (handler !== undefined) return methods.add(name, read, handler);
    const floor = floorOf(given.level);
    methods.add(name, { ...read, floor }, sandboxedHandler(sandboxes, sandbox ?? '', floor));
  }

  /**
   * Lets peers in. Several may be listened at.
   * @throws {HoldfastError} LISTEN_FAILED, RUNTIME_STOPPED; as `fault` is.
   */
  async listen(options: ListenOptionsInput = {}): Promise<Listener> {
    const { host, port } = readOptions(listenOptions, 'listen', options);
    this.#mustBeOpen();
    this.#mustBeSomebody();
    const { network, trustedProxies, door, onBegun } = this.#tools;
    onBegun();
    const listening = network.listen({ host, port, trustedProxies }, door);
    const listener = await listening.catch((error: unknown) => {
      const isLate = error instanceof Overdue;
      throw isLate ? listenFailed({ host, port }, error.code, { cause: error }) : error;
    });
    this.#listeners.add(listener);
    if (this.#isClosed) listener.close();
    return {
      url: listener.url,
      close: () => {
        this.#listeners.delete(listener);
        listener.close();
      },
    };
  }

  /** Where this runtime listens. */
  get urls(): readonly string[] {
    return [...this.#listeners].map(({ url }) => url);
  }

  /**
   * The peer at a url, once each has proved to the other who it is. From then on it is dialled
   * again whenever the connection is lost, until `peer.close()`. Or the peer of an id, through
   * others that both are connected to.
   * @throws {TypeError | RangeError} for what is no url of a peer.
   * @throws {HoldfastError} PEER_UNREACHABLE, PEER_REFUSED, PEER_IDENTITY_CHANGED, BREAKER_OPEN,
   * PEERS_LIMIT, RUNTIME_STOPPED; as `fault` is. Rejects with the reason of `signal`.
   */
  async connect(target: string, options: ConnectOptionsInput = {}): Promise<Peer> {
    const { identity, signal } = readOptions(connectOptions, 'connect', options);
    const isId = typeof target === 'string' && publicKeyOfPeer(target) !== undefined;
    const url = isId ? undefined : targetOf(target);
    this.#mustBeOpen();
    this.#mustBeSomebody();
    signal?.throwIfAborted();
    this.#tools.onBegun();
    if (url === undefined) return await this.#through(target, signal);
    return await this.#connectionTo(url, identity).opened(identity, signal);
  }

  #through(id: string, signal: AbortSignal | undefined): Promise<Peer> {
    const { host } = this.#tools;
    if (host.isConnected(id)) return Promise.resolve(host.face(id));
    return new Promise((resolve, reject) => {
      const forget = signal && onAbort(signal, () => reject(signal.reason));
      host.reach(id, (isReached) => {
        forget?.();
        if (isReached) resolve(host.face(id));
        else reject(new HoldfastError('PEER_UNREACHABLE', 'nobody connects to the peer', { id }));
      });
    });
  }

  #connectionTo(target: URL, identity: string | undefined): Connection {
    const known = this.#connections.get(target.href);
    if (known?.accepts(identity) === true) return known;
    if (known?.isOpen === true) throw strayed(target.href);
    known?.close();
    const { connectionsMax } = this.#tools;
    if (this.#connections.size >= connectionsMax) {
      const message = `limits.peersMax: ${connectionsMax} peers are dialled already`;
      throw new HoldfastError('PEERS_LIMIT', message, { connectionsMax });
    }
    const connection = new Connection(target, identity, this.#tools, () => {
      if (this.#connections.get(target.href) === connection) this.#connections.delete(target.href);
    });
    this.#connections.set(target.href, connection);
    connection.begin();
    return connection;
  }

  /**
   * Gives a peer a level that no failing and no time takes back, but for a broken rule; `untrusted`
   * takes it back. Resolves once it is in the audit log: no record, no grant.
   * @throws {TypeError | RangeError} naming the field.
   * @throws {HoldfastError} AUDIT_UNAVAILABLE, AUDIT_QUEUE_FULL, RUNTIME_STOPPED.
   */
  async grant(id: string, options: GrantOptionsInput): Promise<void> {
    await this.#tools.trust.grant(id, options);
    this.#tools.host.sendPass(id);
  }

  /**
   * Bans an identity, an address or a CIDR range: at once, whatever the audit log says; its record
   * follows. A ban that runs for longer stays.
   * @throws {TypeError | RangeError} naming the field. @throws {HoldfastError} RUNTIME_STOPPED.
   */
  ban(target: string, options: BanOptionsInput): void {
    this.#mustBeOpen();
    this.#tools.trust.ban(target, options);
  }

  /** Ends a ban. As `grant`. */
  async unban(target: string, options: UnbanOptionsInput = {}): Promise<void> {
    await this.#tools.trust.unban(target, options);
  }

  /**
   * Why a peer is trusted as it is: the records in the audit log that made its score, replayed; and
   * how much it looks like a honeypot or a sensor, by what.
   * Reads the whole log, whatever the peer: about 0.1 ms for each record in it.
   * @throws {TypeError} for what is no peer id. @throws {HoldfastError} DATA_DAMAGED.
   */
  async explain(id: string): Promise<Explanation> {
    return await this.#tools.trust.explain(id);
  }

  /**
   * What keeps an address out, if anything does: which list, in which line.
   * @throws {TypeError} for what is no address.
   */
  explainAddress(address: string): AddressExplanation {
    return this.#tools.trust.explainAddress(address);
  }

  /** How each of `network.feeds` stands. */
  feeds(): readonly FeedStanding[] {
    return this.#tools.feeds.standings();
  }

  /** How often each sign of a honeypot or a sensor was seen, whoever it was. */
  signs(): ReadonlyMap<Sign, number> {
    return this.#tools.observer.suspicions.counts;
  }

  /** Who is connected. */
  list(): readonly PeerSummary[] {
    return this.#tools.host.summaries();
  }

  /**
   * What those that are connected have cost: bytes, frames and requests each way, milliseconds of
   * cryptography and of handlers, and bytes of memory that are held for them now. Of whoever has
   * left, nothing is left.
   */
  usage(): PeersUsage {
    const { ledger } = this.#tools;
    return { total: ledger.total(), byPeer: ledger.byPeer(), byNetgroup: ledger.byNetgroup() };
  }

  /**
   * How many are connected; of those, how many did not answer the last ping; and how many that are
   * dialled from here are away.
   */
  attendance(): { readonly connected: number; readonly silent: number; readonly away: number } {
    const { host } = this.#tools;
    const away = [...this.#connections.values()].filter(({ isAway }) => isAway).length;
    return { connected: host.roster.size, silent: host.silent, away };
  }

  /** The peer of that identity; undefined if it is not connected. */
  find(id: string): Peer | undefined {
    return this.#tools.host.isConnected(id) ? this.#tools.host.face(id) : undefined;
  }

  /** Nobody new is let in; what is open is answered. Undefined if nobody is there. */
  close(): Promise<void> | undefined {
    this.#isClosed = true;
    for (const listener of this.#listeners) listener.close();
    for (const connection of [...this.#connections.values()]) connection.close(stopped());
    return this.#tools.host.close();
  }

  /** All at once: whoever is still there is let go. */
  drop(): void {
    this.#isClosed = true;
    for (const listener of this.#listeners) listener.close();
    this.#tools.host.drop();
    this.#tools.onOver();
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw stopped();
  }

  #mustBeSomebody(): void {
    const { fault } = this.#tools.self;
    if (fault !== undefined) throw fault;
  }
}

const stopped = () => new HoldfastError('RUNTIME_STOPPED', 'the runtime has stopped');

function targetOf(url: unknown): URL {
  if (typeof url !== 'string') throw new TypeError(`target must be a string, got ${typeof url}`);
  const isWhole = url.length <= URL_CHARACTERS_MAX && URL.canParse(url);
  const target = isWhole ? new URL(url) : undefined;
  const isBare =
    target !== undefined && `${target.username}${target.password}${target.hash}` === '';
  if (isBare && target.protocol === 'ws:') return target;
  const kind = 'a ws: url of at most 2048 characters, without user, password and fragment';
  throw new RangeError(`target must be a peer id, or ${kind}`);
}
