/** A backend that closes and comes back, behind timeout, retry, breaker and fallback. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRuntime, HoldfastError } from 'holdfast';

let asked = 0;
let url = '';
/** Opens the backend. The second time it is asked, it is busy. */
async function openBackend() {
  const server = createServer((_, response) => {
    asked += 1;
    response.writeHead(asked === 2 ? 503 : 200, { connection: 'close' }).end('350 cents');
  });
  await once(server.listen(0, '127.0.0.1').unref(), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  url = `http://127.0.0.1:${port}`;
  return server;
}

const rt = await createRuntime({ name: 'protect' });
rt.events$.subscribe(({ type, subject }) => {
  if (subject !== undefined) console.log(type, subject);
});

/** @param {string} sku @param {import('holdfast').CallContext} context */
async function fetchPrice(sku, { signal, attempt }) {
  const response = await fetch(`${url}/${sku}`, { signal });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return `${sku} for ${await response.text()}, at attempt ${attempt}`;
}
const price = rt.protect('prices', fetchPrice, {
  timeoutMs: 2_000,
  idempotent: true,
  retry: { attemptsMax: 2, minMs: 10 },
  breaker: { window: { kind: 'consecutive', failuresMax: 3 } },
});
// One name, one breaker: what it has learned holds for both.
const priceOrGuess = rt.protect('prices', fetchPrice, {
  fallback: (_, sku) => `${sku} for 350 cents, from memory`,
});

const backend = await openBackend();
for (const sku of ['tea', 'mate']) console.log(await price(sku));
await once(backend.close(), 'close');
for (const sku of ['tea', 'mate', 'cocoa']) {
  await price(sku).catch(({ code, details, cause }) =>
    console.log(code === 'BREAKER_OPEN' ? [code, details.retryAfterMs > 0] : cause.code),
  );
}
console.log(await priceOrGuess('tea'));
/** @param {unknown} error @returns {Promise<string>} once the breaker lets a call try it */
async function later(error) {
  if (!(error instanceof HoldfastError && error.code === 'BREAKER_OPEN')) throw error;
  await sleep(Number(error.details.retryAfterMs));
  return price('tea').catch(later);
}
await openBackend();
console.log(await price('tea').catch(later));
await rt.shutdown();
