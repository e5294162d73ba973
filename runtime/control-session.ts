import { connectionOperations } from '../actors/operations.ts';
import type { Connection } from '../actors/sockets.ts';
import type { Cancel, Clock } from '../storage/ports.ts';
import { type ControlledAudit, controlMethods, type Outlet } from './control-methods.ts';
import { describeError } from './errors.ts';
import { type ControlledKeys, keyControlMethods } from './key-control.ts';
import { Lines } from './lines.ts';
import { type ControlRequest, controlRequest } from './options/control.ts';
import { readOptions } from './options/read.ts';
import { type ControlledPeers, peerControlMethods } from './peer-control.ts';

/** A signed list fits, as text within text. */
const LINE_BYTES_MAX = 4 * 1024 * 1024;
const REQUESTS_MAX = 16;
const IDLE_MS = 300_000;
/** How long all may take to be answered and read, once the end has come. */
const LINGER_MS = 1_000;

/** What the control socket reaches. */
export interface Controlled {
  readonly audit: ControlledAudit;
  readonly peers: ControlledPeers;
  readonly keys: ControlledKeys;
  /** What `status` answers. */
  diagnose(): unknown;
  /** What `inspector.url` answers: where its inspector is opened, with the tokens, if it is. */
  inspectorUrls(): object | undefined;
}

type Id = ControlRequest['id'] | null;

/**
 * One connection to the control socket: lines of JSON. `{ id, method, params }` asks. Answers are
 * `{ id, item }` any number of times, then one `{ id, result }`, `{ id, end: true }` or
 * `{ id, error: { code, message } }`. What is no request is answered under id null, and ends the
 * connection.
 */
export class ControlSession {
  /** Resolves once the connection has ended. */
  readonly ended: Promise<void>;
  /** Resolves once everything that was asked over it has ended too. */
  readonly over: Promise<void>;
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #controlled: Controlled;
  readonly #lines = new Lines(LINE_BYTES_MAX);
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #isEnding = false;
  #isSlow = false;
  #stopIdling: Cancel = () => {};
  #stopLingering: Cancel = () => {};

  constructor(connection: Connection, clock: Clock, controlled: Controlled) {
    this.#connection = connection;
    this.#clock = clock;
    this.#controlled = controlled;
    this.ended = this.#run();
    this.over = this.ended.then(async () => void (await Promise.all(this.#running)));
  }

  /** Takes nothing more, and ends once all is answered and read, or after a second. */
  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#stopIdling();
    this.#closing.abort();
    this.#stopLingering = this.#clock.after(LINGER_MS, () => this.#connection.drop());
    void Promise.all(this.#running).then(() => this.#connection.end());
  }

  /** For a connection that is one too many. */
  refuse(because: string): void {
    this.#tell({ id: null, error: { code: 'CONTROL_BUSY', message: because } });
    this.end();
  }

  async #run(): Promise<void> {
    this.#idle();
    for await (const chunk of this.#connection.incoming) {
      if (!this.#isEnding) await this.#heed(chunk);
    }
    this.#isEnding = true;
    this.#closing.abort();
    this.#stopIdling();
    this.#stopLingering();
  }

  async #heed(chunk: Uint8Array): Promise<void> {
    try {
      for (const line of this.#lines.take(chunk)) {
        if (this.#isEnding) return;
        await this.#ask(readOptions(controlRequest, 'request', JSON.parse(line)));
      }
    } catch (error) {
      const { message } = describeError(error);
      this.#tell({ id: null, error: { code: 'CONTROL_INVALID', message } });
      this.end();
    }
  }

  async #ask(request: ControlRequest): Promise<void> {
    const { id } = request;
    if (this.#running.size >= REQUESTS_MAX) {
      const message = `at most ${REQUESTS_MAX} requests may be under way`;
      return await this.#send({ id, error: { code: 'CONTROL_BUSY', message } });
    }
    this.#stopIdling();
    const work = this.#answer(request).finally(() => {
      this.#running.delete(work);
      this.#idle();
    });
    this.#running.add(work);
  }

  async #answer({ id, method, params }: ControlRequest): Promise<void> {
    const outlet: Outlet = {
      signal: this.#closing.signal,
      item: (item) => this.#send({ id, item }),
      hint: (item) => {
        if (!this.#isSlow) this.#tell({ id, item });
      },
    };
    try {
      const result = await this.#call(method, params, outlet);
      await this.#send(result === undefined ? { id, end: true } : { id, result });
    } catch (error) {
      const { code = 'CONTROL_FAILED', message } = describeError(error);
      const isMistake = error instanceof TypeError || error instanceof RangeError;
      await this.#send({
        id,
        error: { code: isMistake ? 'CONTROL_INVALID' : code, message },
      });
    }
  }

  #call(method: string, params: ControlRequest['params'], outlet: Outlet): Promise<unknown> {
    const { audit, peers, keys, diagnose, inspectorUrls } = this.#controlled;
    if (isMethod(method)) return controlMethods[method](audit, params, outlet);
    if (isPeerMethod(method)) return peerControlMethods[method](peers, params);
    if (isKeyMethod(method)) return keyControlMethods[method](keys, params);
    if (method === 'status') return Promise.resolve(diagnose());
    if (method === 'inspector.url') return Promise.resolve(inspectorUrls() ?? {});
    throw new RangeError(`there is no method ${method}`);
  }

  /** Resolves once there is room again. Whoever makes none for 30 s is dropped. */
  async #send(reply: Reply): Promise<void> {
    this.#tell(reply);
    if (!this.#isSlow) return;
    const cancel = this.#clock.after(connectionOperations.drained.deadlineMs, () =>
      this.#connection.drop(),
    );
    await this.#connection.drained();
    cancel();
    this.#isSlow = false;
  }

  #tell(reply: Reply): void {
    this.#isSlow = !this.#connection.write(`${JSON.stringify(reply)}\n`);
  }

  #idle(): void {
    this.#stopIdling();
    if (this.#isEnding || this.#running.size > 0) return;
    this.#stopIdling = this.#clock.after(IDLE_MS, () => this.end());
  }
}

interface Reply {
  readonly id: Id;
  readonly item?: unknown;
  readonly result?: unknown;
  readonly end?: true;
  readonly error?: { readonly code: string; readonly message: string };
}

const isMethod = (name: string): name is keyof typeof controlMethods =>
  Object.hasOwn(controlMethods, name);

const isKeyMethod = (name: string): name is keyof typeof keyControlMethods =>
  Object.hasOwn(keyControlMethods, name);

const isPeerMethod = (name: string): name is keyof typeof peerControlMethods =>
  Object.hasOwn(peerControlMethods, name);
