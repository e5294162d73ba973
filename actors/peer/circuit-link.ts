import type { Cancel, Clock } from '../../storage/ports.ts';
import { CLOSE_MS, type Link, type LinkEnd, type LinkEvents, type Remote } from '../network.ts';
import { GRANT, GRANT_BYTES, RELAYED_BYTES_MAX, WINDOW_BYTES } from './circuit.ts';
import type { Account } from './ledger.ts';
import { ownedPart } from './requests/payload.ts';

/** What a message that waits costs besides its bytes. */
const MESSAGE_BYTES = 128;

/** What one end of a circuit asks of its connection to the relay. */
export interface CircuitTools {
  readonly clock: Clock;
  /** Of the relay. */
  readonly remote: Remote;
  /** Of what waits in it; it is closed with the link. */
  readonly account: Pick<Account, 'hold' | 'free' | 'close'>;
  /** False if too much waits for the relay already: then it hangs up. */
  relay(part: Uint8Array): boolean;
  /** Trap: it may not overtake what was relayed before. */
  hangUp(): void;
}

const nobody: LinkEvents = { onMessage() {}, onDrained() {}, onEnd() {} };

/** SPEC section 8: one end of a circuit, which carries messages of at most 65,512 bytes. */
export class CircuitLink implements Link {
  readonly #tools: CircuitTools;
  #events: LinkEvents = nobody;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #unread: Uint8Array[] = [];
  /** What may be sent before the next grant. */
  #roomBytes = WINDOW_BYTES;
  /** What may come in before the next grant, and what was taken in since the last. */
  #openBytes = WINDOW_BYTES;
  #takenBytes = 0;
  #isPaused = false;
  #isFlushDue = false;
  /** The other end closed it, after what is unread. */
  #isEnded = false;
  #state: 'open' | 'closing' | 'over' = 'open';
  #cancelClose: Cancel = () => {};

  constructor(tools: CircuitTools) {
    this.#tools = tools;
  }

  get remote(): Remote {
    return this.#tools.remote;
  }

  get bufferedBytes(): number {
    return this.#waitingBytes;
  }

  tell(events: LinkEvents): void {
    this.#events = events;
  }

  send(message: Uint8Array): void {
    if (this.#state !== 'open') return;
    if (!this.#tools.account.hold(MESSAGE_BYTES + message.length)) return this.drop();
    this.#waiting.push(message);
    this.#waitingBytes += message.length;
    this.#flushSoon();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#tools.clock.soon(() => this.#read());
  }

  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#cancelClose = this.#tools.clock.after(CLOSE_MS, () => this.#hangUp('lost'));
    this.#free(...this.#unread.splice(0));
    this.#flushSoon();
  }

  drop(): void {
    if (this.#state === 'over') return;
    this.#over();
    this.#tools.hangUp();
    this.#tools.clock.soon(() => this.#events.onEnd('lost'));
  }

  /** The other end hung up, or the relay did, or the connection to it is over. */
  ended(how: Exclude<LinkEnd, 'violated'>): void {
    if (this.#state === 'over') return;
    this.#isEnded = how === 'closed' && this.#unread.length > 0;
    if (this.#isEnded) return;
    this.#over();
    this.#events.onEnd(how);
  }

  /** A relay frame of this circuit came in. */
  receive(part: Uint8Array): void {
    if (this.#state === 'over') return;
    if (part.length === 0) return this.#granted();
    this.#openBytes -= part.length;
    if (part.length > RELAYED_BYTES_MAX || this.#openBytes < 0) return this.#hangUp('violated');
    if (this.#state === 'closing') return;
    if (!this.#tools.account.hold(MESSAGE_BYTES + part.length)) return this.#hangUp('lost');
    this.#unread.push(ownedPart(part));
    this.#read();
  }

  #granted(): void {
    this.#roomBytes += GRANT_BYTES;
    if (this.#roomBytes > WINDOW_BYTES) return this.#hangUp('violated');
    this.#flush();
  }

  #read(): void {
    while (!this.#isPaused && this.#state === 'open') {
      const part = this.#unread.shift();
      if (part === undefined) return;
      this.#free(part);
      this.#takenBytes += part.length;
      if (this.#takenBytes >= GRANT_BYTES) {
        this.#takenBytes -= GRANT_BYTES;
        this.#openBytes += GRANT_BYTES;
        if (!this.#tools.relay(GRANT)) return this.#hangUp('lost');
      }
      this.#events.onMessage(part);
      if (this.#isEnded && this.#unread.length === 0) this.ended('closed');
    }
  }

  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    this.#tools.clock.soon(() => {
      this.#isFlushDue = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#state === 'over') return;
    const wasWaiting = this.#waiting.length > 0;
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      if (next.length > this.#roomBytes) return;
      this.#waiting.shift();
      this.#free(next);
      this.#waitingBytes -= next.length;
      this.#roomBytes -= next.length;
      if (!this.#tools.relay(next)) return this.#hangUp('lost');
    }
    if (this.#state === 'closing') this.#hangUp('closed');
    else if (wasWaiting) this.#events.onDrained();
  }

  #free(...messages: readonly Uint8Array[]): void {
    for (const { length } of messages) this.#tools.account.free(MESSAGE_BYTES + length);
  }

  /** On the stack of an event. */
  #hangUp(how: LinkEnd): void {
    this.#over();
    this.#tools.hangUp();
    this.#events.onEnd(how);
  }

  #over(): void {
    this.#state = 'over';
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#unread = [];
    this.#cancelClose();
    this.#tools.account.close();
  }
}
