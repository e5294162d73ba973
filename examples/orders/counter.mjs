/** @typedef {{ sku: string }} Article */

/** What an article is named by, as a Standard Schema: here by hand, else by zod or another. */
const article = {
  '~standard': {
    version: /** @type {const} */ (1),
    vendor: 'orders',
    types: /** @type {{ output: Article } | undefined} */ (undefined),
    validate: (/** @type {unknown} */ value) => {
      const { sku } = /** @type {Partial<Article>} */ (Object(value));
      const isRight = typeof sku === 'string';
      return isRight ? { value: { sku } } : { issues: [{ message: 'no text', path: ['sku'] }] };
    },
  },
};

/** Who may ask for it whoever it is, once it has proved that. */
const anybody = /** @type {const} */ ({ level: 'basic', effect: 'read' });

/**
 * What peers may ask the shop for.
 * @param {import('holdfast').Peers} peers
 * @param {import('./upstream-calls.mjs').QuoteCall} quote
 */
export function openCounter(peers, quote) {
  peers.handle('hours.get', anybody, () => ({ from: 9, to: 17 }));
  peers.handle('price.get', { ...anybody, input: article }, async ({ sku }, { signal }) => {
    const { cents } = await quote(sku, { signal });
    return { sku, cents };
  });
  peers.handle('takings.get', { level: 'privileged', effect: 'read' }, () => ({ cents: 99_500 }));
}
