import { type Failure, failRequest } from '../../refusals.ts';
import { MESSAGE_BYTES_MAX, type PayloadFrame, type RequestFrame } from '../wire/frame.ts';
import { cutUtf8 } from '../wire/utf8.ts';
import type { Call, CallEnd, Outflow } from './call.ts';
import type { Departures } from './departures.ts';
import { Exchange, type Line, type Signal } from './exchange.ts';
import { type ExchangeViolation, ITEM_BYTES } from './flow.ts';
import type { Payload } from './payload.ts';
import type { Purse } from './purse.ts';

/** No answer takes longer, whatever whoever asks allows. */
const ANSWER_MS_MAX = 3_600_000;
/** Of a stream, so much is made ahead of what is sent: whoever makes it is not at it for long. */
const AHEAD_BYTES = 65_536;
const AHEAD_ITEMS = 64;
/** While a connection holds more for whoever asks, each of its streams is made item by item. */
const AHEAD_OF_ALL_BYTES = 524_288;

export interface ServedLine extends Line {
  /** It is whole. False if as many are at work as may be. */
  serve(served: Served): boolean;
  /** Whoever worked on it is done with it. */
  settle(): void;
  /** It is over; `isCut` if the other side does not know yet, and may still be sending. */
  leave(served: Served, isCut: boolean): void;
}

const NOTHING: Payload = { encoding: 'nothing', bytes: new Uint8Array() };
const GO_ON = Promise.resolve(true);
const STOP = Promise.resolve(false);

/** One request of the other side. */
export class Served extends Exchange implements Call, Outflow {
  readonly name: string;
  readonly headBytes = 12;
  readonly streamBytes = 0;
  readonly departures: Departures;
  readonly purse: Purse;
  timeoutMs: number;
  payload = NOTHING;
  readonly #line: ServedLine;
  #state: 'coming' | 'atWork' | 'answering' | 'streaming' | 'failing' | 'over' = 'coming';
  /** Nothing of the request is on its way. */
  #isWhole = false;
  #isSettled = false;
  /** Held for the request, until it is settled. */
  #requestBytes = 0;
  /** Held for what is to be sent. */
  #answerBytes = 0;
  readonly #items: Payload[] = [];
  readonly #writers: ((goesOn: boolean) => void)[] = [];
  #end: CallEnd | undefined;
  #onCancelled: ((because: CallEnd) => void) | undefined;

  constructor(line: ServedLine, { id, name, timeoutMs }: RequestFrame) {
    super();
    this.#line = line;
    this.departures = line.sender.answers;
    this.purse = line.room.requests;
    this.id = id;
    this.name = name;
    this.timeoutMs = Math.min(timeoutMs, ANSWER_MS_MAX);
    line.deadlines.arm(this, this.timeoutMs);
  }

  get #isAhead(): boolean {
    if (this.#answerBytes > AHEAD_BYTES || this.#items.length >= AHEAD_ITEMS) return true;
    return this.outgoing !== undefined && this.purse.heldBytes > AHEAD_OF_ALL_BYTES;
  }

  get extraBytes(): number {
    return this.#state === 'streaming' ? ITEM_BYTES : 0;
  }

  head({ encoding, bytes }: Payload, part: Uint8Array): PayloadFrame {
    const kind = this.#state === 'streaming' ? 'item' : 'response';
    return { kind, id: this.id, encoding, size: bytes.length, part };
  }

