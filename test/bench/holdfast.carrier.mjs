/** Ours, by its public door alone. The limits are those of a peer that has the link to itself. */
import { loadHoldfast } from './holdfast.mjs';

const CHUNK = new Uint8Array(65_536);
const REQUEST = new Uint8Array(1_024);
/** In flight, of what is sent one way: 2 MiB, as much as may be; yamux may have 16 MiB. */
const CHUNKS = 32;

async function runtime() {
  const { createRuntime } = await loadHoldfast();
  const bytes = 1_073_741_824;
  const requests = 1_000_000;
  return await createRuntime({
    limits: {
      ...{ peerBytesPerSecond: bytes, peerBytesBurst: bytes },
      ...{ requestsPerSecond: requests, requestsBurst: requests },
    },
  });
}

export async function listen() {
  const { peers } = await runtime();
  peers.handle('echo', { level: 'basic', effect: 'read' }, (bytes) => bytes);
  peers.handle('sink', { level: 'basic', effect: 'read' }, () => {});
  return (await peers.listen()).url;
}

/**
 * @param {string} address
 * @returns {Promise<import('./peer.mjs').Side>}
 */
export async function dial(address) {
  const { peers } = await runtime();
  const peer = await peers.connect(address, { identity: 'any' });
  /**
   * @param {string} method
   * @param {Uint8Array} payload
   * @param {number} count
   * @param {number} inFlight
   */
  async function ask(method, payload, count, inFlight) {
    let asked = 0;
    const askOn = async () => {
      while (asked < count) {
        asked += 1;
        await peer.request(method, payload);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, askOn));
  }
  return {
    request: (count, inFlight) => ask('echo', REQUEST, count, inFlight),
    bulk: (count) => ask('sink', CHUNK, count, CHUNKS),
  };
}
