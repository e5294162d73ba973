import { inspect } from 'node:util';

/** @typedef {{ name: string, message: string, code?: string }} Described what was thrown */

const TEXT_MAX = 300;

/**
 * One line without control characters: what others wrote never moves the cursor.
 * @param {unknown} value
 */
export function plain(value) {
  const text = typeof value === 'string' ? value : inspect(value, { depth: 1 });
  const oneLine = text.slice(0, TEXT_MAX).replace(/[\s\p{C}]+/gu, ' ');
  return oneLine.trim();
}

/** @param {number} durationMs */
export function duration(durationMs) {
  if (durationMs > 0 && durationMs < 1) return '<1 ms';
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`;
  return `${Number((durationMs / 1_000).toFixed(1))} s`;
}

/** @param {string | undefined} path as in `shop/desk/worker-1` */
export const idOf = (path) => path?.split('/').at(-1) || 'runtime';

/** @param {string | undefined} path */
export const parentOf = (path) => idOf(path?.split('/').slice(0, -1).join('/'));

/** @param {Described} error */
export function errorText({ name, message }) {
  const isNamed = name !== 'Error' && name !== 'HoldfastError';
  return plain(isNamed ? `${name}: ${message}` : message);
}
