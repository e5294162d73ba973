import type { Kernel } from './world.ts';

/** Puts a record into the log: resolves once it is durable there. */
export type Append = (record: Uint8Array) => Promise<unknown>;

/** Facts that somebody waits for until they are in the log. */
export class RecordedFacts {
  readonly #kernel: Pick<Kernel, 'tell'>;
  readonly #append: Append;
  #awaited: Append | undefined;

  constructor(kernel: Pick<Kernel, 'tell'>, append: Append) {
    this.#kernel = kernel;
    this.#append = append;
  }

  /**
   * Resolves with its id once the fact is durable in the log itself; rejects if the log does not
   * take it.
   */
  async tell(...fact: Parameters<Kernel['tell']>): Promise<string> {
    let recorded: Promise<unknown> | undefined;
    this.#awaited = (record) => {
      recorded = this.#append(record);
      return recorded;
    };
    // Whoever records it does so on this stack, before anybody else can tell another.
    const id = this.#kernel.tell(...fact);
    this.#awaited = undefined;
    await recorded;
    return id;
  }

  /** True if this is the record of such a fact: it is taken care of. */
  take(record: Uint8Array): boolean {
    const append = this.#awaited;
    this.#awaited = undefined;
    void append?.(record).catch(() => {});
    return append !== undefined;
  }
}
