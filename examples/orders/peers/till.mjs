/** A till: a peer that asks the shop, and leads others to each other. */
import { filter, firstValueFrom, shareReplay } from 'rxjs';
import { reach } from '../reach.mjs';
import { codeOf, obey, openPeer } from './process.mjs';

const { runtime, shopUrl, shopId } = await openPeer('till', { network: { relayLevel: 'basic' } });
const relayed$ = runtime.events$.pipe(
  filter(({ type }) => type === 'peer.relayed'),
  shareReplay(1),
);
relayed$.subscribe();

/** @type {Promise<import('holdfast').Peer> | undefined} */
let visited;

const { url } = await runtime.peers.listen();
const shop = reach(runtime.peers, shopUrl, shopId);
// The shop may close before.
shop.catch(() => {});

obey(
  { id: runtime.peers.id, port: Number(new URL(url).port) },
  {
    /** @param {{ method: string, payload?: unknown }} question */
    ask: async ({ method, payload }) => codeOf((await shop).request(method, payload)),
    /** @param {{ url: string, id: string }} neighbour */
    visit: async ({ url, id }) => {
      visited = runtime.peers.connect(url, { identity: id });
      return codeOf(visited);
    },
    leave: async () => {
      (await visited)?.close();
      return 'it is gone';
    },
    /** What it knows of what it carried. */
    carried: async () => `${(await firstValueFrom(relayed$)).data.bytes} bytes`,
  },
);
