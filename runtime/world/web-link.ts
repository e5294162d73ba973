import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import {
  CLOSE_MS,
  type Link,
  type LinkEnd,
  type LinkEvents,
  type Remote,
} from '../../actors/network.ts';
import { giveBack, plain } from '../../storage/bytes.ts';
import { clearFrame, maskedFrame, type WebFrame } from './web-frame.ts';
import { WebReader } from './web-reader.ts';

/** The code of a close in good order. */
const NORMAL = 1_000;

/** Of WebSocket's own pings and pongs together. */
const CONTROLS_PER_SECOND_MAX = 2;

/** For both sides. */
export const carrierLimits = { perMessageDeflate: false, closeTimeout: CLOSE_MS };

/** Says goodbye to who does so in good order, and to nobody else: ws would say what is wrong. */
export class Carrier extends WebSocket {
  override close(code?: number): void {
    if (code === NORMAL) super.close(NORMAL);
    else this.terminate();
  }
}

/** What whoever is on it sends, and what comes in. */
export interface WebSide {
  readonly frameOf: (message: Uint8Array) => WebFrame;
  readonly masked: 0 | 0x80;
}

export const dialling: WebSide = { frameOf: maskedFrame, masked: 0 };
export const listening: WebSide = { frameOf: clearFrame, masked: 0x80 };

export class WebLink implements Link {
  readonly remote: Remote;
  readonly #carrier: Carrier;
  /** Of the carrier, which says what is no message. */
  readonly #socket: Duplex;
  readonly #side: WebSide;
  readonly #reader: WebReader;
  #events: LinkEvents | undefined;
  #how: LinkEnd = 'lost';
  #isDeaf = false;
  #isDraining = false;
  #controlsAtMs: number[] = [];

  constructor(carrier: Carrier, socket: Duplex, remote: Remote, side: WebSide) {
    this.#carrier = carrier;
    this.#socket = socket;
    this.remote = remote;
    this.#side = side;
    const own = socket.listeners('data');
    this.#reader = new WebReader(side.masked, {
      onMessage: (message) => {
        if (!this.#isDeaf) this.#events?.onMessage(message);
      },
      onControl: (frame) => {
        for (const read of own) Reflect.apply(read, socket, [frame]);
      },
      onViolated: () => this.#violated(),
    });
  }

  /** Before anything was read. */
  tell(events: LinkEvents): void {
    this.#events = events;
    const onControl = (): void => this.#control();
    this.#carrier
      .on('ping', onControl)
      .on('pong', onControl)
      .on('error', () => this.#violated())
      .on('close', (code) => this.#end(code));
    // Trap: a slice of a Buffer is no copy, and what comes in is gone soon.
    const read = (chunk: Buffer): void => this.#reader.read(plain(chunk));
    this.#socket
      .removeAllListeners('data')
      .on('data', read)
      // What is left of a link that is paused: ws would take it for whole frames.
      .prependListener('close', () => {
        const rest: Buffer | null = this.#socket.read();
        if (rest !== null) read(rest);
      });
  }

  get bufferedBytes(): number {
    return this.#carrier.bufferedAmount;
  }

  send(message: Uint8Array): void {
    // Nothing follows a frame that closes.
    if (this.#carrier.readyState !== WebSocket.OPEN) return;
    this.#isDraining = true;
    const frame = this.#side.frameOf(message);
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
    this.#reader.stop();
    this.#carrier.terminate();
  }

  #sent(): void {
    if (this.#isDeaf || !this.#isDraining || this.bufferedBytes > 0) return;
    this.#isDraining = false;
    this.#events?.onDrained();
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
