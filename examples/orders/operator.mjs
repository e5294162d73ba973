import { duration, plain } from './words.mjs';

/** @typedef {{ mode: string, because: string }} Standing */
/** @typedef {{ status: string, atMs: number }} Check */
/**
 * What somebody at three in the morning finds out with curl.
 * @typedef {object} Sight
 * @property {string} name of the runtime that was asked
 * @property {number} livez status of the answer
 * @property {number} readyz
 * @property {string} status
 * @property {Readonly<Record<string, Check>>} checks those that do not pass
 * @property {Readonly<Record<string, Standing>>} modes
 */

/** Long: whoever is overrun answers late. */
const PATIENCE_MS = 10_000;

/**
 * Looks at a runtime from outside, at its listener for diagnostics.
 * @param {string} url
 * @returns {Promise<Sight>}
 */
export async function lookAt(url) {
  /** @param {string} page */
  const get = (page) => fetch(url + page, { signal: AbortSignal.timeout(PATIENCE_MS) });
  const [live, ready, page] = await Promise.all(['/livez', '/readyz', '/diagnostics'].map(get));
  const { name, health, modes } = Object(await page?.json());
  const checks = Object.entries(/** @type {Record<string, Check>} */ (health.checks));
  return {
    name,
    livez: live?.status ?? 0,
    readyz: ready?.status ?? 0,
    status: health.status,
    checks: Object.fromEntries(checks.filter(([, { status }]) => status !== 'pass')),
    modes,
  };
}

/**
 * Checks run now and then; asking makes none run.
 * @param {Check} check
 */
const ago = ({ atMs }) => `looked at ${duration(Math.max(0, Date.now() - atMs))} ago`;

/**
 * In words, a line each.
 * @param {Sight} sight
 * @param {string} mode the one that matters
 * @returns {string[]}
 */
export function sightLines({ livez, readyz, status, checks, modes }, mode) {
  const { mode: is, because } = modes[mode] ?? { mode: 'unknown', because: '' };
  return [
    `/livez ${livez} · /readyz ${readyz} · health: ${status}`,
    `${mode} is ${is}: ${plain(because)}`,
    ...Object.entries(checks).map(([name, check]) => `${name}: ${check.status}, ${ago(check)}`),
  ];
}
