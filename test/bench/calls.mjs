const WARM_UP_CALLS = 50_000;

/**
 * The CPU time of one awaited call among many, in nanoseconds, once the compiler is done with it.
 * @param {() => Promise<unknown>} call
 * @param {number} [calls]
 */
export async function nsPerCall(call, calls = 300_000) {
  for (let i = 0; i < Math.min(WARM_UP_CALLS, calls); i++) await call();
  globalThis.gc?.();
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i++) await call();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / calls;
}
