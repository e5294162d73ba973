/**
 * A service whose disk, sandboxes, network and cores others take away while it works. It counts
 * what it may never do.
 *
 *     node shop.mjs <dataDir> <key file> <url of the relay>
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createRuntime } from 'holdfast';
import { codeOf, obey } from './tasks.mjs';

/** @typedef {'isolate' | 'process'} Isolation */

const MIB = 1_048_576;
const BURN_MS = 400;
const BREATH_MS = 20;
const PACE_MS = 50;
/** There may be as many of them as strangers like. */
const UNRECORDED = new Set(['peer.opened', 'peer.rotated', 'peer.ended']);
const COMPUTE_MS = 300;

const [dataDir = '', file = '', relayUrl = ''] = process.argv.slice(2);
const rt = await createRuntime({
  name: 'shop',
  dataDir,
  masterKey: { file, create: true },
  audit: {
    ...{ healthMs: 500, ballastBytes: 8 * MIB, freeBytesMin: 16 * MIB },
    ...{ spoolBytesMax: 65_536, segmentBytesMax: MIB },
  },
  // Pauses that it makes itself are too long, not those that others on this machine make.
  load: {
    pressured: {
      above: { loopDelayMs: 300, cpuRatio: 1, forMs: 2_000 },
      below: { loopDelayMs: 300, cpuRatio: 1, memoryRatio: 0.85, forMs: 3_000 },
    },
    shedding: { above: { loopDelayMs: 10_000, cpuRatio: 1 } },
  },
  listen: {},
  diagnostics: { port: 0 },
});
/** @type {import('holdfast').Fact[]} */
const facts = [];
rt.events$.subscribe((fact) => facts.push(fact));
let since = 0;
let isBurning = false;
let isOver = false;

/** What was promised, by index. @type {Map<number, string>} */
const promised = new Map();
/** What came of all that was asked for. @type {Set<string>} */
const came = new Set();
const wrongs = { written: 0, weak: 0 };

/** A write may be under way only while what it does can be put on record. */
function write() {
  if (rt.modes.audit.snapshot().isRefusing) wrongs.written += 1;
}

/** @param {() => Promise<void>} work @param {number} everyMs */
async function over(work, everyMs) {
  while (!isOver) {
    await work();
    await sleep(everyMs);
  }
}

let next = 0;
async function record() {
  const id = `order-${next++}`;
  const appended = rt.audit.append({ type: 'order.taken', subject: id, data: 'x'.repeat(2_000) });
  await appended.then(
    ({ index }) => promised.set(index, id),
    (error) => came.add(`record ${error.code}`),
  );
}

const takings = rt.protect('takings', () => 1, { effect: 'read' });
const charge = rt.protect('charge', write, { effect: 'write' });
async function call() {
  came.add(`read ${await codeOf(takings())}`);
  came.add(`write ${await codeOf(charge())}`);
}

/** @param {Isolation} floor */
async function compute(floor) {
  const run = rt.sandboxes.run({ code: '6 * 7', isolation: 'process', floor });
  came.add(`${floor} ${await codeOf(run)}`);
  const { isolation } = await run.catch(() => ({ isolation: 'process' }));
  if (isolation === 'isolate' && floor === 'process') wrongs.weak += 1;
}

rt.peers.handle('price', { level: 'basic', effect: 'read' }, () => 3);
rt.peers.handle('order', { level: 'basic', effect: 'write' }, write);
rt.peers.handle('tip', { level: 'basic', effect: 'read', sandbox: '1' });
rt.peers.handle('tax', { level: 'privileged', effect: 'read', sandbox: '2' });

function burn() {
  for (const fromMs = performance.now(); performance.now() - fromMs < BURN_MS; );
  if (isBurning) setTimeout(burn, BREATH_MS);
}

/** The type of the fact that led to one, over all between. @param {string} id */
function rootOf(id) {
  let fact = facts.find((each) => each.id === id);
  for (let cause = fact; cause !== undefined; fact = cause) {
    const { causationid } = cause;
    cause = causationid === undefined ? undefined : facts.find((each) => each.id === causationid);
    if (cause === undefined) return fact?.type ?? '';
  }
  return '';
}

/** Facts that were told and are not on record, those said to be lost, and promises not kept. */
async function count() {
  const told = facts.filter(({ type }) => !UNRECORDED.has(type)).map(({ id }) => id);
  const onRecord = new Set();
  let lost = 0;
  for await (const read of rt.audit.read()) {
    if (read.kind === 'gap') throw new Error(`a gap: ${read.because}`);
    const { id, type, subject, data } = read.event;
    onRecord.add(id);
    if (type === 'audit.gap') lost += Number(Object(data).lost);
    if (promised.get(read.index) === subject) promised.delete(read.index);
  }
  return { missing: told.filter((id) => !onRecord.has(id)).length - lost, broken: promised.size };
}

/** @type {readonly Promise<void>[]} */
const work = [
  ...[over(record, PACE_MS), over(call, PACE_MS)],
  ...[over(() => compute('isolate'), COMPUTE_MS), over(() => compute('process'), COMPUTE_MS)],
];

obey(
  { id: rt.peers.id, url: rt.peers.urls[0], pages: rt.diagnosticsUrl },
  {
    /** @param {string} depotId */
    meet: async (depotId) => {
      await rt.peers.connect(relayUrl, { identity: 'any' });
      const depot = await rt.peers.connect(depotId);
      rt.healthCheck(
        'depot',
        async ({ signal }) => {
          await depot.request('stock', undefined, { signal, timeoutMs: 300 });
          return undefined;
        },
        { affects: 'readiness', everyMs: 1_000, timeoutMs: 2_000 },
      );
      return depot.request('stock');
    },
    /** @param {string} id */
    grant: (id) => rt.peers.grant(id, { level: 'privileged' }),
    burn: () => {
      since = facts.length;
      came.clear();
      isBurning = true;
      burn();
    },
    rest: () => {
      isBurning = false;
    },
    came: () => [...came].sort(),
    /** Each move since it began to burn, and what began it. */
    moves: () =>
      facts
        .slice(since)
        .filter(({ type }) => /^(audit|isolation|route|load)\.moved$/.test(type))
        .map(({ type, data, id }) => [type, data.from, data.to, rootOf(id)]),
    end: async () => {
      isOver = true;
      await Promise.all(work);
      await rt.audit.append({ type: 'order.last' });
      const counted = await count();
      const { verdict } = await rt.audit.verify();
      await rt.shutdown();
      return { ...counted, ...wrongs, verdict };
    },
  },
);
