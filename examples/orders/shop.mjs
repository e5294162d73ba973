import { fileURLToPath } from 'node:url';
import { crasherMachine } from './crasher.machine.mjs';
import { hangerMachine } from './hanger.machine.mjs';
import { leakyMachine, shelfMachine } from './leaky.machine.mjs';
import { pricesMachine } from './prices.machine.mjs';
import { processMachine } from './process.machine.mjs';
import { protectUpstream, UPSTREAM } from './upstream-calls.mjs';
import { workerMachine } from './worker.machine.mjs';

/** The supervision tree, drawn for whoever watches. */
export const PLAN = `
  shop         restForOne   who starts later leans on who starts earlier
  ├ upstream                an HTTP server in a process of its own
  ├ prices                  a cache of its prices, kept over restarts
  └ desk       oneForOne    these do not lean on each other
    ├ worker-1 to worker-3  quote prices under load, from the cache if need be
    ├ crasher               throws on a poison order, and from a timer
    ├ hanger                waits for what never comes, until its breaker opens
    └ stock    oneForAll    they share a shelf
      ├ shelf
      └ leaky               keeps a mebibyte per order; two restarts, then it escalates

  street       oneForOne    other runtimes, each in a process of its own
  ├ till                    a peer that asks the shop
  ├ depot                   a peer that the shop asks, over a cable that can be cut
  └ in their own acts alone:
    ├ archive               a peer that keeps a log on a disk that fills
    ├ kiosk                 a peer that is overrun
    └ rogue                 a peer that means harm

  Calls to the upstream go through a breaker of that name: after 3 failures in a row it lets none
  through for a while, then one that tries it. So do calls to the hanger, who is restarted when
  its breaker opens.
`;

const WORKERS = 3;
const quick = { minMs: 200, maxMs: 1_000, factor: 2 };

/** Enough for a demonstration that goes on all day; the acts spend most of it. */
const budget = { restartsMax: 12, windowMs: 20_000 };

/**
 * The breaker of all calls to the hanger, and how long it stays open at most: long enough to be
 * asked meanwhile on a busy machine, too.
 */
export const HANGER = 'hanger';
export const OPEN_MS = 3_000;

/** A hanger that came back is restarted again for its breaker after half a second. */
const spared = { stableAfterMs: 500, restartsMax: 12, windowMs: 6_000 };

/** @typedef {ReturnType<typeof openShop>} Shop */

/**
 * Starts the whole tree.
 * @param {import('holdfast').Runtime} runtime
 */
export function openShop(runtime) {
  const shop = runtime.supervisor('shop', { strategy: 'restForOne', ...budget });
  const upstream = shop.start('upstream', processMachine, {
    input: { file: fileURLToPath(new URL('upstream.mjs', import.meta.url)), args: [] },
    restart: 'permanent',
    backoff: quick,
  });
  const urlOf = () => {
    const port = upstream.snapshot()?.context.port;
    return port === undefined ? undefined : `http://127.0.0.1:${port}`;
  };
  const { quote, listPrices, sent } = protectUpstream(runtime, {
    urlOf,
    cachedCents: (sku) => prices.snapshot()?.context.cents[sku],
  });

  const prices = shop.start('prices', pricesMachine, {
    input: { listPrices },
    restore: 'lastGood',
    backoff: quick,
  });

  const desk = shop.supervisor('desk', { ...budget, backoff: quick });
  const workers = Array.from({ length: WORKERS }, (_, index) =>
    desk.start(`worker-${index + 1}`, workerMachine, {
      input: { quote },
      mailbox: { eventsMax: 2 },
      backoff: quick,
    }),
  );
  const crasher = desk.start('crasher', crasherMachine, {
    mailbox: { attemptsMax: 2 },
    backoff: quick,
  });
  const hanger = desk.start('hanger', hangerMachine, {
    input: { urlOf },
    restartOnOpen: HANGER,
    backoff: quick,
    ...spared,
  });
  const track = protectHanger(runtime, hanger);

  const stock = desk.supervisor('stock', {
    strategy: 'oneForAll',
    restartsMax: 2,
    windowMs: 10_000,
    backoff: quick,
  });
  stock.start('shelf', shelfMachine);
  const leaky = stock.start('leaky', leakyMachine, { backoff: quick });
  const breaker = runtime.breaker(UPSTREAM);
  return { upstream, urlOf, prices, workers, crasher, hanger, leaky, track, breaker, sent, quote };
}

/**
 * Where a parcel is, from an actor that may hang: a call to an actor is protected as any other.
 * @param {import('holdfast').Runtime} runtime
 * @param {import('holdfast').Handle<typeof hangerMachine>} hanger
 */
function protectHanger(runtime, hanger) {
  return runtime.protect(
    HANGER,
    (/** @type {string} */ parcel, { signal }) =>
      hanger.ask({ type: 'parcel.track', parcel }, { reply: 'parcel.tracked', signal }),
    {
      timeoutMs: 400,
      breaker: {
        window: { kind: 'consecutive', failuresMax: 2 },
        open: { minMs: OPEN_MS, maxMs: OPEN_MS },
      },
    },
  );
}
