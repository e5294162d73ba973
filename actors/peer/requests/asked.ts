import { type Failure, failRequest } from '../../refusals.ts';
import type { DataFrame, ErrorFrame, IdFrame, PayloadFrame, RequestFrame } from '../wire/frame.ts';
import { utf8Bytes } from '../wire/utf8.ts';
import type { Departures } from './departures.ts';
import { Exchange, type Line } from './exchange.ts';
import { type ExchangeViolation, ID_WINDOW_BYTES, ITEM_BYTES } from './flow.ts';
import { ItemQueue, type Items } from './items.ts';
import { ownedPart, type Payload } from './payload.ts';
import type { Purse } from './purse.ts';

/**
 * Who asked. One of the three is called, once, and none after it cancelled; perhaps on the stack of
 * `ask`. They may not throw.
 */
export interface Asker {
  /** Trap: its bytes may be a piece of something larger: read them at once, or copy them. */
  onAnswered(payload: Payload): void;
  onStreamed(items: Items): void;
  onFailed(failure: Failure): void;
}

export interface AskedLine extends Line {
  /** It is written now: it gets its id. */
  begin(asked: Asked): void;
  /** It is over; `isCut` if the other side is to be told. */
  leave(asked: Asked, isCut: boolean): void;
  /** It is over, but for items that nobody has read yet. */
  linger(asked: Asked): void;
  /** Those were read, or are lost. */
  read(asked: Asked): void;
}

/** One request of ours. */
export class Asked extends Exchange {
  /** Among those that are open; below zero while it waits until fewer are. */
  place = -1;
  readonly headBytes: number;
  readonly extraBytes = 0;
  readonly departures: Departures;
  readonly purse: Purse;
  readonly #line: AskedLine;
  readonly #name: string;
  readonly #asker: Asker;
  #items: ItemQueue | undefined;
  /** Held for items that nobody has read yet. */
  #unreadBytes = 0;
  #isOver = false;

  constructor(line: AskedLine, name: string, payload: Payload, asker: Asker) {
    super();
    this.#line = line;
    this.departures = line.sender.requests;
    this.purse = line.room.answers;
    this.#name = name;
    this.#asker = asker;
    this.outgoing = payload;
    this.headBytes = 17 + utf8Bytes(name);
  }

