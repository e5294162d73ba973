import type { Fault } from '../../runtime/sim/scenario.ts';

export const has = (faults: readonly Fault[], ...kinds: readonly Fault['kind'][]): boolean =>
  faults.some(({ kind }) => kinds.includes(kind));

/** Whether the disk broke no promise about what was written at that time. */
export function isKept(faults: readonly Fault[], atMs: number): boolean {
  return faults.every((fault) => {
    if (fault.kind === 'disk.rot') return false;
    if (fault.kind === 'disk.vanish') return atMs > fault.atMs;
    if (fault.kind !== 'disk.unsynced') return true;
    return atMs < fault.atMs || atMs > fault.atMs + fault.forMs;
  });
}

/** Whether something kept a state from being written within `byMs` of a change. */
export function isDisturbed(faults: readonly Fault[], changedAtMs: number, byMs: number): boolean {
  return faults.some((fault) => {
    if (has([fault], 'disk.vanish', 'disk.rot', 'disk.unsynced')) return true;
    if (!('forMs' in fault)) return false;
    // What failed is tried again after a minute at most.
    const endMs = fault.atMs + fault.forMs + 60_000;
    return fault.atMs < changedAtMs + byMs && endMs > changedAtMs;
  });
}
