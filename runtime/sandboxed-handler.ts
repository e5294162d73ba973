import type { Isolation } from '../machines/isolation.ts';
import { HoldfastError } from './errors.ts';
import type { Handler } from './methods.ts';
import { RequestRefusal } from './request-refusal.ts';
import type { Sandboxes } from './sandboxes.ts';

const TIMEOUT_MS_MAX = 600_000;
const CPU_MS_MAX = 5_000;

/** Answers with what the code comes to, in a sandbox of its own, which is never below the floor. */
export function sandboxedHandler(
  sandboxes: Pick<Sandboxes, 'run' | 'shares'>,
  code: string,
  floor: Isolation,
): Handler<unknown> {
  return async (input, { peer, signal, deadlineMs }) => {
    if (input instanceof Uint8Array) {
      throw new RequestRefusal('PAYLOAD_INVALID', 'the method takes JSON, and no bytes');
    }
    const timeoutMs = Math.min(TIMEOUT_MS_MAX, Math.max(1, Math.floor(deadlineMs)));
    const cpuMs = Math.min(timeoutMs, CPU_MS_MAX);
    if (!sandboxes.shares.take(peer.id)) throw full();
    try {
      const run = { code, input, isolation: floor, floor, timeoutMs, cpuMs, signal };
      return (await sandboxes.run(run)).output;
    } catch (error) {
      throw refusalOf(error);
    } finally {
      sandboxes.shares.give(peer.id);
    }
  };
}

/** What its caller may know: that nothing has run. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof HoldfastError)) return error;
  if (error.code === 'ISOLATION_UNAVAILABLE') {
    return new RequestRefusal(error.code, 'no isolation is strong enough now', { cause: error });
  }
  return error.code === 'SANDBOXES_FULL' ? full(error) : error;
}

function full(cause?: unknown): RequestRefusal {
  const options = { cause, retryable: true };
  return new RequestRefusal('REQUESTS_FULL', 'as many sandboxes are in use as may', options);
}
