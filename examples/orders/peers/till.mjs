/** A till: a peer that asks the shop, and pays. */
import { codeOf, obey, openPeer } from './process.mjs';

const { runtime, shopUrl, shopId } = await openPeer('till');
const shop = runtime.peers.connect(shopUrl, { identity: shopId });

obey(
  { id: runtime.peers.id },
  {
    /** @param {{ method: string, payload?: unknown }} question */
    ask: async ({ method, payload }) => codeOf((await shop).request(method, payload)),
  },
);
