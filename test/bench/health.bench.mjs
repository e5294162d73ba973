/**
 * What does a runtime cost that says how it is, its checks at work and all of its pages fetched
 * once a second, over one that is not asked? Both do the same calls, one after the other.
 */
import { loadHoldfast } from './holdfast.mjs';

const TOKEN = 'a-token-of-the-bench-alone';
const PAGES = ['livez', 'readyz', 'startupz', 'healthz', 'metrics', 'diagnostics'];
const FETCH_MS = 1_000;
const WARM_UP_CALLS = 200_000;
const CALLS = 4_000_000;
const BREAKERS = 100;

/**
 * @param {boolean} isAsked
 * @returns {import('./sample.mjs').Contender}
 */
const runtime = (isAsked) => async () => {
  const { createRuntime } = await loadHoldfast();
  const rt = await createRuntime(isAsked ? { diagnostics: { token: TOKEN } } : {});
  const headers = { authorization: `Bearer ${TOKEN}` };
  let fetched = 0;
  const fetchAll = async () => {
    for (const page of PAGES) {
      const response = await rt.fetch(new Request(`http://shop/${page}`, { headers }));
      await response.text();
      if (response.status !== 200) throw new Error(`${page}: ${response.status}`);
      fetched += 1;
    }
  };
  const calls = Array.from({ length: BREAKERS }, (_, nth) =>
    rt.protect(`backend ${nth}`, async () => nth),
  );
  const work = async (/** @type {number} */ count) => {
    let nextMs = performance.now() + FETCH_MS;
    for (let nth = 0; nth < count; nth++) {
      await calls[nth % BREAKERS]?.();
      // A turn for timers, as any service has it.
      if (nth % 1_000 > 0) continue;
      await new Promise((resolve) => setImmediate(resolve));
      if (!isAsked || performance.now() < nextMs) continue;
      nextMs += FETCH_MS;
      await fetchAll();
    }
  };
  if (isAsked) await fetchAll();
  await work(WARM_UP_CALLS);
  const before = process.cpuUsage();
  const fromMs = performance.now();
  await work(CALLS);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - fromMs) / 1_000;
  if (isAsked) console.error(`${fetched} pages in ${seconds.toFixed(1)} s`);
  return { callNs: ((user + system) * 1_000) / CALLS };
};

/** @type {import('./sample.mjs').Bench} */
export const bench = {
  unit: 'CPU ns',
  rounds: 5,
  contenders: { silent: runtime(false), asked: runtime(true) },
  rivals: {},
  comparisons: [
    {
      variant: 'a call while all pages are fetched once a second',
      reading: 'callNs',
      of: 'asked',
      beside: 'silent',
      baseline: 'the same without health and pages',
      ratioMax: 1.01,
    },
  ],
};
