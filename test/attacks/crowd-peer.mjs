import { randomBytes } from 'node:crypto';
import { drawKey, initiatorOf } from '../../dist/actors/peer/self.js';
import { readFrames } from '../../dist/actors/peer/wire/frame-reader.js';
import { FrameWriter } from '../../dist/actors/peer/wire/frame-writer.js';
import { credentialsOf } from '../../dist/actors/peer/wire/handshake.js';
import { suites } from '../../dist/actors/peer/wire/suites.js';
import { primitives } from '../../dist/runtime/world/primitives.js';
import { SUBPROTOCOL } from '../../dist/runtime/world/upgrade.js';
import { Carrier, carrierLimits } from '../../dist/runtime/world/web-link.js';
import { Secret } from '../../dist/storage/secret.js';

/** @typedef {import('../../dist/actors/peer/wire/frame.js').Frame} Frame */

const random = (/** @type {number} */ length) => new Uint8Array(randomBytes(length));
const writer = new FrameWriter();
const nothing = new Uint8Array();

/** Somebody, by a key of its own. */
export function anybody() {
  const identity = primitives.identityKey(Secret.of(random(32)));
  const credentials = credentialsOf(identity, drawKey(primitives, random));
  return { primitives, credentials, network: '', suites, random };
}

/** One connection of a peer that is honest as long as nobody makes it do otherwise. */
export class CrowdPeer {
  /** @type {import('../../dist/actors/peer/wire/handshake.js').Session | undefined} */
  session;
  isOver = false;
  /** @type {(isLive: boolean) => void} */
  onSettled = () => {};
  /** Called with each answer, and with how long it took. */
  onAnswered = (/** @type {number} */ _) => {};
  onRead = () => {};
  onOver = () => {};
  #nextId = 1;
  /** @type {Map<number, number>} when each request was sent */
  #asked = new Map();

  /**
   * @param {string} url
   * @param {string} localAddress
   * @param {ReturnType<typeof anybody>} self
   */
  constructor(url, localAddress, self) {
    this.carrier = new Carrier(url, SUBPROTOCOL, { ...carrierLimits, localAddress });
    const initiator = initiatorOf(self, 'ws');
    this.carrier
      .on('open', () => this.#step(initiator.begin()))
      .on('message', (/** @type {Buffer} */ message) => {
        if (this.session === undefined) this.#step(initiator.receive(message));
        else this.#read(message);
      })
      .on('error', () => {})
      .on('close', () => {
        this.isOver = true;
        this.onSettled(false);
        this.onOver();
      });
  }

  get isLive() {
    return this.session !== undefined && !this.isOver;
  }

  /** Whether it became live. */
  settled() {
    return new Promise((resolve) => {
      this.onSettled = resolve;
    });
  }

  /** @param {import('../../dist/actors/peer/wire/handshake.js').Step} step */
  #step(step) {
    if (step.kind === 'refused') return this.carrier.terminate();
    for (const message of step.send) this.carrier.send(message);
    if (step.kind !== 'live') return;
    this.session = step.session;
    this.onSettled(true);
  }

  /** @param {Buffer} message */
  #read(message) {
    const plain = this.session?.transport.open(message);
    const frames = plain && readFrames(plain);
    if (frames === undefined || 'violation' in frames) return;
    for (const frame of frames) {
      if (frame.kind === 'rekey') this.session?.transport.rekeyReceiving();
      if (frame.kind === 'ping') this.say([{ kind: 'pong', nonce: frame.nonce }]);
      if (frame.kind === 'response' || frame.kind === 'error') this.#answered(frame.id);
    }
    this.onRead();
  }

  /** @param {number} id */
  #answered(id) {
    const sentMs = this.#asked.get(id);
    this.#asked.delete(id);
    if (sentMs !== undefined) this.onAnswered(performance.now() - sentMs);
  }

  get waiting() {
    return this.#asked.size;
  }

  /** @param {readonly Frame[]} frames */
  say(frames) {
    writer.clear();
    for (const frame of frames) writer.write(frame);
    const message = this.session?.transport.seal(writer.padded);
    if (message !== undefined && !this.isOver) this.carrier.send(message);
  }

  /**
   * So many requests in one message.
   *
   * @param {string} name
   */
  ask(name, count = 1) {
    const terms = { timeoutMs: 30_000, size: 0, part: nothing };
    /** @type {Frame[]} */
    const frames = Array.from({ length: count }, () => {
      const id = this.#nextId;
      this.#nextId += 2;
      this.#asked.set(id, performance.now());
      return { kind: 'request', id, encoding: 'nothing', name, ...terms };
    });
    this.say(frames);
  }

  drop() {
    this.carrier.terminate();
  }
}
