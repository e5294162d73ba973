import {
  CLOSE_MS,
  type Link,
  type LinkEnd,
  type LinkEvents,
  MESSAGE_BYTES_MAX,
  type Remote,
} from '../../actors/network.ts';
import type { Cancel, Clock } from '../../storage/ports.ts';

/** What is on its way, or read by nobody, before a sender has to keep the rest. */
const WINDOW_BYTES = 262_144;

/** How one end of a connection reaches the other. */
export interface Wire {
  /** In order; held while the way is barred. */
  carry(deliver: () => void): void;
  /** Overtakes, and is lost while the way is barred. */
  shout(deliver: () => void): void;
  /** What becomes of a message on its way. */
  tap(message: Uint8Array): readonly Uint8Array[];
}

const nobody: LinkEvents = { onMessage() {}, onDrained() {}, onEnd() {} };

/** One end of a simulated connection; the other one is its `peer`. */
export class SimLink implements Link {
  readonly remote: Remote;
  readonly #clock: Clock;
  readonly #wire: Wire;
  #peer: SimLink | undefined;
  #events: LinkEvents = nobody;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #unread: (Uint8Array | 'close')[] = [];
  /** Bytes that left, and that the peer has not read. */
  #loadBytes = 0;
  #state: 'open' | 'closing' | 'over' = 'open';
  #isPaused = false;
  #isFlushDue = false;
  #cancelClose: Cancel = () => {};

  constructor(clock: Clock, remote: Remote, wire: Wire) {
    this.#clock = clock;
    this.remote = remote;
    this.#wire = wire;
  }

  join(peer: SimLink): void {
    this.#peer = peer;
    peer.#peer = this;
  }

  tell(events: LinkEvents): void {
    this.#events = events;
  }

  /** Before all that this side sends. */
  welcome(onWelcome: () => void): void {
    this.#wire.carry(onWelcome);
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  get bufferedBytes(): number {
    return this.#waitingBytes;
  }

  send(message: Uint8Array): void {
    if (this.#state !== 'open') return;
    this.#waiting.push(message);
    this.#waitingBytes += message.length;
    this.#flushSoon();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#clock.soon(() => this.#read());
  }

  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#cancelClose = this.#clock.after(CLOSE_MS, () => this.#cut('lost'));
    this.#flushSoon();
    this.resume();
  }

  drop(): void {
    if (this.isOver) return;
    this.#over();
    this.#reset();
    this.#clock.soon(() => this.#events.onEnd('lost'));
  }

  /** What was broken on the way, on the stack of an event. */
  cut(): void {
    this.#cut('lost');
  }

  /** Nobody is left on this side who would hear of anything, or say a word. */
  vanish(): void {
    this.#over();
    this.#events = nobody;
  }

  /** What arrives, after all that was sent before. */
  arrive(what: Uint8Array | 'close'): void {
    // A machine that knows nothing of a connection says so.
    if (this.isOver) return this.#reset();
    if (what !== 'close' && (what.length === 0 || what.length > MESSAGE_BYTES_MAX)) {
      return this.#cut('violated');
    }
    this.#unread.push(what);
    this.#read();
  }

  #read(): void {
    while (!this.#isPaused && !this.isOver) {
      const next = this.#unread.shift();
      if (next === undefined) return;
      if (next === 'close') return this.#closed();
      this.#peer?.wasRead(next.length);
      if (this.#state === 'open') this.#events.onMessage(next);
    }
  }

  #closed(): void {
    if (this.#state === 'open') this.#wire.carry(() => this.#peer?.arrive('close'));
    this.#over();
    this.#events.onEnd('closed');
  }

  /** The peer took so many bytes in. */
  wasRead(bytes: number): void {
    this.#loadBytes = Math.max(0, this.#loadBytes - bytes);
    if (!this.isOver && this.#waiting.length > 0) this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    this.#clock.soon(() => {
      this.#isFlushDue = false;
      if (!this.isOver) this.#flush();
    });
  }

  #flush(): void {
    const wasWaiting = this.#waiting.length > 0;
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      if (this.#loadBytes + next.length > WINDOW_BYTES) return;
      this.#waiting.shift();
      this.#waitingBytes -= next.length;
      this.#loadBytes += next.length;
      this.#carry(next);
    }
    if (this.#state === 'closing') this.#wire.carry(() => this.#peer?.arrive('close'));
    else if (wasWaiting) this.#events.onDrained();
  }

  #carry(message: Uint8Array): void {
    this.#wire.carry(() => {
      const arriving = this.#wire.tap(message);
      // Whoever changes or drops it keeps the connection going.
      const bytes = arriving.reduce((sum, { length }) => sum + length, 0);
      this.#loadBytes += bytes - message.length;
      for (const each of arriving) this.#peer?.arrive(each.slice());
    });
  }

  #cut(how: LinkEnd): void {
    if (this.isOver) return;
    this.#over();
    this.#reset();
    this.#events.onEnd(how);
  }

  #reset(): void {
    this.#wire.shout(() => this.#peer?.wasReset());
  }

  /** The other side knows nothing of this connection any more. */
  wasReset(): void {
    if (this.isOver) return;
    this.#over();
    this.#events.onEnd('lost');
  }

  #over(): void {
    this.#state = 'over';
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#unread = [];
    this.#cancelClose();
  }
}
