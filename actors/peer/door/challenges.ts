import { hex } from '../../../storage/bytes.ts';
import type { Secret } from '../../../storage/secret.ts';
import { CHALLENGE_BYTES } from '../../network.ts';
import type { RandomStream } from '../../world.ts';
import { judgeAnswer, poseChallenge } from '../wire/challenge.ts';
import type { Primitives } from '../wire/primitives.ts';
import { RotatingSecret } from './rotating-secret.ts';

const BITS_MIN = 12;
const BITS_MAX = 20;
/** More than so many good answers make the next ones dearer, fewer than half of it cheaper. */
const GOOD_PER_SECOND = 20;
const SECRET_MS = 120_000;
const CHALLENGE_MS = 60_000;
const RANDOM_BYTES = 16;
/** Good answers that are remembered for one secret. */
const USED_MAX = 16_384;

/** Work that is demanded of strangers. Nothing is kept about whom it was demanded of. */
export class Challenges {
  readonly #primitives: Primitives;
  readonly #random: RandomStream;
  readonly #secret: RotatingSecret;
  readonly #used = new WeakMap<Secret, Set<string>>();
  #bits = BITS_MIN;
  #good = 0;
  #sinceMs: number;

  /** Times are monotonic. */
  constructor(primitives: Primitives, random: RandomStream, nowMs: number) {
    this.#primitives = primitives;
    this.#random = random;
    this.#secret = new RotatingSecret(random, SECRET_MS, nowMs);
    this.#sinceMs = nowMs;
  }

  /** For an address of 16 bytes. */
  pose(address: Uint8Array, nowMs: number): Uint8Array {
    this.#adapt(nowMs);
    const [secret] = this.#secret.at(nowMs);
    return poseChallenge(this.#primitives, secret, address, {
      bits: this.#bits,
      untilMs: Math.floor(nowMs) + CHALLENGE_MS,
      random: this.#random.bytes(RANDOM_BYTES),
    });
  }

  /** True once for each answer. */
  take(address: Uint8Array, answer: Uint8Array, nowMs: number): boolean {
    const good = this.#secret
      .at(nowMs)
      .find((secret) => secret !== undefined && this.#isGood(secret, address, answer, nowMs));
    if (good === undefined) return false;
    const used = this.#used.get(good) ?? new Set();
    const challenge = hex(answer.subarray(0, CHALLENGE_BYTES));
    if (used.has(challenge)) return false;
    this.#adapt(nowMs);
    this.#good += 1;
    this.#used.set(good, used.add(challenge));
    // What is remembered goes with the secret: its answers are nobody's then.
    if (used.size >= USED_MAX) this.#secret.rotate(nowMs);
    return true;
  }

  #isGood(secret: Secret, address: Uint8Array, answer: Uint8Array, nowMs: number): boolean {
    return judgeAnswer(this.#primitives, secret, address, answer, nowMs).kind === 'good';
  }

  #adapt(nowMs: number): void {
    const seconds = Math.floor((nowMs - this.#sinceMs) / 1_000);
    if (seconds === 0) return;
    const goodPerSecond = this.#good / seconds;
    if (goodPerSecond > GOOD_PER_SECOND) this.#bits = Math.min(BITS_MAX, this.#bits + 1);
    else if (goodPerSecond < GOOD_PER_SECOND / 2) {
      this.#bits = Math.max(BITS_MIN, this.#bits - seconds);
    }
    this.#good = 0;
    this.#sinceMs = nowMs;
  }

  close(): void {
    this.#secret.wipe();
  }
}
