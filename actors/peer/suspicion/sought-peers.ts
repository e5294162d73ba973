import type { Clock } from '../../../storage/ports.ts';
import { Recent } from '../door/recent.ts';

const HOUR_MS = 3_600_000;
/** Different ones within an hour are many. */
const MANY = 24;
/** Whoever got a way to a peer may have looked for so many more. */
const FOUND = 4;
const SEEKERS_MAX = 4_096;
/** Of an id that is not kept whole. */
const CHARACTERS = 12;

interface Seeker {
  sinceMs: number;
  readonly missed: Set<string>;
}

/**
 * Whoever asks for a way to many peers that it gets none to, each another one: it looks who is
 * there. Who asks for the same one again and again is only patient.
 */
export class SoughtPeers {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #seekers = new Recent<Seeker>(SEEKERS_MAX);

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  found(id: string): void {
    const missed = this.#seekers.find(id)?.missed;
    for (const to of [...(missed ?? [])].slice(0, FOUND)) missed?.delete(to);
  }

  /** True if these are many by now; then they are counted anew. */
  missed(id: string, to: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    const seeker = this.#seekers.use(id, () => ({ sinceMs: nowMs, missed: new Set() }));
    if (nowMs - seeker.sinceMs >= HOUR_MS) {
      seeker.sinceMs = nowMs;
      seeker.missed.clear();
    }
    seeker.missed.add(to.slice(0, CHARACTERS));
    if (seeker.missed.size < MANY) return false;
    seeker.missed.clear();
    return true;
  }
}
