import { filter, map, merge, pairwise } from 'rxjs';

/** @typedef {{ value: unknown, hasTag: (tag: 'degraded') => boolean, context: object }} Snapshot */
/** @typedef {{ id: string, changes$: import('rxjs').Observable<Snapshot> }} Watched */
/** @typedef {{ id: string, from: string, to: string, because: string }} Move */

/**
 * The moves into and out of a degraded state; a worker moves too often to tell of every one.
 * @param {readonly Watched[]} handles
 * @returns {import('rxjs').Observable<Move>}
 */
export function degradations(handles) {
  const moves = handles.map(({ id, changes$ }) =>
    changes$.pipe(
      pairwise(),
      filter(([before, after]) => before.hasTag('degraded') !== after.hasTag('degraded')),
      map(([before, after]) => ({
        id,
        from: String(before.value),
        to: String(after.value),
        because: after.hasTag('degraded') ? becauseOf(after) : '',
      })),
    ),
  );
  return merge(...moves);
}

/** @param {Snapshot} snapshot */
function becauseOf({ context }) {
  return 'because' in context && typeof context.because === 'string' ? context.because : '';
}
