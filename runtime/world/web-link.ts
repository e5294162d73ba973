import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import {
  CLOSE_MS,
  type Link,
  type LinkEnd,
  type LinkEvents,
  MESSAGE_BYTES_MAX,
  type Remote,
} from '../../actors/network.ts';
import { giveBack } from '../../storage/bytes.ts';
import type { WebFrame } from './web-frame.ts';

/** The code of a close in good order. */
const NORMAL = 1_000;

/** Of WebSocket's own pings and pongs together. */
const CONTROLS_PER_SECOND_MAX = 2;

/** For both sides. Chunks are what a message that is not whole yet came in. */
export const carrierLimits = {
  perMessageDeflate: false,
  maxPayload: MESSAGE_BYTES_MAX,
  maxFragments: 16,
  maxBufferedChunks: 1_024,
  closeTimeout: CLOSE_MS,
};

/** Says goodbye to who does so in good order, and to nobody else: ws would say what is wrong. */
export class Carrier extends WebSocket {
  override close(code?: number): void {
    if (code === NORMAL) super.close(NORMAL);
    else this.terminate();
  }
}

export class WebLink implements Link {
  readonly remote: Remote;
  readonly #carrier: Carrier;
  /** Of the carrier, which writes whole frames as well. */
  readonly #socket: Duplex;
  readonly #frameOf: (message: Uint8Array) => WebFrame;
  #events: LinkEvents | undefined;
  #how: LinkEnd = 'lost';
  #isDeaf = false;
  #isDraining = false;
  #controlsAtMs: number[] = [];

  constructor(
    carrier: Carrier,
    socket: Duplex,
    remote: Remote,
    frameOf: (message: Uint8Array) => WebFrame,
  ) {
    this.#carrier = carrier;
    this.#socket = socket;
    this.remote = remote;
    this.#frameOf = frameOf;
  }

  /** Before anything was read. */
  tell(events: LinkEvents): void {
    this.#events = events;
    const onControl = (): void => this.#control();
    this.#carrier
      .on('message', (data, isBinary) => this.#receive(data, isBinary))
      .on('ping', onControl)
      .on('pong', onControl)
      .on('error', () => this.#violated())
      .on('close', (code) => this.#end(code));
  }

  get bufferedBytes(): number {
    return this.#carrier.bufferedAmount;
  }

  send(message: Uint8Array): void {
    // Nothing follows a frame that closes.
    if (this.#carrier.readyState !== WebSocket.OPEN) return;
    this.#isDraining = true;
    const frame = this.#frameOf(message);
    giveBack(message);
    this.#socket.write(frame.bytes, (error) => {
      if (error) return;
      frame.release();
      this.#sent();
    });
  }

  pause(): void {
    this.#carrier.pause();
  }

  resume(): void {
    this.#carrier.resume();
  }

  close(): void {
    if (this.#carrier.readyState !== WebSocket.OPEN) return;
    this.#isDeaf = true;
    this.#carrier.close(NORMAL);
    // The farewell of the other side is to be read.
    this.#carrier.resume();
  }

  drop(): void {
    this.#isDeaf = true;
    this.#carrier.terminate();
  }

  #sent(): void {
    if (this.#isDeaf || !this.#isDraining || this.bufferedBytes > 0) return;
    this.#isDraining = false;
    this.#events?.onDrained();
  }

  #receive(data: WebSocket.RawData, isBinary: boolean): void {
    if (this.#isDeaf) return;
    if (!isBinary || !Buffer.isBuffer(data) || data.length === 0) this.#violated();
    else this.#events?.onMessage(data);
  }

  /** A flood of them is work that nobody above would see. */
  #control(): void {
    if (this.#isDeaf) return;
    const nowMs = performance.now();
    this.#controlsAtMs = [...this.#controlsAtMs.filter((atMs) => nowMs - atMs < 1_000), nowMs];
    if (this.#controlsAtMs.length > CONTROLS_PER_SECOND_MAX) this.#violated();
  }

  #violated(): void {
    this.#how = 'violated';
    this.drop();
  }

  #end(code: number): void {
    const isClosed = this.#how === 'lost' && code === NORMAL;
    this.#isDeaf = true;
    this.#events?.onEnd(isClosed ? 'closed' : this.#how);
    this.#events = undefined;
  }
}
