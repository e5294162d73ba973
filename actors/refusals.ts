/** Why a call is not let through. `retryAfterMs` is absent where nobody can say. */
export interface Refusal {
  readonly admitted: false;
  readonly because: 'breaker.open' | 'breaker.probing' | 'breaker.isolated';
  readonly retryAfterMs?: number;
}

export function refuse(because: Refusal['because'], retryAfterMs?: number): Refusal {
  return retryAfterMs === undefined
    ? { admitted: false, because }
    : { admitted: false, because, retryAfterMs };
}

/** Why a request got no answer: as the frame has it, or as whoever asked is told. */
export interface Failure {
  readonly code: string;
  /** If it came from the other side: whatever that side liked to write. */
  readonly message: string;
  readonly retryable: boolean;
  /** 0 if nobody can say. */
  readonly retryAfterMs: number;
}

/**
 * What we say on the wire ourselves, besides what an embedder's handler refuses with. What may be
 * tried again is so by the recovery of the code, on both sides.
 */
const requestFailures = {
  METHOD_UNKNOWN: { message: 'there is no such method', retryable: false },
  LEVEL_TOO_LOW: { message: 'the method needs a higher level', retryable: false },
  PAYLOAD_INVALID: { message: 'the payload is not what the method takes', retryable: false },
  RATE_LIMITED: { message: 'too many requests', retryable: true },
  READ_ONLY: { message: 'no effects while decisions cannot be recorded', retryable: false },
  MODE_REFUSING: { message: 'a mode of the other side refuses it now', retryable: false },
  ISOLATION_UNAVAILABLE: { message: 'no isolation is strong enough now', retryable: false },
  REQUEST_TIMEOUT: { message: 'no answer within the deadline', retryable: true },
  REQUESTS_FULL: { message: 'as many requests are open, or bytes held, as may', retryable: true },
  HANDLER_FAILED: { message: 'the handler failed', retryable: true },
  PEER_REFUSED: { message: 'the other side is stopping', retryable: true },
  PEER_UNREACHABLE: { message: 'no way leads to the peer now', retryable: true },
  PEER_LOST: { message: 'the connection is over', retryable: true },
  RUNTIME_STOPPED: { message: 'the runtime is stopping', retryable: false },
} as const;

export function failRequest(code: keyof typeof requestFailures, retryAfterMs = 0): Failure {
  return { code, ...requestFailures[code], retryAfterMs };
}
