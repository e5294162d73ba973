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
