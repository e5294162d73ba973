import type { Failure } from '../../refusals.ts';
import type { DataFrame, RequestFrame } from '../wire/frame.ts';
import { ById } from './by-id.ts';
import type { Call } from './call.ts';
import type { Line } from './exchange.ts';
import { type ExchangeViolation, OPEN_MAX } from './flow.ts';
import { LateIds } from './late-ids.ts';
import { Served, type ServedLine } from './served.ts';

export interface Server {
  /** A request begins: why it is refused, if it is, before its payload has come. */
  admit(name: string, size: number): Failure | undefined;
  /** It came in whole. */
  serve(call: Call): void;
}

/** All requests of the other side of a connection. */
export class Serving implements ServedLine {
  readonly deadlines: Line['deadlines'];
  readonly room: Line['room'];
  readonly sender: Line['sender'];
  readonly ready: Line['ready'];
  readonly #server: Server;
  readonly #firstId: number;
  readonly #onLeft: () => void;
  readonly #open = new ById<Served>();
  /** Also those that nobody waits for any more, or whoever asks and cancels had all it likes. */
  #atWork = 0;
  #nextId: number;
  readonly #late = new LateIds();

  constructor(line: Line, server: Server, firstId: number, onLeft: () => void) {
    this.deadlines = line.deadlines;
    this.room = line.room;
    this.sender = line.sender;
    this.ready = line.ready;
    this.#server = server;
    this.#firstId = firstId;
    this.#nextId = firstId;
    this.#onLeft = onLeft;
  }

  get isIdle(): boolean {
    return this.#open.size === 0;
  }

  /** Whether the id was taken, however long it is over. */
  knows(id: number): boolean {
    return id > 0 && id < this.#nextId && id % 2 === this.#firstId % 2;
  }

  get(id: number): Served | undefined {
    return this.#open.get(id);
  }

  begin(frame: RequestFrame): ExchangeViolation | undefined {
    if (frame.id !== this.#nextId) return 'order';
    if (this.#open.size >= OPEN_MAX) return 'open';
    this.#nextId += 2;
    const served = new Served(this, frame);
    this.#open.add(served);
    return served.begin(frame, this.#server.admit(frame.name, frame.size));
  }

  add({ id, part }: DataFrame): ExchangeViolation | undefined {
    const served = this.#open.get(id);
    if (served !== undefined) return served.add(part);
    return this.knows(id) && this.#late.has(id) ? undefined : 'unexpected';
  }

  /** It may be over already, for all that the other side knew. */
  cancel(id: number): ExchangeViolation | undefined {
    if (!this.knows(id)) return 'unexpected';
    this.#open.get(id)?.close('cancelled');
    return undefined;
  }

  end(): void {
    for (const served of this.#open.all()) served.close('disconnected');
  }

  serve(served: Served): boolean {
    if (this.#atWork >= OPEN_MAX) return false;
    this.#atWork += 1;
    this.#server.serve(served);
    return true;
  }

  settle(): void {
    this.#atWork -= 1;
  }

  leave({ id }: Served, isCut: boolean): void {
    this.#open.delete(id);
    if (isCut) this.#late.add(id);
    this.#onLeft();
  }
}
