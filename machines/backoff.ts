export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
  readonly factor: number;
}

/**
 * How long to wait before attempt `attempt` (0 is the first), in milliseconds: exponential with
 * full jitter, so that what failed together does not come back together. `draw` is uniform in
 * [0, 1). Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function backoffMs(backoff: Backoff, attempt: number, draw: number): number {
  const growth = Math.min(backoff.factor ** attempt, Number.MAX_VALUE);
  const ceilingMs = Math.min(backoff.maxMs, backoff.minMs * growth);
  return Math.round(draw * ceilingMs);
}
