import { boundedSockets } from '../../actors/bounded-sockets.ts';
import { Overdue } from '../../actors/deadline.ts';
import type { Connection } from '../../actors/sockets.ts';
import type { World } from '../../actors/world.ts';
import type { Clock } from '../../storage/ports.ts';
import { Lines } from '../lines.ts';
import { type Reply, replyFrom } from './control-reply.ts';
import { Failure } from './failure.ts';

/** A reply may hold a record, and that as text within text. */
const REPLY_BYTES_MAX = 4 * 1024 * 1024;
/** Whoever says nothing for so long is asked whether it is alive, and in the end given up. */
const QUIET_MS = 10_000;
const SILENT_MS = 15_000;

const silent = (): Failure => new Failure('the process does not answer');

/** Undefined if nobody listens. @throws {Failure} after 3 s. @throws {StorageError} */
export async function connectTo(
  { clock, sockets }: Pick<World, 'clock' | 'sockets'>,
  directory: string,
): Promise<Connection | undefined> {
  try {
    return await boundedSockets(sockets, clock).connect(`${directory}/control.sock`);
  } catch (error) {
    throw error instanceof Overdue ? silent() : error;
  }
}

/** A process that runs, through its control socket. One request at a time. */
export class LiveProcess {
  /** Stands before whatever it says. */
  readonly speaker: string;
  readonly #clock: Clock;
  readonly #connection: Connection;
  readonly #replies: AsyncGenerator<Reply>;
  #asked = 0;

  constructor(clock: Clock, connection: Connection, speaker: string) {
    this.speaker = speaker;
    this.#clock = clock;
    this.#connection = connection;
    this.#replies = this.#hear();
  }

  close(): void {
    this.#connection.drop();
  }

  /** @throws {Failure} for what it refuses, or if it gives no answer. */
  async resultOf(
    method: string,
    params: unknown,
    onItem: (item: unknown) => void = () => {},
  ): Promise<unknown> {
    for await (const reply of this.#ask(method, params)) {
      if ('result' in reply) return reply.result;
      if ('item' in reply) onItem(reply.item);
    }
    throw new Failure('the process gave no result');
  }

  async *itemsOf(method: string, params: unknown): AsyncGenerator<unknown> {
    for await (const reply of this.#ask(method, params)) {
      if ('item' in reply) yield reply.item;
    }
  }

  async *#ask(method: string, params: unknown): AsyncGenerator<Reply> {
    this.#asked += 1;
    const id = this.#asked;
    this.#tell({ id, method, params });
    for (;;) {
      const { value: reply, done } = await this.#replies.next();
      if (done) throw new Failure('the process ended before it had answered');
      if (reply.id !== id && reply.id !== null) continue;
      const { error } = reply;
      if (error !== undefined) {
        throw new Failure(`${this.speaker}: ${error.message}`, undefined, error.code);
      }
      yield reply;
      if ('result' in reply || reply.end === true) return;
    }
  }

  async *#hear(): AsyncGenerator<Reply> {
    const lines = new Lines(REPLY_BYTES_MAX);
    const chunks = this.#connection.incoming[Symbol.asyncIterator]();
    for (;;) {
      const chunk = await this.#next(chunks);
      if (chunk === undefined) return;
      try {
        for (const line of lines.take(chunk)) yield replyFrom(line);
      } catch (error) {
        throw error instanceof RangeError ? new Failure(`of a reply, ${error.message}`) : error;
      }
    }
  }

  /** Undefined at the end. Only here is the process waited for. */
  async #next(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
    let isSilent = false;
    const stopAsking = this.#clock.after(QUIET_MS, () => {
      this.#tell({ id: 'alive', method: 'audit.status' });
    });
    const stopWaiting = this.#clock.after(SILENT_MS, () => {
      isSilent = true;
      this.#connection.drop();
    });
    try {
      const { value, done } = await chunks.next();
      if (isSilent) throw silent();
      return done ? undefined : value;
    } finally {
      stopAsking();
      stopWaiting();
    }
  }

  #tell(request: { readonly id: unknown; readonly method: string; params?: unknown }): void {
    this.#connection.write(`${JSON.stringify(request)}\n`);
  }
}
