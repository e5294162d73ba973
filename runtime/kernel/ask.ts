import type { EventObject } from 'xstate';
import { onAbort } from '../../actors/on-abort.ts';
import type { Cancel, Clock } from '../../storage/ports.ts';
import { type Code, HoldfastError } from '../errors.ts';

export interface AskOptions<Type extends string = string> {
  /** The type of the event the actor emits as its answer. */
  readonly reply: Type;
  /** Default `timeouts.askMs`; counts from the call, waiting in the mailbox included. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

interface Settle {
  resolve(reply: EventObject): void;
  reject(error: unknown): void;
}

type Emitted = EventObject & { readonly correlationId?: unknown };

/**
 * One question on its way to one answer. An emitted event answers it if it has the asked-for type
 * and either is emitted while the question is being handled, or carries its `correlationId`: a late
 * answer to another question never passes for this one's.
 */
export class Ask {
  readonly correlationId: string;
  readonly replyType: string;
  readonly answer: Promise<EventObject>;
  readonly #path: string;
  #settle: Settle | undefined;
  #release: Cancel[] = [];

  constructor(path: string, correlationId: string, replyType: string) {
    this.#path = path;
    this.correlationId = correlationId;
    this.replyType = replyType;
    this.answer = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  /** Called when the ask is over, however it ends. */
  onceSettled(release: Cancel): void {
    if (this.#settle === undefined) release();
    else this.#release.push(release);
  }

  bound(clock: Clock, timeoutMs: number, signal: AbortSignal | undefined): void {
    // What is no signal throws here, or at the next step: before anything is armed.
    const isAborted = signal?.aborted === true;
    const abort = (): void => this.reject(signal?.reason);
    if (signal !== undefined) this.onceSettled(onAbort(signal, abort));
    const cancel = clock.after(timeoutMs, () => {
      const details = { path: this.#path, reply: this.replyType, timeoutMs };
      const message = `no "${this.replyType}" from ${this.#path} within ${timeoutMs} ms`;
      this.reject(new HoldfastError('ASK_TIMEOUT', message, details));
    });
    this.onceSettled(cancel);
    if (isAborted) abort();
  }

  offer(reply: Emitted, isBeingHandled: boolean): void {
    if (!isBeingHandled && reply.correlationId !== this.correlationId) return;
    // A promise that resolves to a thenable waits for it, and nothing bounds that.
    const { then } = reply as { then?: unknown };
    if (typeof then === 'function') return this.refuse('EVENT_REFUSED', 'its reply is a thenable');
    this.#end()?.resolve(reply);
  }

  reject(error: unknown): void {
    this.#end()?.reject(error);
  }

  refuse(code: Code, because: string, cause?: unknown): void {
    const message = `${this.#path} did not answer: ${because}`;
    const details = { path: this.#path, reply: this.replyType };
    this.reject(new HoldfastError(code, message, details, cause === undefined ? {} : { cause }));
  }

  get isSettled(): boolean {
    return this.#settle === undefined;
  }

  #end(): Settle | undefined {
    const settle = this.#settle;
    this.#settle = undefined;
    for (const release of this.#release) release();
    this.#release = [];
    return settle;
  }
}
