import type { Connection } from '../../actors/sockets.ts';
import type { Verification } from '../../storage/verification.ts';
import type { AuditGap, AuditRecord } from '../audit.ts';
import { Lines } from '../lines.ts';
import type { ControlMethod, ControlParamsInput } from '../options/control.ts';
import type {
  AuditSource,
  ExportInput,
  OwnerNote,
  ProcessStatus,
  ShredInput,
} from './audit-source.ts';
import { Failure } from './failure.ts';

/** A reply may hold a record, and that as text within text. */
const REPLY_BYTES_MAX = 4 * 1024 * 1024;

interface Reply {
  readonly item?: unknown;
  readonly result?: unknown;
  readonly end?: boolean;
  readonly error?: { readonly code: string; readonly message: string };
}

/** The audit log of a process that runs, through its control socket. One request at a time. */
export class LiveAudit implements AuditSource {
  readonly kind = 'live';
  readonly #connection: Connection;
  readonly #directory: string;
  readonly #owner: OwnerNote | null;
  readonly #replies: AsyncGenerator<Reply>;
  #asked = 0;

  constructor(connection: Connection, directory: string, owner: OwnerNote | null) {
    this.#connection = connection;
    this.#directory = directory;
    this.#owner = owner;
    this.#replies = repliesOf(connection);
  }

  async verify(onProgress: (done: number, of: number) => void): Promise<Verification> {
    const result = await this.#resultOf('audit.verify', {}, (item) => {
      const { done, of } = item as { readonly done: number; readonly of: number };
      onProgress(done, of);
    });
    return result as Verification;
  }

  async *export(input: ExportInput): AsyncGenerator<string> {
    for await (const line of this.#itemsOf('audit.export', input)) yield `${line}`;
  }

  async *tail(count: number, isFollowing: boolean): AsyncGenerator<AuditRecord | AuditGap> {
    const { size } = (await this.#resultOf('audit.status', {})) as { readonly size: number };
    const range = { fromIndex: Math.max(0, size - count) };
    const items = this.#itemsOf(isFollowing ? 'audit.tail' : 'audit.read', range);
    for await (const item of items) yield item as AuditRecord | AuditGap;
  }

  async status(): Promise<ProcessStatus> {
    const said = (await this.#resultOf('audit.status', {})) as Readonly<Record<string, unknown>>;
    return { source: 'live', directory: this.#directory, owner: this.#owner, ...said };
  }

  async shred(input: ShredInput): Promise<readonly number[]> {
    const result = await this.#resultOf('audit.shred', input);
    return (result as { readonly segments: readonly number[] }).segments;
  }

  async close(): Promise<void> {
    this.#connection.drop();
  }

  async #resultOf<Method extends ControlMethod>(
    method: Method,
    params: ControlParamsInput<Method>,
    onItem: (item: unknown) => void = () => {},
  ): Promise<unknown> {
    for await (const reply of this.#ask(method, params)) {
      if ('result' in reply) return reply.result;
      if ('item' in reply) onItem(reply.item);
    }
    throw new Failure('the process gave no result');
  }

  async *#itemsOf<Method extends ControlMethod>(
    method: Method,
    params: ControlParamsInput<Method>,
  ): AsyncGenerator<unknown> {
    for await (const reply of this.#ask(method, params)) {
      if ('item' in reply) yield reply.item;
    }
  }

  async *#ask(method: string, params: unknown): AsyncGenerator<Reply> {
    this.#asked += 1;
    this.#connection.write(`${JSON.stringify({ id: this.#asked, method, params })}\n`);
    for (;;) {
      const { value: reply, done } = await this.#replies.next();
      if (done) throw new Failure('the process ended before it had answered');
      const { error } = reply;
      if (error !== undefined) throw new Failure(error.message, undefined, error.code);
      yield reply;
      if ('result' in reply || reply.end === true) return;
    }
  }
}

async function* repliesOf({ incoming }: Connection): AsyncGenerator<Reply> {
  const lines = new Lines(REPLY_BYTES_MAX);
  for await (const chunk of incoming) {
    for (const line of lines.take(chunk)) yield replyFrom(line);
  }
}

function replyFrom(line: string): Reply {
  try {
    const reply: unknown = JSON.parse(line);
    if (typeof reply === 'object' && reply !== null) return reply;
  } catch {
    // Said below.
  }
  throw new Failure('what answers at the control socket is no process of Holdfast');
}
