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

/**
 * The same with equal jitter: between half of the ceiling and the whole of it, for what must not be
 * tried again at once.
 */
export function equalJitterMs(backoff: Backoff, attempt: number, draw: number): number {
  return backoffMs(backoff, attempt, 0.5 + draw / 2);
}

/**
 * How long to wait after `previousMs`, in milliseconds: decorrelated jitter, between `minMs` and
 * three times the wait before. Pass `minMs` as the first wait. Source: as above.
 */
export function decorrelatedMs(
  { minMs, maxMs }: Omit<Backoff, 'factor'>,
  previousMs: number,
  draw: number,
): number {
  return Math.round(Math.min(maxMs, minMs + draw * (previousMs * 3 - minMs)));
}
