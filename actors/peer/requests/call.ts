import type { Failure } from '../../refusals.ts';
import type { Payload } from './payload.ts';

/** Why nobody waits for the answer any more. */
export type CallEnd = 'cancelled' | 'timeout' | 'disconnected';

/**
 * A whole request of the other side. Exactly one of `answer`, `fail` and the `end` of its stream
 * must be called in the end, even if nobody waits any more: until then it counts as at work.
 */
export interface Call {
  readonly name: string;
  /**
   * Trap: its bytes may be a piece of something larger: read them at once, or copy them;
   * it is gone once `serve` has returned.
   */
  readonly payload: Payload;
  /** What was left for the answer when the call was made. */
  readonly timeoutMs: number;
  answer(payload: Payload): void;
  stream(): Outflow;
  /** `code` has 1 to 128 bytes; a message is cut after 1,024. */
  fail(failure: Failure): void;
  /** Called once, perhaps at once, unless it was answered before. It may not throw. */
  onCancelled(listener: (because: CallEnd) => void): void;
}

/** A streamed answer, as it is written. */
export interface Outflow {
  /** Resolves once there is room for more: with true, or with false if nobody listens any more. */
  write(payload: Payload): Promise<boolean>;
  end(): void;
}