  get streamBytes(): number {
    if (this.#items === undefined || this.#isOver) return 0;
    return ID_WINDOW_BYTES - this.#unreadBytes;
  }

  head({ encoding, bytes }: Payload, part: Uint8Array): RequestFrame {
    const timeoutMs = this.#line.deadlines.leftMs(this);
    this.#line.begin(this);
    const { id } = this;
    return { kind: 'request', id, timeoutMs, encoding, size: bytes.length, name: this.#name, part };
  }

  onSent(): void {}

  onSignalled(): void {}

  receive(frame: PayloadFrame | IdFrame | DataFrame | ErrorFrame): ExchangeViolation | undefined {
    const isBetween = this.assembly === undefined;
    const items = this.#items;
    switch (frame.kind) {
      case 'data':
        return this.#add(frame.part);
      case 'error':
        this.#leave(false);
        return this.#fail(failureOf(frame));
      case 'response':
        return isBetween && items === undefined ? this.#begin(frame, 0) : 'unexpected';
      case 'item':
        return isBetween && items !== undefined ? this.#begin(frame, ITEM_BYTES) : 'unexpected';
      case 'stream':
        return isBetween && items === undefined ? this.#stream() : 'unexpected';
      case 'end':
        if (!isBetween || items === undefined) return 'unexpected';
        this.#leave(false);
        items.end({ kind: 'end' });
        return undefined;
      case 'cancel':
        return 'unexpected';
    }
  }

  /** Whoever asked wants no answer any more. */
  cancel(): void {
    if (!this.#isOver) this.#leave(true);
    this.#items?.drop({ kind: 'end' });
    this.#freeUnread();
  }

  expire(): void {
    this.giveUp(failRequest('REQUEST_TIMEOUT'));
  }

  abandon(): void {
    this.giveUp(failRequest('RUNTIME_STOPPED'));
  }

  giveUp(failure: Failure): void {
    if (!this.#isOver) this.#leave(true);
    this.#items?.drop({ kind: 'failed', failure });
    this.#freeUnread();
    if (this.#items === undefined) this.#asker.onFailed(failure);
  }

  #begin(frame: PayloadFrame, extraBytes: number): ExchangeViolation | undefined {
    const { encoding, size, part } = frame;
    this.receiveLeftBytes -= extraBytes + part.length;
    if (this.receiveLeftBytes < 0) return 'flow';
    if (part.length === size) return this.#deliver({ encoding, bytes: part }, 0);
    return this.#or(this.purse.begin(this, frame));
  }

  #add(part: Uint8Array): ExchangeViolation | undefined {
    const { assembly } = this;
    if (assembly === undefined) return 'unexpected';
    this.receiveLeftBytes -= part.length;
    if (this.receiveLeftBytes < 0) return 'flow';
    const refused = this.purse.add(this, assembly, part);
    if (refused !== undefined || assembly.missingBytes > 0) return this.#or(refused);
    this.purse.end(this);
    return this.#deliver(assembly.payload, assembly.size);
  }

  /** What there is no room for is no violation. */
  #or(refused: ExchangeViolation | 'full' | undefined): ExchangeViolation | undefined {
    if (refused !== 'full') return refused;
    this.giveUp(failRequest('REQUESTS_FULL'));
    return undefined;
  }

  #deliver(payload: Payload, heldBytes: number): undefined {
    const { purse } = this;
    if (this.#items === undefined) {
      this.#leave(false);
      purse.free(heldBytes);
      this.#asker.onAnswered(payload);
    } else if (this.#items.isAwaited) {
      purse.free(heldBytes);
      this.#put(payload);
      this.#line.room.credit(this);
    } else if (purse.hold(ITEM_BYTES + payload.bytes.length - heldBytes)) {
      this.#unreadBytes += ITEM_BYTES + payload.bytes.length;
      this.#put(payload);
    } else {
      purse.free(heldBytes);
      this.giveUp(failRequest('REQUESTS_FULL'));
    }
  }

  /** Whoever waits for it reads it later, too: by then what it came in is given back. */
  #put({ encoding, bytes }: Payload): void {
    this.#items?.put({ encoding, bytes: ownedPart(bytes) });
  }

  #stream(): undefined {
    this.#items = new ItemQueue(
      (payload) => this.#onRead(payload),
      () => this.cancel(),
    );
    this.#asker.onStreamed(this.#items);
  }

  #onRead({ bytes }: Payload): void {
    this.#unreadBytes -= ITEM_BYTES + bytes.length;
    this.purse.free(ITEM_BYTES + bytes.length);
    if (!this.#isOver) this.#line.room.credit(this);
    else if (this.#unreadBytes === 0) this.#endLingering();
  }

  #fail(failure: Failure): undefined {
    if (this.#items === undefined) this.#asker.onFailed(failure);
    else this.#items.end({ kind: 'failed', failure });
  }

  /** Whoever asked knows, or is told next. */
  #leave(isCut: boolean): void {
    this.#isOver = true;
    this.#line.sender.delete(this);
    this.#line.room.drop(this);
    this.outgoing = undefined;
    if (this.#unreadBytes > 0) this.#line.linger(this);
    else this.#line.deadlines.cancel(this);
    this.#line.leave(this, isCut);
  }

  #freeUnread(): void {
    if (this.#unreadBytes === 0) return;
    this.purse.free(this.#unreadBytes);
    this.#unreadBytes = 0;
    this.#endLingering();
  }

  #endLingering(): void {
    this.#line.deadlines.cancel(this);
    this.#line.read(this);
  }
}

const failureOf = ({ code, message, retryable, retryAfterMs }: ErrorFrame): Failure => ({
  code,
  message,
  retryable,
  retryAfterMs,
});
