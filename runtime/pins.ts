import type { Pins } from './connection.ts';

const PINS_MAX = 10_000;

/** The newest, while the process lives. */
export class MemoryPins implements Pins {
  readonly #byUrl = new Map<string, string>();

  get(url: string): string | undefined {
    return this.#byUrl.get(url);
  }

  set(url: string, id: string): void {
    this.#byUrl.delete(url);
    this.#byUrl.set(url, id);
    const [oldest] = this.#byUrl.keys();
    if (this.#byUrl.size > PINS_MAX && oldest !== undefined) this.#byUrl.delete(oldest);
  }
}
