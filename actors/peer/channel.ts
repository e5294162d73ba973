import { TokenBucket, type TokenBucketOptions } from '../../machines/token-bucket.ts';
import type { Cancel, Clock } from '../../storage/ports.ts';
import type { Link } from '../network.ts';
import type { Account } from './ledger.ts';
import { RelayQueue } from './relay-queue.ts';
import type { FrameSource } from './requests/requests.ts';
import type { TurnQueue } from './turn-queue.ts';
import type { Frame } from './wire/frame.ts';
import type { FrameWriter } from './wire/frame-writer.ts';
import type { Transport } from './wire/transport.ts';

/** More than this is not sealed ahead of what the other side takes in. */
const SENT_AHEAD_BYTES_MAX = 524_288;
/** No key seals for longer, if there is anything to seal. */
const REKEY_MS = 600_000;
/** Of frames that wait beside those of the requests. */
const SAID_MAX = 128;

export interface ChannelTools {
  readonly clock: Clock;
  /** Shared: nothing stays in it. */
  readonly writer: FrameWriter;
  readonly account: Pick<Account, 'bytesOut' | 'cryptoMs' | 'hold' | 'free'>;
  /** Of what is sent, in bytes. */
  readonly pace: TokenBucketOptions;
  /** For what does not fit into one message: others are answered between. */
  readonly turns: TurnQueue;
}

/** Sealed messages over a link: the frames of one turn go out in as few as hold them. */
export class Channel {
  readonly #link: Link;
  readonly #transport: Transport;
  readonly #source: FrameSource;
  readonly #tools: ChannelTools;
  readonly #pace: TokenBucket;
  readonly #said: Frame[] = [];
  readonly #relayed: RelayQueue;
  #isFlushDue = false;
  #isOver = false;
  #isMoving = false;
  /** Of the key that seals, monotonic. */
  #keyedAtMs: number;
  /** What is sent next is the last under these keys. */
  #isTurning = false;
  /** What waits, waits until all that was sent has left. */
  #isFull = false;
  #cancelWait: Cancel | undefined;

  constructor(link: Link, transport: Transport, source: FrameSource, tools: ChannelTools) {
    this.#link = link;
    this.#transport = transport;
    this.#source = source;
    this.#tools = tools;
    this.#relayed = new RelayQueue(tools.account);
    this.#keyedAtMs = tools.clock.monotonicMs();
    this.#pace = new TokenBucket(tools.pace, this.#keyedAtMs);
  }

  /** Something waits for the other side to take it in, and none was since this was last asked. */
  get isStalled(): boolean {
    const isStalled = !this.#isMoving && this.#link.bufferedBytes > 0;
    this.#isMoving = false;
    return isStalled;
  }

  /** A frame that waits for nothing else. False if too many wait already. */
  say(frame: Frame): boolean {
    if (this.#said.length >= SAID_MAX) return false;
    this.#said.push(frame);
    this.flushSoon();
    return true;
  }

  /** The same for what is relayed: a circuit stays in order, and before what is asked after it. */
  relay(circuit: number, part: Uint8Array): boolean {
    const isTaken = this.#relayed.add(circuit, part);
    if (isTaken) this.flushSoon();
    return isTaken;
  }

  /** At the end of this turn. */
  flushSoon(): void {
    if (this.#isFlushDue || this.#isOver) return;
    this.#isFlushDue = true;
    this.#tools.turns.send(this.#flushDue);
  }

  /** Once others have had their turn. */
  #flushInTurn(): void {
    if (this.#isFlushDue || this.#isOver) return;
    this.#isFlushDue = true;
    this.#tools.turns.add(this.#flushDue);
  }

  readonly #flushDue = (): void => {
    this.#isFlushDue = false;
    this.flush();
  };

  /** All that was sent has left this process. */
  drained(): void {
    this.#isMoving = true;
    if (this.#isFull) this.#flushInTurn();
  }

  /** Sends a message of what waits, as far as the other side and the pace allow. */
  flush(): void {
    if (this.#isOver || this.#cancelWait !== undefined) return;
    this.#isFull = this.#link.bufferedBytes >= SENT_AHEAD_BYTES_MAX;
    if (this.#isFull) return;
    const { writer, clock, account } = this.#tools;
    writer.clear();
    const fromMs = clock.monotonicMs();
    const isRekeyed = this.#transport.isRekeyDue || fromMs - this.#keyedAtMs >= REKEY_MS;
    if (isRekeyed) writer.write({ kind: 'rekey' });
    const hasMore = this.#fill(writer);
    if (writer.plain.length === 0 || this.#transport.isSpent) return;
    const message = this.#transport.seal(writer.padded);
    const nowMs = clock.monotonicMs();
    if (isRekeyed || this.#isTurning) this.#changeKey(nowMs);
    account.cryptoMs += nowMs - fromMs;
    account.bytesOut += message.length;
    const waitMs = this.#pace.spend(message.length, nowMs);
    this.#link.send(message);
    if (waitMs > 0) this.#wait(waitMs);
    else if (hasMore) this.#flushInTurn();
  }

  /** Trap: what says so is sealed under the old key. */
  #changeKey(nowMs: number): void {
    if (this.#isTurning) this.#transport.turnSending();
    else this.#transport.rekeySending();
    this.#isTurning = false;
    this.#keyedAtMs = nowMs;
  }

  #wait(waitMs: number): void {
    this.#cancelWait = this.#tools.clock.after(waitMs, () => {
      this.#cancelWait = undefined;
      this.flush();
    });
  }

  #fill(writer: FrameWriter): boolean {
    for (let frame = this.#said[0]; frame !== undefined; frame = this.#said[0]) {
      if (!writer.write(frame)) return true;
      this.#said.shift();
      if (frame.kind === 'answer' || frame.kind === 'switch') this.#isTurning = true;
      // Nothing may stand behind it in a message; what is open is answered in others.
      if (frame.kind === 'bye') return true;
    }
    if (this.#relayed.fill(writer)) return true;
    return this.#source.fill(writer);
  }

  /** What is within a message; undefined if it is not the next one that the other side sealed. */
  open(message: Uint8Array): Uint8Array | undefined {
    return this.#transport.open(message);
  }

  end(): void {
    this.#isOver = true;
    this.#said.length = 0;
    this.#relayed.clear();
    this.#cancelWait?.();
    this.#transport.wipe();
  }
}
