import { BROKEN_OFF, becauseOf, fetchJson } from './fetch-json.mjs';

/** @typedef {import('holdfast').CallContext} CallContext */
/** @typedef {import('holdfast').CallOptions} CallOptions */
/**
 * @typedef {{ from: 'upstream' | 'secondAttempt' | 'cache' | 'nobody', cents: number | undefined,
 *   because: string }} Quote
 */
/** @typedef {Readonly<Record<string, number>>} Cents in cents, by sku */
/** @typedef {(sku: string, call: CallOptions) => Promise<Quote>} QuoteCall */
/** @typedef {(call: CallOptions) => Promise<Cents>} PricesCall */

/** The breaker of all calls to the upstream. */
export const UPSTREAM = 'upstream';

/** Nobody waits longer than this for one answer; and only what broke off is worth another try. */
const limits = /** @satisfies {import('holdfast').ProtectOptions<[], unknown>} */ ({
  timeoutMs: 300,
  idempotent: true,
  retry: {
    attemptsMax: 2,
    minMs: 20,
    maxMs: 60,
    codes: [BROKEN_OFF],
    budget: { ratio: 0.2, burst: 10 },
  },
  breaker: {
    window: { kind: 'consecutive', failuresMax: 3 },
    open: { minMs: 500, maxMs: 1_000 },
  },
});

/**
 * @param {unknown} value
 * @returns {value is { sku: string, cents: number }}
 */
const isPrice = (value) =>
  typeof value === 'object' &&
  value !== null &&
  'sku' in value &&
  'cents' in value &&
  Number.isInteger(value.cents);

/**
 * @param {unknown} value
 * @returns {value is { cents: Cents }}
 */
const isPriceList = (value) =>
  typeof value === 'object' && value !== null && 'cents' in value && isCents(value.cents);

/** @param {unknown} cents */
const isCents = (cents) =>
  typeof cents === 'object' && cents !== null && Object.values(cents).every(Number.isInteger);

/**
 * The upstream as the shop calls it. Whatever it does, a quote has an answer: from the cache, if
 * need be.
 * @param {import('holdfast').Runtime} runtime
 * @param {{ urlOf: () => string | undefined, cachedCents: (sku: string) => number | undefined }} to
 */
export function protectUpstream(runtime, { urlOf, cachedCents }) {
  /** Calls that were let through. */
  let sent = 0;
  /** @type {QuoteCall} */
  const quote = runtime.protect(
    UPSTREAM,
    /** @returns {Promise<Quote>} */
    async (/** @type {string} */ sku, /** @type {CallContext} */ { signal, attempt }) => {
      sent += 1;
      const { cents } = await fetchJson(urlOf(), `/prices/${sku}`, isPrice, signal);
      return { from: attempt === 1 ? 'upstream' : 'secondAttempt', cents, because: '' };
    },
    {
      ...limits,
      fallback: (error, sku) => {
        const cents = cachedCents(sku);
        const from = cents === undefined ? 'nobody' : 'cache';
        return { from, cents, because: becauseOf(error) };
      },
    },
  );
  /** @type {PricesCall} */
  const listPrices = runtime.protect(
    UPSTREAM,
    async ({ signal }) => {
      sent += 1;
      const { cents } = await fetchJson(urlOf(), '/prices', isPriceList, signal);
      return cents;
    },
    limits,
  );
  return { quote, listPrices, sent: () => sent };
}
