import { randomBytes } from 'node:crypto';
import { anybody, CrowdPeer } from './crowd-peer.mjs';

/** More would be against the rules. */
const OPEN_MAX = 256;

/**
 * Is somebody again and again, as fast as it is let in, until it is stopped.
 *
 * @param {(peer: CrowdPeer) => void} onOpen before the handshake
 * @param {(peer: CrowdPeer) => void} onLive after it
 */
const again = (onOpen, onLive) => (/** @type {string} */ url, /** @type {string} */ address) => {
  let isStopped = false;
  /** @type {CrowdPeer | undefined} */
  let peer;
  const begin = () => {
    if (isStopped) return;
    const next = new CrowdPeer(url, address, anybody());
    peer = next;
    next.carrier.on('open', () => onOpen(next));
    next.onSettled = (isLive) => {
      if (isLive) onLive(next);
    };
    // What is refused at once would otherwise take all of this process.
    next.onOver = () => void setTimeout(begin, 20);
  };
  begin();
  return () => {
    isStopped = true;
    peer?.drop();
  };
};

const ignore = () => {};

/**
 * As many requests as may be open, always.
 *
 * @param {CrowdPeer} peer
 */
function flood(peer) {
  const fill = () => {
    const missing = OPEN_MAX - peer.waiting;
    if (peer.isLive && missing > 0) peer.ask('echo', missing);
  };
  peer.onRead = fill;
  fill();
}

/** Each is begun with a url and an address, and returns how it is ended. */
export const attacks = [
  // Says nothing once it is upgraded.
  again((peer) => peer.carrier.removeAllListeners('message'), ignore),
  // Noise instead of a handshake.
  again((peer) => peer.carrier.send(randomBytes(200)), ignore),
  // A bad tag once it is known who it is.
  again(ignore, (peer) => peer.carrier.send(randomBytes(200))),
  // A broken rule, as somebody else each time.
  again(ignore, (peer) => {
    const message = peer.session?.transport.seal(Uint8Array.of(99));
    if (message !== undefined) peer.carrier.send(message);
  }),
  again(ignore, flood),
  // Takes nothing of 64 endless answers.
  again(ignore, (peer) => {
    peer.ask('watch', 64);
    peer.carrier.pause();
  }),
  // Comes and goes.
  again(ignore, (peer) => {
    peer.ask('echo');
    peer.onAnswered = () => peer.drop();
  }),
];
