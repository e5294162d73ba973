import type { RandomStream } from '../../world.ts';
import { grantPass, isPassGood } from '../wire/pass.ts';
import type { Primitives } from '../wire/primitives.ts';
import { RotatingSecret } from './rotating-secret.ts';

const PASS_MS = 7 * 86_400_000;
const RANDOM_BYTES = 16;

/** What peers that were granted a level get in by, however strangers are treated. */
export class Passes {
  readonly #primitives: Primitives;
  readonly #random: RandomStream;
  readonly #secret: RotatingSecret;

  /** Times are monotonic. */
  constructor(primitives: Primitives, random: RandomStream, nowMs: number) {
    this.#primitives = primitives;
    this.#random = random;
    this.#secret = new RotatingSecret(random, PASS_MS, nowMs);
  }

  /** Good for a week, or until this process ends. */
  grant(nowMs: number): Uint8Array {
    const [secret] = this.#secret.at(nowMs);
    const untilMs = Math.floor(nowMs) + PASS_MS;
    return grantPass(this.#primitives, secret, untilMs, this.#random.bytes(RANDOM_BYTES));
  }

  isGood(pass: Uint8Array, nowMs: number): boolean {
    return this.#secret
      .at(nowMs)
      .some((secret) => secret !== undefined && isPassGood(this.#primitives, secret, pass, nowMs));
  }

  close(): void {
    this.#secret.wipe();
  }
}
