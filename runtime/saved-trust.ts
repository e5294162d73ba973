import { Offenders } from '../actors/peer/offenders.ts';
import type { Reputation, TrustKeeper } from '../actors/peer/reputation.ts';
import { publicKeyOfPeer } from '../actors/peer/wire/peer-id.ts';
import { distanceAt, isBanned, type Trust } from '../machines/trust.ts';
import type { Clock } from '../storage/ports.ts';
import type { Persistence, Saver } from './kernel/persistence.ts';
import { savedTrust } from './options/trust.ts';

const PREFIX = 'trust/';
/** Half of the names that state has room for: the rest is for actors and breakers. */
const IDENTITIES_MAX = 50_000;
/** Who is as near to a stranger is one. */
const STRANGE = 0.05;

/**
 * Trust over a restart of the process, a name for each identity. Of more than 50,000 those are kept
 * that a stranger is most unlike: as in offenders.ts, whoever was granted a level or is banned goes
 * last.
 */
class SavedTrust implements Saver, TrustKeeper {
  readonly #persistence: Persistence;
  readonly #saved: Offenders;

  constructor(persistence: Persistence, identitiesMax: number) {
    this.#persistence = persistence;
    this.#saved = new Offenders(identitiesMax);
  }

  /** Hands over what was saved. What is of no use is refused, and begins as a stranger. */
  restore(reputation: Reputation, nowMs: number): void {
    this.#persistence.restore(PREFIX, (id, value) => {
      const { data: trust, error } = savedTrust.safeParse(value);
      if (trust === undefined) return error.issues[0]?.path.join('.') ?? '';
      if (publicKeyOfPeer(id) === undefined) return 'id';
      if (isStranger(trust, nowMs)) {
        this.#remove(id);
      } else {
        reputation.restore(id, trust);
        this.#saved.set(id, trust, nowMs, (forgotten) => this.#remove(forgotten));
      }
      return undefined;
    });
  }

  changed(id: string, trust: Trust, nowMs: number): void {
    const hasRoom = this.#saved.set(id, trust, nowMs, (forgotten) => this.#remove(forgotten));
    if (hasRoom) this.#mark(id);
  }

  forgotten(id: string): void {
    if (!this.#saved.has(id)) return;
    this.#saved.forget(id);
    this.#remove(id);
  }

  markAll(): void {
    for (const id of this.#saved.ids()) this.#mark(id);
  }

  #mark(id: string): void {
    const take = (): unknown =>
      this.#saved.has(id) ? { v: 1, ...this.#saved.get(id) } : undefined;
    this.#persistence.mark(PREFIX + id, { take });
  }

  #remove(id: string): void {
    this.#persistence.remove(PREFIX + id);
  }
}

const isStranger = (trust: Trust, nowMs: number): boolean =>
  trust.granted === 'untrusted' && !isBanned(trust, nowMs) && distanceAt(trust, nowMs) < STRANGE;

/** Trust goes on from what was saved of it, and is saved from now on. */
export function saveTrust(
  persistence: Persistence,
  reputation: Reputation,
  clock: Pick<Clock, 'wallMs'>,
  identitiesMax: number = IDENTITIES_MAX,
): void {
  const saved = new SavedTrust(persistence, identitiesMax);
  saved.restore(reputation, clock.wallMs());
  persistence.add(saved);
  reputation.keepWith(saved);
}
