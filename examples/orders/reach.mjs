import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from 'holdfast';

const RETRY_MS = 500;

/**
 * A peer, even if it is not there at first. Once it was, the runtime dials it again by itself.
 * @param {import('holdfast').Peers} peers of this side
 * @param {string} url
 * @param {string} identity
 * @returns {Promise<import('holdfast').Peer>}
 * @throws {HoldfastError} RUNTIME_STOPPED, or whatever does not go away by itself
 */
export function reach(peers, url, identity) {
  return peers.connect(url, { identity }).catch(async (error) => {
    if (!(error instanceof HoldfastError && error.retryable)) throw error;
    await sleep(RETRY_MS, undefined, { ref: false });
    return reach(peers, url, identity);
  });
}
