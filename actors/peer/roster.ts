import { type Candidate, evictee } from '../../machines/eviction.ts';
import type { Clock } from '../../storage/ports.ts';
import { wideGroupOf } from './address.ts';
import type { PeerActor } from './peer.actor.ts';

/**
 * Two that dial each other at once both keep the connection of the one with the lower id; a later
 * one is there because the earlier one is dead on the other side.
 */
const SIMULTANEOUS_MS = 10_000;

export interface RosterTools {
  readonly clock: Clock;
  /** Who this side is by now. */
  ownId(): string;
  readonly peersMax: number;
  /** A keyed hash of a netgroup, 0 to 1. */
  draw(netgroup: string): number;
  trustOf(id: string): number;
  /** Whoever it is by now. */
  presentOf(id: string): string;
  /** Whoever was granted a level is not evicted. */
  isGranted(id: string): boolean;
}

/** What is asked of a connection here. */
export type Guest = Pick<
  PeerActor,
  'role' | 'carrier' | 'remote' | 'pingMs' | 'usefulAtMs' | 'sinceMs' | 'peer' | 'drop' | 'close'
>;

/** Who is connected: each identity once, and at most so many. */
export class Roster<Connected extends Guest = PeerActor> {
  readonly #tools: RosterTools;
  readonly #byId = new Map<string, Connected>();

  constructor(tools: RosterTools) {
    this.#tools = tools;
  }

  get ownId(): string {
    return this.#tools.ownId();
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Connected | undefined {
    return this.#byId.get(id);
  }

  all(): Iterable<Connected> {
    return this.#byId.values();
  }

  /** Makes room for it, and lets it in; false if there is none. */
  add(actor: Connected, id: string): boolean {
    const before = this.#byId.get(id);
    if (before !== undefined) {
      if (this.#keeps(before, actor, id)) return false;
      this.#byId.set(id, actor);
      // What is open over a circuit is answered there.
      if (before.carrier === 'relay') before.close();
      else before.drop('replaced');
    } else if (this.#byId.size >= this.#tools.peersMax && !this.#makeRoom(actor, id)) return false;
    this.#byId.set(id, actor);
    return true;
  }

  remove(actor: Connected): void {
    const id = actor.peer && this.#tools.presentOf(actor.peer.id);
    if (id !== undefined && this.#byId.get(id) === actor) this.#byId.delete(id);
  }

  /** It is there by another id from now on. True if it was there by that one. */
  rename(from: string, to: string): boolean {
    const actor = this.#byId.get(from);
    if (actor === undefined) return false;
    this.#byId.delete(from);
    // One that is there by both ids stays by its present key.
    if (this.#byId.has(to)) actor.close();
    else this.#byId.set(to, actor);
    return true;
  }

  #keeps(before: Guest, actor: Guest, id: string): boolean {
    const { clock } = this.#tools;
    if (before.carrier === 'relay' && actor.carrier === 'ws') return false;
    const isLate = clock.monotonicMs() - before.sinceMs > SIMULTANEOUS_MS;
    if (isLate) return false;
    if (before.carrier !== actor.carrier) return true;
    if (before.role === actor.role) return false;
    return before.role === (this.ownId < id ? 'initiator' : 'responder');
  }

  /** Those that we dialled are never evicted for those that arrive. */
  #makeRoom(newcomer: Guest, id: string): boolean {
    const inbound = [...this.#byId].filter(
      ([known, { role }]) => role === 'responder' && !this.#tools.isGranted(known),
    );
    const candidates = inbound.map(([known, actor]) => this.#candidate(known, actor));
    const isSafe = newcomer.role === 'initiator' || this.#tools.isGranted(id);
    if (!isSafe) candidates.push(this.#candidate(id, newcomer));
    const leaving = evictee(candidates);
    if (leaving === undefined || leaving.id === id) return false;
    this.#byId.get(leaving.id)?.drop('evicted');
    this.#byId.delete(leaving.id);
    return true;
  }

  #candidate(id: string, { remote, pingMs, usefulAtMs, sinceMs }: Guest): Candidate {
    const netgroup = remote === undefined ? '' : wideGroupOf(remote.address);
    const netgroupDraw = this.#tools.draw(netgroup);
    const trust = this.#tools.trustOf(id);
    return { id, netgroup, netgroupDraw, pingMs, usefulAtMs, sinceMs, trust };
  }

  /** Whoever is trusted least, for when there is too much to do; undefined if all are granted. */
  leastTrusted(): Connected | undefined {
    const { trustOf, isGranted } = this.#tools;
    let least: Connected | undefined;
    let trust = Number.POSITIVE_INFINITY;
    for (const [id, actor] of this.#byId) {
      if (isGranted(id) || trustOf(id) >= trust) continue;
      least = actor;
      trust = trustOf(id);
    }
    return least;
  }
}
