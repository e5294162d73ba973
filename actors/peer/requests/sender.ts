import { type Frame, PLAIN_BYTES_MAX } from '../wire/frame.ts';
import type { FrameWriter } from '../wire/frame-writer.ts';
import { Departures } from './departures.ts';
import type { Exchange, Signal } from './exchange.ts';
import { ALL_WINDOW_BYTES, ANSWERS_WINDOW_BYTES, ID_WINDOW_BYTES } from './flow.ts';
import type { Payload } from './payload.ts';
import { Turns } from './turns.ts';

/**
 * Up to here a payload is never split, and goes before those that are larger. So does what is left
 * of one: those that were asked at once would all be over at once otherwise, and nothing be on its
 * way until their answers are back.
 */
const SMALL_BYTES_MAX = 16_384;
/** In each message so much is left to the larger ones, if there are any. */
const BULK_SHARE_BYTES = PLAIN_BYTES_MAX / 2;
/** What is left of a message below this is left empty. */
const PART_BYTES_MIN = 1024;
const DATA_HEAD_BYTES = 7;

type Turn = 'taken' | 'noRoom';

/**
 * Which exchange may write next. Each message has signals first, then small payloads, then parts of
 * larger ones, a turn each.
 */
export class Sender {
  readonly requests = new Departures(ANSWERS_WINDOW_BYTES);
  readonly answers = new Departures(0);
  readonly #signals = new Turns();
  readonly #small = new Turns();
  readonly #bulk = new Turns();
  /** They wait until there is credit for all. */
  readonly #creditless = new Turns();
  #leftBytes = ALL_WINDOW_BYTES;
  readonly #onReady: () => void;

  constructor(onReady: () => void) {
    this.#onReady = onReady;
  }

  /** It has something to write. */
  add(exchange: Exchange): void {
    this.#queue(exchange);
    this.#onReady();
  }

  /** It writes nothing more. Trap: the other side has to know before anything else is written. */
  delete(exchange: Exchange): void {
    exchange.turns?.delete(exchange);
    const wasUnderWay = exchange.underWayBytes > 0;
    this.#release(exchange);
    // Another one may set out now.
    if (wasUnderWay) this.#onReady();
  }

  /** False if it was never owed so much. */
  credit(bytes: number): boolean {
    this.#leftBytes += bytes;
    const waiting = this.#creditless;
    for (let next = waiting.first; next !== undefined; next = waiting.first) this.#queue(next);
    this.#onReady();
    return this.#leftBytes <= ALL_WINDOW_BYTES;
  }

  creditOf(exchange: Exchange, bytes: number): boolean {
    exchange.sendLeftBytes += bytes;
    if (exchange.turns === undefined) this.add(exchange);
    return exchange.sendLeftBytes <= ID_WINDOW_BYTES;
  }

