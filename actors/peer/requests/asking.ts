import { type Failure, failRequest } from '../../refusals.ts';
import type { DataFrame, ErrorFrame, IdFrame, PayloadFrame } from '../wire/frame.ts';
import type { FrameWriter } from '../wire/frame-writer.ts';
import { Asked, type AskedLine, type Asker } from './asked.ts';
import { ById } from './by-id.ts';
import type { Line } from './exchange.ts';
import { type ExchangeViolation, OPEN_MAX } from './flow.ts';
import { LateIds } from './late-ids.ts';
import type { Payload } from './payload.ts';
import { Turns } from './turns.ts';

/** How many more may wait until fewer are open. */
const WAITING_MAX = 1024;
/** Odd or even ones below 2^32. */
const IDS_MAX = 2 ** 31 - 1;

/** All requests of ours on a connection. */
export class Asking implements AskedLine {
  readonly deadlines: Line['deadlines'];
  readonly room: Line['room'];
  readonly sender: Line['sender'];
  readonly ready: Line['ready'];
  readonly #firstId: number;
  readonly #onLeft: () => void;
  readonly #open = new ById<Asked>();
  /** Those of `open`, and those that will get their id when they are written: in no order. */
  readonly #placed: Asked[] = [];
  readonly #waiting = new Turns();
  readonly #lingering = new Set<Asked>();
  #nextId: number;
  #idsLeft = IDS_MAX;
  /** The other side is to be told of these before anything else. */
  readonly #cancelledIds = new Set<number>();
  readonly #late = new LateIds();
  /** Why nothing more may be asked. */
  #closing: Failure | undefined;

  constructor(line: Line, firstId: number, onLeft: () => void) {
    this.deadlines = line.deadlines;
    this.room = line.room;
    this.sender = line.sender;
    this.ready = line.ready;
    this.#firstId = firstId;
    this.#nextId = firstId;
    this.#onLeft = onLeft;
  }

  get isIdle(): boolean {
    const { length } = this.#placed;
    return length + this.#waiting.size + this.#lingering.size + this.#cancelledIds.size === 0;
  }

  ask(name: string, payload: Payload, timeoutMs: number, asker: Asker): () => void {
    const refused = this.#closing ?? this.#full();
    if (refused !== undefined) {
      asker.onFailed(refused);
      return () => {};
    }
    const asked = new Asked(this, name, payload, asker);
    this.deadlines.arm(asked, timeoutMs);
    if (this.#placed.length < OPEN_MAX) this.#place(asked);
    else this.#waiting.push(asked);
    return () => asked.cancel();
  }

  /** Nothing new is asked; what waits fails. */
  stop(failure: Failure): void {
    this.#closing ??= failure;
    for (let next = this.#waiting.first; next instanceof Asked; next = this.#waiting.first) {
      next.giveUp(failure);
    }
  }

  end(failure: Failure): void {
    this.stop(failure);
    for (const asked of [...this.#lingering, ...this.#placed]) asked.giveUp(failure);
    this.#cancelledIds.clear();
  }

  /** Whether the id was given, however long it is over. */
  knows(id: number): boolean {
    return id > 0 && id < this.#nextId && id % 2 === this.#firstId % 2;
  }

  get(id: number): Asked | undefined {
    return this.#open.get(id);
  }

  receive(frame: PayloadFrame | IdFrame | DataFrame | ErrorFrame): ExchangeViolation | undefined {
    const asked = this.#open.get(frame.id);
    if (asked !== undefined) return asked.receive(frame);
    return this.knows(frame.id) && this.#late.has(frame.id) ? undefined : 'unexpected';
  }

  /** False if there is more than fits. */
  writeCancels(writer: FrameWriter): boolean {
    for (const id of this.#cancelledIds) {
      if (!writer.write({ kind: 'cancel', id })) return false;
      this.#cancelledIds.delete(id);
    }
    return true;
  }

  begin(asked: Asked): void {
    asked.id = this.#nextId;
    this.#nextId += 2;
    this.#open.add(asked);
  }

  leave(asked: Asked, isCut: boolean): void {
    const { id } = asked;
    if (asked.place < 0) return;
    this.#open.delete(id);
    if (isCut && id > 0) {
      this.#cancelledIds.add(id);
      this.#late.add(id);
      this.ready();
    }
    this.#displace(asked);
    const next = this.#waiting.first;
    if (next instanceof Asked) {
      this.#waiting.delete(next);
      this.#place(next);
    }
    this.#onLeft();
  }

  linger(asked: Asked): void {
    this.#lingering.add(asked);
  }

  read(asked: Asked): void {
    this.#lingering.delete(asked);
    this.#onLeft();
  }

  #full(): Failure | undefined {
    const isFull = this.#waiting.size >= WAITING_MAX || this.#idsLeft === 0;
    return isFull ? failRequest('REQUESTS_FULL') : undefined;
  }

  #place(asked: Asked): void {
    asked.place = this.#placed.push(asked) - 1;
    this.#idsLeft -= 1;
    this.sender.add(asked);
  }

  /** The last one takes its place. */
  #displace(asked: Asked): void {
    const last = this.#placed.pop();
    if (last === undefined || last === asked) return;
    this.#placed[asked.place] = last;
    last.place = asked.place;
  }
}
