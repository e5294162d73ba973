/** A depot: a peer that the shop asks for its stock. */
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, obey, openPeer } from './process.mjs';

const STOCK = new Map(Object.entries({ tea: 40, coffee: 25, cocoa: 0, mate: 7 }));
const COUNT_MS = 50;

const { runtime } = await openPeer('depot');

/** @param {unknown} sku */
const count = (sku) => ({ sku, count: STOCK.get(String(sku)) ?? 0, pid: process.pid });

runtime.peers.handle('stock.count', { level: 'basic', effect: 'read' }, count);
runtime.peers.handle(
  'stock.watch',
  { level: 'basic', effect: 'read' },
  async function* (sku, { signal }) {
    for (;;) {
      yield count(sku);
      await sleep(COUNT_MS, undefined, { signal });
    }
  },
);

const { url } = await runtime.peers.listen();
obey(
  { id: runtime.peers.id, port: Number(new URL(url).port) },
  {
    /** @param {{ url: string, id: string }} neighbour */
    visit: (neighbour) => codeOf(runtime.peers.connect(neighbour.url, { identity: neighbour.id })),
  },
);