  /** True if there is more that may be written now. */
  fill(writer: FrameWriter): boolean {
    const turn = this.#takeTurns(writer);
    if (turn === 'noRoom' || this.#signals.size > 0) return true;
    return turn === 'taken' && this.#small.size > 0;
  }

  /** Until there is no room, or everybody had a turn. */
  #takeTurns(writer: FrameWriter): Turn {
    for (let next = this.#signals.first; next?.signal !== undefined; next = this.#signals.first) {
      if (!this.#signal(next, next.signal, writer)) return 'noRoom';
    }
    for (let next = this.#small.first; next?.outgoing !== undefined; next = this.#small.first) {
      if (this.#bulk.first !== undefined && writer.room < BULK_SHARE_BYTES) break;
      const turn =
        next.sentBytes < 0
          ? this.#sendWhole(next, next.outgoing, writer)
          : this.#sendPart(next, next.outgoing, writer);
      if (turn !== 'taken') return turn;
    }
    for (let next = this.#bulk.first; next?.outgoing !== undefined; next = this.#bulk.first) {
      const turn = this.#sendPart(next, next.outgoing, writer);
      if (turn !== 'taken') return turn;
    }
    return 'taken';
  }

  #signal(exchange: Exchange, signal: Signal, writer: FrameWriter): boolean {
    if (!writer.write(frameOf(exchange.id, signal))) return false;
    exchange.turns?.delete(exchange);
    exchange.signal = undefined;
    if (typeof signal === 'object') this.#release(exchange);
    exchange.onSignalled(signal);
    this.#queue(exchange);
    return true;
  }

  #sendWhole(exchange: Exchange, payload: Payload, writer: FrameWriter): Turn {
    const { length } = payload.bytes;
    const bytes = length + exchange.extraBytes;
    if (bytes > this.#creditFor(exchange)) return this.#wait(exchange);
    if (bytes > exchange.sendLeftBytes) return this.#leave(exchange);
    if (exchange.headBytes + length > writer.room) return 'noRoom';
    writer.write(exchange.head(payload, payload.bytes));
    this.#sent(exchange, bytes);
    this.#whole(exchange, payload);
    return 'taken';
  }

  #sendPart(exchange: Exchange, payload: Payload, writer: FrameWriter): Turn {
    const isFirst = exchange.sentBytes < 0;
    const from = Math.max(0, exchange.sentBytes);
    const extraBytes = isFirst ? exchange.extraBytes : 0;
    const missingBytes = payload.bytes.length - from;
    const roomBytes = writer.room - (isFirst ? exchange.headBytes : DATA_HEAD_BYTES);
    if (roomBytes < Math.min(missingBytes, PART_BYTES_MIN)) return 'noRoom';
    const creditBytes = this.#creditFor(exchange) - extraBytes;
    if (creditBytes < 1) return this.#wait(exchange);
    const creditOfBytes = exchange.sendLeftBytes - extraBytes;
    if (creditOfBytes < 1) return this.#leave(exchange);
    const bytes = Math.min(missingBytes, roomBytes, creditBytes, creditOfBytes);
    const needsMore = isFirst && bytes < missingBytes;
    if (needsMore && !exchange.departures.setOut(exchange, payload)) return 'taken';
    const part = payload.bytes.subarray(from, from + bytes);
    writer.write(isFirst ? exchange.head(payload, part) : { kind: 'data', id: exchange.id, part });
    exchange.sentBytes = from + bytes;
    this.#sent(exchange, bytes + extraBytes);
    if (bytes === missingBytes) this.#whole(exchange, payload);
    else this.#laneOf(exchange, payload).push(exchange);
    return 'taken';
  }

  /** Until there is credit with its id. */
  #leave(exchange: Exchange): 'taken' {
    exchange.turns?.delete(exchange);
    return 'taken';
  }

  /** Of that for all: requests leave some of it to the answers. */
  #creditFor({ departures }: Exchange): number {
    return this.#leftBytes - departures.keptBytes;
  }

  /** Until there is credit for all. */
  #wait(exchange: Exchange): 'taken' {
    exchange.turns?.delete(exchange);
    this.#creditless.push(exchange);
    return 'taken';
  }

  #sent(exchange: Exchange, bytes: number): void {
    this.#leftBytes -= bytes;
    exchange.sendLeftBytes -= bytes;
    exchange.turns?.delete(exchange);
  }

  #whole(exchange: Exchange, payload: Payload): void {
    this.#release(exchange);
    exchange.outgoing = undefined;
    exchange.sentBytes = -1;
    exchange.onSent(payload);
    this.#queue(exchange);
  }

  #release(exchange: Exchange): void {
    if (exchange.underWayBytes > 0) exchange.departures.release(exchange, this.#bulk);
  }

  #queue(exchange: Exchange): void {
    const { signal, outgoing } = exchange;
    exchange.turns?.delete(exchange);
    if (signal !== undefined) this.#signals.push(exchange);
    else if (outgoing !== undefined) this.#laneOf(exchange, outgoing).push(exchange);
  }

  #laneOf({ sentBytes }: Exchange, { bytes }: Payload): Turns {
    return bytes.length - Math.max(0, sentBytes) <= SMALL_BYTES_MAX ? this.#small : this.#bulk;
  }
}

function frameOf(id: number, signal: Signal): Frame {
  return typeof signal === 'object' ? { kind: 'error', id, ...signal } : { kind: signal, id };
}
