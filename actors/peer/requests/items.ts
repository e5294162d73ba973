import type { Failure } from '../../refusals.ts';
import type { Payload } from './payload.ts';

/** What comes next of a streamed answer. */
export type Next =
  | { readonly kind: 'item'; readonly payload: Payload }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** A streamed answer. The other side sends no more than 256 KiB ahead of whoever reads it. */
export interface Items {
  /** Never rejects. After the end, or a failure, it is that for good. */
  next(): Promise<Next>;
  /** Nobody reads on. */
  cancel(): void;
}

/** Items that came and were not read yet. */
export class ItemQueue implements Items {
  readonly #items: Payload[] = [];
  readonly #readers: ((next: Next) => void)[] = [];
  readonly #onRead: (payload: Payload) => void;
  readonly #onCancelled: () => void;
  #over: Next | undefined;

  constructor(onRead: (payload: Payload) => void, onCancelled: () => void) {
    this.#onRead = onRead;
    this.#onCancelled = onCancelled;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Whether somebody waits for the next. */
  get isAwaited(): boolean {
    return this.#readers.length > 0;
  }

  put(payload: Payload): void {
    const reader = this.#readers.shift();
    if (reader === undefined) this.#items.push(payload);
    else reader({ kind: 'item', payload });
  }

  next(): Promise<Next> {
    const payload = this.#items.shift();
    if (payload !== undefined) {
      this.#onRead(payload);
      return Promise.resolve({ kind: 'item', payload });
    }
    if (this.#over !== undefined) return Promise.resolve(this.#over);
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  cancel(): void {
    this.#onCancelled();
  }

  /** What came before can still be read. */
  end(over: Next): void {
    this.#over ??= over;
    for (const reader of this.#readers.splice(0)) reader(this.#over);
  }

  /** What came and was not read is lost, if there is any: it did not end well then. */
  drop(over: Next): void {
    if (this.#items.length > 0) this.#over = over;
    this.#items.length = 0;
    this.end(over);
  }
}
