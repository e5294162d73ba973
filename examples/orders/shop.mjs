import { crasherMachine } from './crasher.machine.mjs';
import { hangerMachine } from './hanger.machine.mjs';
import { leakyMachine, shelfMachine } from './leaky.machine.mjs';
import { pricesMachine } from './prices.machine.mjs';
import { upstreamMachine } from './upstream.machine.mjs';
import { workerMachine } from './worker.machine.mjs';

/** The supervision tree, drawn for whoever watches. */
export const PLAN = `
  shop         restForOne   who starts later leans on who starts earlier
  ├ upstream                an HTTP server in a process of its own
  ├ prices                  a cache of its prices, kept over restarts
  └ desk       oneForOne    these do not lean on each other
    ├ worker-1 to worker-3  quote prices under load, from the cache if need be
    ├ crasher               throws on a poison order, and from a timer
    ├ hanger                waits for what never comes, until its chart's deadline
    └ stock    oneForAll    they share a shelf
      ├ shelf
      └ leaky               keeps a mebibyte per order; two restarts, then it escalates
`;

const WORKERS = 3;
const quick = { minMs: 200, maxMs: 1_000, factor: 2 };

/** Enough for a demonstration that goes on all day; the acts spend most of it. */
const budget = { restartsMax: 12, windowMs: 20_000 };

/** @typedef {ReturnType<typeof openShop>} Shop */

/**
 * Starts the whole tree.
 * @param {import('holdfast').Runtime} runtime
 */
export function openShop(runtime) {
  const shop = runtime.supervisor('shop', { strategy: 'restForOne', ...budget });
  const upstream = shop.start('upstream', upstreamMachine, {
    restart: 'permanent',
    backoff: { minMs: 800, maxMs: 1_600, factor: 2 },
  });
  const urlOf = () => upstream.snapshot()?.context.url;

  const prices = shop.start('prices', pricesMachine, {
    input: { urlOf },
    restore: 'lastGood',
    backoff: quick,
  });
  /** @param {string} sku */
  const cachedCents = (sku) => prices.snapshot()?.context.cents[sku];

  const desk = shop.supervisor('desk', { ...budget, backoff: quick });
  const workers = Array.from({ length: WORKERS }, (_, index) =>
    desk.start(`worker-${index + 1}`, workerMachine, {
      input: { urlOf, cachedCents },
      mailbox: { eventsMax: 2 },
      backoff: quick,
    }),
  );
  const crasher = desk.start('crasher', crasherMachine, {
    mailbox: { attemptsMax: 2 },
    backoff: quick,
  });
  const hanger = desk.start('hanger', hangerMachine, { input: { urlOf }, backoff: quick });

  const stock = desk.supervisor('stock', {
    strategy: 'oneForAll',
    restartsMax: 2,
    windowMs: 10_000,
    backoff: quick,
  });
  stock.start('shelf', shelfMachine);
  const leaky = stock.start('leaky', leakyMachine, { backoff: quick });
  return { upstream, prices, workers, crasher, hanger, leaky };
}
