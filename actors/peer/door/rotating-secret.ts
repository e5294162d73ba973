import { Secret } from '../../../storage/secret.ts';
import type { RandomStream } from '../../world.ts';

const SECRET_BYTES = 32;

/** A secret that is drawn anew every period. The one before is good for as long again. */
export class RotatingSecret {
  readonly #random: RandomStream;
  readonly #periodMs: number;
  #current: Secret;
  #previous: Secret | undefined;
  #sinceMs: number;

  /** Times are monotonic. */
  constructor(random: RandomStream, periodMs: number, nowMs: number) {
    this.#random = random;
    this.#periodMs = periodMs;
    this.#current = this.#draw();
    this.#sinceMs = nowMs;
  }

  #draw(): Secret {
    const bytes = this.#random.bytes(SECRET_BYTES);
    const secret = Secret.of(bytes);
    bytes.fill(0);
    return secret;
  }

  /** The one to use, then the one that is good still. */
  at(nowMs: number): readonly [Secret, Secret?] {
    const periods = Math.floor((nowMs - this.#sinceMs) / this.#periodMs);
    if (periods >= 1) this.rotate(nowMs);
    if (periods >= 2) this.rotate(nowMs);
    return this.#previous === undefined ? [this.#current] : [this.#current, this.#previous];
  }

  /** Ahead of time. */
  rotate(nowMs: number): void {
    this.#previous?.wipe();
    this.#previous = this.#current;
    this.#current = this.#draw();
    this.#sinceMs = nowMs;
  }

  wipe(): void {
    this.#current.wipe();
    this.#previous?.wipe();
  }
}
