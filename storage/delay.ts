/** @throws {RangeError} unless `delayMs` is a finite number of at least 0. */
export function checkDelay(delayMs: number): void {
  if (Number.isFinite(delayMs) && delayMs >= 0) return;
  throw new RangeError(`delayMs must be a finite number of at least 0, got ${delayMs}`);
}
