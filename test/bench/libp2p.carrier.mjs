/** js-libp2p: Noise and yamux over WebSocket. Its streams are bytes, so a work knows its length. */
const [{ createLibp2p }, { noise }, { yamux }, { webSockets }, { multiaddr }] = await Promise.all(
  [
    'libp2p',
    '@chainsafe/libp2p-noise',
    '@chainsafe/libp2p-yamux',
    '@libp2p/websockets',
    '@multiformats/multiaddr',
  ].map((name) => import(name)),
);

const CHUNK = new Uint8Array(65_536);
const REQUEST = new Uint8Array(1_024);
const [ECHO, SINK] = ['/echo/1', '/sink/1'];

/** @param {readonly string[]} listening */
const nodeOf = (listening) =>
  createLibp2p({
    addresses: { listen: listening },
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  });

/**
 * @param {any} stream
 * @param {Uint8Array} bytes
 */
async function send(stream, bytes) {
  if (!stream.send(bytes)) await stream.onDrain();
}

export async function listen() {
  const node = await nodeOf(['/ip4/127.0.0.1/tcp/0/ws']);
  await node.handle(ECHO, async (/** @type {any} */ stream) => {
    for await (const bytes of stream) await send(stream, bytes);
  });
  await node.handle(SINK, async (/** @type {any} */ stream) => {
    for await (const bytes of stream) {
      const part = bytes.subarray();
      if (part[part.length - 1] === 1) await send(stream, Uint8Array.of(1));
    }
  });
  return String(node.getMultiaddrs()[0]);
}

/**
 * @param {string} address
 * @returns {Promise<import('./peer.mjs').Side>}
 */
export async function dial(address) {
  const node = await nodeOf([]);
  const to = multiaddr(address);
  const [echo, sink] = [await node.dialProtocol(to, ECHO), await node.dialProtocol(to, SINK)];
  return {
    async request(count, inFlight) {
      let [asked, received] = [0, 0];
      /** @type {Promise<void>} */
      const over = new Promise((resolve) => {
        const heard = (/** @type {any} */ { data }) => {
          received += data.byteLength;
          while (asked < count && asked * REQUEST.length < received + inFlight * REQUEST.length) {
            asked += 1;
            echo.send(REQUEST);
          }
          if (received < count * REQUEST.length) return;
          echo.removeEventListener('message', heard);
          resolve();
        };
        echo.addEventListener('message', heard);
        heard({ data: new Uint8Array() });
      });
      await over;
    },
    async bulk(count) {
      const received = new Promise((resolve) => {
        sink.addEventListener('message', resolve, { once: true });
      });
      const last = CHUNK.with(CHUNK.length - 1, 1);
      for (let at = 1; at <= count; at++) await send(sink, at < count ? CHUNK : last);
      await received;
    },
  };
}