  onSent({ bytes }: Payload): void {
    if (this.#state !== 'streaming') return this.#leave(false);
    this.#freeAnswer(ITEM_BYTES + bytes.length);
    this.outgoing = this.#items.shift();
    if (this.#isSettled && this.outgoing === undefined) this.signal = 'end';
    if (!this.#isAhead) this.#wake(true);
  }

  onSignalled(signal: Signal): void {
    if (signal !== 'stream') return this.#leave(!this.#isWhole);
    if (this.#isSettled && this.outgoing === undefined) this.signal = 'end';
  }

  /** The first part of the request. `refused` if it is not to be served, whatever follows. */
  begin(frame: RequestFrame, refused: Failure | undefined): ExchangeViolation | undefined {
    const { encoding, size, part } = frame;
    this.receiveLeftBytes -= part.length;
    this.#isWhole = part.length === size;
    if (refused !== undefined) return this.#refuse(refused);
    if (!this.#isWhole) return this.#or(this.purse.begin(this, frame));
    if (this.purse.hold(size)) return this.#arrive({ encoding, bytes: part });
    return this.#or('full');
  }

  add(part: Uint8Array): ExchangeViolation | undefined {
    const { assembly } = this;
    if (assembly === undefined) {
      return this.#state === 'failing' && !this.#isWhole ? undefined : 'unexpected';
    }
    this.receiveLeftBytes -= part.length;
    if (this.receiveLeftBytes < 0) return 'flow';
    const refused = this.purse.add(this, assembly, part);
    if (refused !== undefined || assembly.missingBytes > 0) return this.#or(refused);
    this.purse.end(this);
    this.timeoutMs = this.#line.deadlines.leftMs(this);
    return this.#arrive(assembly.payload);
  }

  /** The last that is said; the rest of the request, if any, is ignored. */
  #refuse(failure: Failure): undefined {
    this.#state = 'failing';
    this.#release();
    this.signal = failure;
    this.#line.sender.add(this);
  }

  /** Nobody waits for the answer any more, and none is sent. */
  close(because: CallEnd): void {
    this.#leave(false);
    this.#tell(because);
  }

  answer(payload: Payload): void {
    const isAsked = this.#state === 'atWork' && !this.#isSettled;
    const isHeld = isAsked && this.#holdAnswer(payload.bytes.length, this.#takeRequest());
    if (!this.#settle() || !isAsked) return;
    if (!isHeld) return this.#refuse(failRequest('REQUESTS_FULL'));
    this.#state = 'answering';
    this.outgoing = payload;
    this.#line.sender.add(this);
  }

  fail(failure: Failure): void {
    if (!this.#settle() || (this.#state !== 'atWork' && this.#state !== 'streaming')) return;
    this.#refuse({ ...failure, message: cutUtf8(failure.message, MESSAGE_BYTES_MAX) });
  }

  stream(): Outflow {
    if (this.#state === 'atWork' && !this.#isSettled) {
      this.#state = 'streaming';
      this.signal = 'stream';
      this.#line.sender.add(this);
    }
    return this;
  }

  write(payload: Payload): Promise<boolean> {
    if (this.#state !== 'streaming' || this.#isSettled) return STOP;
    if (!this.#holdAnswer(ITEM_BYTES + payload.bytes.length, 0)) {
      this.#refuse(failRequest('REQUESTS_FULL'));
      return STOP;
    }
    if (this.outgoing === undefined) {
      this.outgoing = payload;
      this.#line.sender.add(this);
    } else {
      this.#items.push(payload);
    }
    if (!this.#isAhead) return GO_ON;
    return new Promise((resolve) => this.#writers.push(resolve));
  }

  end(): void {
    if (!this.#settle() || this.#state !== 'streaming') return;
    if (this.outgoing !== undefined || this.signal !== undefined) return;
    this.signal = 'end';
    this.#line.sender.add(this);
  }

  onCancelled(listener: (because: CallEnd) => void): void {
    if (this.#end !== undefined) listener(this.#end);
    else this.#onCancelled = listener;
  }

  expire(): void {
    this.#refuse(failRequest('REQUEST_TIMEOUT'));
    this.#tell('timeout');
  }

  abandon(): void {
    this.close('disconnected');
  }

  /** What there is no room for is no violation. */
  #or(refused: ExchangeViolation | 'full' | undefined): ExchangeViolation | undefined {
    return refused === 'full' ? this.#refuse(failRequest('REQUESTS_FULL')) : refused;
  }

  #arrive(payload: Payload): undefined {
    this.#isWhole = true;
    this.#requestBytes = payload.bytes.length;
    this.payload = payload;
    this.#state = 'atWork';
    const isServed = this.#line.serve(this);
    // A piece of a message would keep all of it for as long as there is no answer.
    this.payload = NOTHING;
    if (isServed) return;
    this.#freeRequest();
    this.#refuse(failRequest('REQUESTS_FULL'));
  }

  /** False if it was before. */
  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#onCancelled = undefined;
    this.#freeRequest();
    this.#line.settle();
    return true;
  }

  #tell(because: CallEnd): void {
    if (this.#isSettled || this.#end !== undefined) return;
    this.#end = because;
    this.#onCancelled?.(because);
  }

  #leave(isCut: boolean): void {
    this.#state = 'over';
    this.#release();
    this.signal = undefined;
    this.#line.sender.delete(this);
    this.#line.leave(this, isCut);
  }

  /** What is not sent yet, and not received, is given up. */
  #release(): void {
    const { deadlines, room } = this.#line;
    deadlines.cancel(this);
    room.drop(this);
    this.outgoing = undefined;
    this.sentBytes = -1;
    this.#items.length = 0;
    this.#freeAnswer(this.#answerBytes);
    this.#wake(false);
  }

  #wake(goesOn: boolean): void {
    if (this.#writers.length === 0) return;
    for (const wake of this.#writers.splice(0)) wake(goesOn);
  }

  #holdAnswer(bytes: number, requestBytes: number): boolean {
    if (!this.#line.room.holdAnswer(bytes, requestBytes)) return false;
    this.#answerBytes += bytes;
    return true;
  }

  #freeAnswer(bytes: number): void {
    this.#answerBytes -= bytes;
    this.purse.free(bytes);
  }

  #freeRequest(): void {
    this.purse.free(this.#takeRequest());
  }

  /** How much is held for it, which is no longer its own to free. */
  #takeRequest(): number {
    const bytes = this.#requestBytes;
    this.#requestBytes = 0;
    this.payload = NOTHING;
    return bytes;
  }
}
