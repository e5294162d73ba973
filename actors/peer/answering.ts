import type { Clock } from '../../storage/ports.ts';
import { bitsOf, workAt } from './wire/challenge.ts';
import type { Primitives } from './wire/primitives.ts';

/** Some milliseconds of work; then others have their turn. */
const TRIES_PER_TURN = 1_024;

/**
 * Works at a challenge until there is an answer. Resolves with undefined, at once, if it is none or
 * asks for more than 22 bits; rejects with the reason of `signal`.
 */
export async function answering(
  { clock, primitives }: { readonly clock: Pick<Clock, 'soon'>; readonly primitives: Primitives },
  challenge: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (bitsOf(challenge) === undefined) return undefined;
  for (let nonce = 0; ; nonce += TRIES_PER_TURN) {
    signal.throwIfAborted();
    const answer = workAt(primitives, challenge, nonce, TRIES_PER_TURN);
    if (answer !== undefined) return answer;
    await new Promise<void>((resolve) => clock.soon(resolve));
  }
}
