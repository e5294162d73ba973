import type { PeerActor } from '../actors/peer/peer.actor.ts';
import { tellRotated } from '../actors/peer/renaming.ts';
import type { Self } from '../actors/peer/self.ts';
import { isSame } from '../actors/peer/wire/continuity.ts';
import type { Cancel, Clock } from '../storage/ports.ts';

/** That this runtime has another key. */
export interface Renewal {
  readonly chain: Uint8Array;
  /** Whether that one still stands for it. */
  isHonoured(key: Uint8Array): boolean;
}

type Connected = Pick<PeerActor, 'ask' | 'ownKey' | 'isEnded' | 'close'>;

/** Has those that are connected by an earlier key of this runtime know the present one. */
export class Renewals {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #self: Self;
  /** Those that were told too often, and are told again. */
  readonly #untold = new Map<Connected, Cancel>();
  #renewal: Renewal | undefined;

  constructor(clock: Pick<Clock, 'after'>, self: Self) {
    this.#clock = clock;
    this.#self = self;
  }

  renew(renewal: Renewal): void {
    this.#renewal = renewal;
  }

  /** Whoever is connected to a key that had its time dials the present one. */
  tell(actor: Connected, isAgain = false): void {
    const isPresent = isSame(actor.ownKey, this.#self.credentials.identity.publicKey);
    if (this.#renewal === undefined || isPresent) return;
    const { chain, isHonoured } = this.#renewal;
    tellRotated(actor, chain, (againAfterMs) => {
      const isOver = !isHonoured(actor.ownKey);
      if (againAfterMs !== undefined && !(isOver && isAgain)) this.#tellAgain(actor, againAfterMs);
      else if (isOver) actor.close();
    });
  }

  #tellAgain(actor: Connected, afterMs: number): void {
    if (actor.isEnded || this.#untold.has(actor)) return;
    const cancel = this.#clock.after(afterMs, () => {
      this.#untold.delete(actor);
      this.tell(actor, true);
    });
    this.#untold.set(actor, cancel);
  }

  forget(actor: Connected): void {
    this.#untold.get(actor)?.();
    this.#untold.delete(actor);
  }
}
