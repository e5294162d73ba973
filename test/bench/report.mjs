import { cpus } from 'node:os';

/** @typedef {import('./sample.mjs').Measurement} Measurement */

/**
 * @param {string} bench
 * @param {Measurement} measurement
 */
export function jsonLine(bench, { variant, value, unit, baseline, ratio }) {
  return JSON.stringify({ bench, variant, value, unit, baseline, ratio });
}

/** On what all this was measured. */
export function machineLine() {
  const processors = cpus();
  const model = processors[0]?.model.trim() || 'unknown processor';
  return `Node ${process.version}, ${model}, ${processors.length} cores, ${process.platform}`;
}

/**
 * @param {string} title
 * @param {readonly Measurement[]} measurements
 */
export function table(title, measurements) {
  if (measurements.length === 0) return `${title}\n  nothing without its rivals`;
  const rows = measurements.map(({ variant, value, unit, baseline, ratio, ...bar }) => [
    variant,
    `${shown(value)} ${unit}`,
    `${baseline.name}: ${shown(baseline.value)}`,
    `${ratio.toFixed(2)}x`,
    verdict(ratio, bar),
  ]);
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, column))
      .join('  ')
      .trimEnd(),
  );
  return [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

/**
 * @param {number} ratio
 * @param {{ ratioMax?: number, ratioMin?: number }} bar
 */
function verdict(ratio, { ratioMax, ratioMin }) {
  if (ratioMax !== undefined) return `bar ${ratioMax}x ${ratio <= ratioMax ? 'met' : 'MISSED'}`;
  if (ratioMin === undefined) return '';
  return `bar at least ${ratioMin}x ${ratio >= ratioMin ? 'met' : 'MISSED'}`;
}

/** @param {number} value */
const shown = (value) => value.toFixed(value < 100 ? 1 : 0);

/**
 * Numbers stand to the right.
 * @param {string} cell
 * @param {number} width
 * @param {number} column
 */
const pad = (cell, width, column) =>
  column === 1 || column === 3 ? cell.padStart(width) : cell.padEnd(width);
