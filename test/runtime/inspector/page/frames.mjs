/**
 * How long it takes until what happened is seen, with all of N actors changing ten times a second:
 * `node test/runtime/inspector/page/frames.mjs [N…]`, once the page is built.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const TICKS = 100;
/** While it opens, what is told waits in line. */
const OPENING = 30;
const files = new URL('../../../../dist/runtime/inspector/page/', import.meta.url);
/** @type {Record<string, string>} */
const types = { css: 'text/css', html: 'text/html', js: 'text/javascript', svg: 'image/svg+xml' };

/** @param {string} path */
const state = (path) => ({
  ...{ path, key: path, type: 'atomic', tags: [], entry: [], exit: [], invoke: [], states: [] },
});

/** @type {(source: string, event: string, target: string) => object} */
const edge = (source, event, target) => ({
  ...{ name: `${source} ${event} -> ${target}`, source, event, targets: [target] },
  ...{ actions: [], reenter: false },
});

const chart = {
  ...{ hash: 'd00r', id: 'door', states: ['', 'closed', 'open'], more: 0 },
  root: {
    ...state(''),
    ...{ type: 'compound', initial: 'closed', states: [state('closed'), state('open')] },
  },
  edges: [edge('closed', 'door.push', 'open'), edge('open', 'door.pull', 'closed')],
};

/**
 * All actors under supervisors of a hundred, as the stream tells them at a tick.
 * @param {number} tick
 * @param {number} count
 */
function rowsAt(tick, count) {
  const branches = Math.ceil(count / 100);
  /** @type {unknown[][]} */
  const rows = tick === 0 ? [[0, -1, '', 0, -1, 1, [], 1, 0, 0]] : [];
  for (let branch = 1; tick === 0 && branch <= branches; branch++) {
    rows.push([branch, 0, `branch-${branch}`, 0, -1, 1, [], 1, 0, 0]);
  }
  for (let one = 0; one < count; one++) {
    const states = [1 + ((tick + one) % 2)];
    const waiting = (tick % 2) + (one % 5);
    const parent = 1 + (one % branches);
    rows.push([branches + 1 + one, parent, `actor-${one}`, 1, 0, 1, states, 1, 0, waiting]);
  }
  return rows;
}

/**
 * As many moves as a delta holds before they are summed up.
 * @param {number} tick
 * @param {number} count
 * @param {number} atMs
 */
function linesAt(tick, count, atMs) {
  const branches = Math.ceil(count / 100);
  return Array.from({ length: Math.min(400, count) }, (_, line) => {
    const one = (tick * 400 + line) % count;
    const edgeIndex = (tick + one + 1) % 2;
    return ['move', atMs, branches + 1 + one, [1 + ((tick + one) % 2)], [[edgeIndex, 1]]];
  });
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} count
 */
function stream(response, count) {
  /** @type {(event: string, data: object) => void} */
  const send = (event, data) =>
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const welcome = { protocol: 1, name: 'frames', viewer: 'v', beganMs: 0, commands: [] };
  send('welcome', welcome);
  send('snapshot', { seq: 0, atMs: 0, charts: [chart], rows: rowsAt(0, count), more: 0 });
  // Made ahead: the page is measured, not who serves it.
  const rows = [1, 2].map((tick) => JSON.stringify(rowsAt(tick, count)));
  let tick = 0;
  const timer = setInterval(() => {
    tick++;
    const atMs = tick * 100;
    const lines = JSON.stringify(linesAt(tick, count, atMs));
    const head = `event: delta\ndata: {"seq":${tick},"atMs":${atMs}`;
    response.write(`${head},"rows":${rows[(tick - 1) % 2]},"lines":${lines}}\n\n`);
    if (tick > TICKS + OPENING + 10) clearInterval(timer);
  }, 100);
  response.on('close', () => clearInterval(timer));
}

/**
 * @param {number} count
 * @returns {Promise<import('node:http').Server>}
 */
function serve(count) {
  const server = createServer((request, response) => {
    const name = (request.url ?? '').slice(1).replace(/\?.*/, '') || 'index.html';
    if (name === 'stream') return stream(response, count);
    if (name === 'watch') return response.writeHead(204).end();
    try {
      const type = types[name.split('.').at(-1) ?? ''];
      response.writeHead(200, { 'content-type': type }).end(readFileSync(new URL(name, files)));
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** In the page: from when a delta is about to be read until the frame that shows it is painted. */
const measure = `
  const parse = JSON.parse;
  globalThis.frames$ = { paint: [] };
  JSON.parse = (text, ...rest) => {
    if (text.length < 2000 || !text.startsWith('{"seq"')) return parse(text, ...rest);
    const began = performance.now();
    const value = parse(text, ...rest);
    const onFrame = () => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => frames$.paint.push(performance.now() - began);
      port2.postMessage(0);
    };
    // The page shows it in the turn after it was read; the frame that counts is the next one.
    setTimeout(() => setTimeout(() => requestAnimationFrame(onFrame)));
    return value;
  };
`;

/** @param {number[]} times */
function told(times) {
  const sorted = times.slice(OPENING, OPENING + TICKS).sort((a, b) => a - b);
  const [p50, p95] = [0.5, 0.95].map((share) => sorted[Math.floor(sorted.length * share)] ?? 0);
  return `p50 ${p50?.toFixed(1)} ms, p95 ${p95?.toFixed(1)} ms`;
}

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const asked = process.argv.slice(2).map(Number);
for (const count of asked.length > 0 ? asked : [1000, 10_000]) {
  const server = await serve(count);
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(measure);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  /** Milliseconds of CPU that its main thread has had. */
  const cpuMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
  };
  await page.goto(`http://127.0.0.1:${port}/`);
  const before = await cpuMs();
  const isDone = `frames$.paint.length > ${TICKS + OPENING}`;
  await page.waitForFunction(isDone, undefined, { timeout: 60_000 });
  const cpu = ((await cpuMs()) - before) / (TICKS + OPENING);
  /** @type {{ paint: number[] }} */
  const { paint } = await page.evaluate('frames$');
  const opened = `opened in ${paint[0]?.toFixed(0)} ms`;
  const each = `${cpu.toFixed(1)} ms of CPU a tick`;
  console.log(`${count} actors: ${opened}, painted ${told(paint)}; ${each}`);
  await page.close();
  server.closeAllConnections();
  server.close();
}
await browser.close();
