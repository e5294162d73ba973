import type { Failure } from '../../refusals.ts';
import type { Deadlines } from '../../timed.ts';
import type { Account } from '../ledger.ts';
import type { CreditFrame, ExchangeFrame } from '../wire/frame.ts';
import type { FrameWriter } from '../wire/frame-writer.ts';
import type { Asker } from './asked.ts';
import { Asking } from './asking.ts';
import { type ExchangeViolation, ITEM_BYTES } from './flow.ts';
import type { Payload } from './payload.ts';
import { Room } from './room.ts';
import { Sender } from './sender.ts';
import { type Server, Serving } from './serving.ts';

/** Who writes frames, as many as there is room for. */
export interface FrameSource {
  /** True if there is more that may be written now. It may have written nothing. */
  fill(writer: FrameWriter): boolean;
}

/** None of its functions may throw. */
export interface RequestsOptions {
  readonly role: 'initiator' | 'responder';
  readonly deadlines: Deadlines;
  readonly account: Account;
  readonly server: Server;
  /** Something waits to be written: called once until `fill` has returned false. */
  readonly onReady: () => void;
}

/** The requests of a connection, both ways. */
export class Requests implements FrameSource {
  readonly #account: Account;
  readonly #onReady: () => void;
  readonly #room: Room;
  readonly #sender: Sender;
  readonly #asking: Asking;
  readonly #serving: Serving;
  #isReady = false;
  #onIdle: (() => void) | undefined;

  constructor({ role, deadlines, account, server, onReady }: RequestsOptions) {
    this.#account = account;
    this.#onReady = onReady;
    const ready = (): void => this.#ready();
    const left = (): void => this.#left();
    this.#room = new Room(account, ready);
    this.#sender = new Sender(ready);
    const line = { deadlines, room: this.#room, sender: this.#sender, ready };
    const isInitiator = role === 'initiator';
    this.#asking = new Asking(line, isInitiator ? 1 : 2, left);
    this.#serving = new Serving(line, server, isInitiator ? 2 : 1, left);
  }

  /** Nothing is open either way, and nothing is left to be written, or to be read of a stream. */
  get isIdle(): boolean {
    return this.#asking.isIdle && this.#serving.isIdle;
  }

  /**
   * Returns what cancels it. The name has 1 to 128 bytes, the payload at most 10,485,760.
   * `timeoutMs` is for the whole answer, also if it is a stream.
   */
  ask(name: string, payload: Payload, timeoutMs: number, asker: Asker): () => void {
    this.#account.requestsOut += 1;
    return this.#asking.ask(name, payload, timeoutMs, asker);
  }

  /**
   * What the frame violates of SPEC section 6, if anything: the connection is over then, and it is
   * held against the identity.
   */
  receive(frame: ExchangeFrame): ExchangeViolation | undefined {
    switch (frame.kind) {
      case 'request':
        this.#account.requestsIn += 1;
        return this.#room.take(frame.part.length) ? this.#serving.begin(frame) : 'flow';
      case 'data': {
        if (!this.#room.take(frame.part.length)) return 'flow';
        return this.#asking.knows(frame.id)
          ? this.#asking.receive(frame)
          : this.#serving.add(frame);
      }
      case 'response':
        return this.#room.take(frame.part.length) ? this.#asking.receive(frame) : 'flow';
      case 'item':
        return this.#room.take(ITEM_BYTES + frame.part.length)
          ? this.#asking.receive(frame)
          : 'flow';
      case 'cancel':
        return this.#serving.cancel(frame.id);
      case 'credit':
        return this.#credit(frame);
      default:
        return this.#asking.receive(frame);
    }
  }

  fill(writer: FrameWriter): boolean {
    this.#isReady = true;
    const hasMore =
      !this.#asking.writeCancels(writer) ||
      !this.#room.writeCredit(writer) ||
      this.#sender.fill(writer) ||
      // What was written has freed memory.
      this.#room.hasCredit;
    this.#isReady = hasMore;
    if (this.#onIdle !== undefined) this.#left();
    return hasMore;
  }

  /** Nothing new is asked; what waits fails. `onIdle` is called once, perhaps at once. */
  stopAsking(failure: Failure, onIdle: () => void): void {
    this.#onIdle = onIdle;
    this.#asking.stop(failure);
    this.#left();
  }

  /** The connection is over. */
  end(failure: Failure): void {
    this.#onIdle = undefined;
    this.#isReady = true;
    this.#asking.end(failure);
    this.#serving.end();
    this.#room.close();
  }

  #credit({ id, bytes }: CreditFrame): ExchangeViolation | undefined {
    if (id === 0) return this.#sender.credit(bytes) ? undefined : 'credit';
    const side = this.#asking.knows(id) ? this.#asking : this.#serving;
    if (!side.knows(id)) return 'unexpected';
    const exchange = side.get(id);
    if (exchange === undefined) return undefined;
    return this.#sender.creditOf(exchange, bytes) ? undefined : 'credit';
  }

  #ready(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#onReady();
  }

  #left(): void {
    if (this.#onIdle === undefined || !this.isIdle) return;
    const onIdle = this.#onIdle;
    this.#onIdle = undefined;
    onIdle();
  }
}
