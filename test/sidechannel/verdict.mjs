/** @typedef {import('./welch.mjs').Difference} Difference */

/** dudect's bar of what is there without doubt, and TVLA's of what may be something. */
const SURE = 10;
const DOUBTED = 4.5;

/**
 * Of an odd number of processes: what only one of them shows is its own.
 * @param {readonly Difference[]} differences
 * @returns {'leaks' | 'doubtful' | 'none seen'}
 */
export function verdictOf(differences) {
  const ts = differences.map(({ t }) => Math.abs(t)).sort((a, b) => a - b);
  if ((ts[0] ?? 0) > SURE) return 'leaks';
  return (ts[(ts.length - 1) / 2] ?? 0) > DOUBTED ? 'doubtful' : 'none seen';
}
