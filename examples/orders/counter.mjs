import { HoldfastError, RequestRefusal } from 'holdfast';

/**
 * An object with one text, as a Standard Schema: here by hand, else by zod or another.
 * @template {string} Key
 * @param {Key} key
 */
const textAt = (key) => ({
  '~standard': {
    version: /** @type {const} */ (1),
    vendor: 'orders',
    types: /** @type {{ output: Record<Key, string> } | undefined} */ (undefined),
    validate: (/** @type {unknown} */ value) => {
      const text = Object(value)[key];
      if (typeof text !== 'string') return { issues: [{ message: 'no text', path: [key] }] };
      return { value: /** @type {Record<Key, string>} */ ({ [key]: text }) };
    },
  },
});

/** Who may ask for it whoever it is, once it has proved that. */
const anybody = /** @type {const} */ ({ level: 'basic', effect: 'read' });

const MESSAGE_CHARACTERS_MAX = 256;

/**
 * What peers may ask the shop for.
 * @param {import('holdfast').Runtime} runtime
 * @param {import('./upstream-calls.mjs').QuoteCall} quote
 */
export function openCounter({ peers, sandboxes }, quote) {
  peers.handle('hours.get', anybody, () => ({ from: 9, to: 17 }));
  peers.handle('price.get', { ...anybody, input: textAt('sku') }, async ({ sku }, { signal }) => {
    const { cents } = await quote(sku, { signal });
    return { sku, cents };
  });
  peers.handle('takings.get', { level: 'privileged', effect: 'read' }, () => ({ cents: 99_500 }));
  peers.handle('takings.add', {
    level: 'privileged',
    effect: 'read',
    sandbox: 'input.reduce((sum, cents) => sum + cents, 0)',
  });
  peers.handle(
    'discount.try',
    { ...anybody, input: textAt('code') },
    async ({ code }, { signal }) => {
      const where = /** @type {const} */ ({ isolation: 'process', floor: 'isolate' });
      const input = { cents: 350 };
      const run = sandboxes.run({ ...where, code, input, cpuMs: 2_000, timeoutMs: 10_000, signal });
      const { output, isolation } = await run.catch(refuse);
      return { cents: output, isolation };
    },
  );
}

/**
 * Whoever sent the code may know what became of it.
 * @param {unknown} error
 * @returns {never}
 */
function refuse(error) {
  if (!(error instanceof HoldfastError)) throw error;
  throw new RequestRefusal(error.code, error.message.slice(0, MESSAGE_CHARACTERS_MAX));
}
