import { publicKeyOfPeer } from '../actors/peer/wire/peer-id.ts';
import type { Persistence, Saver } from './kernel/persistence.ts';

const PREFIX = 'pin/';
const PINS_MAX = 10_000;

/**
 * Who answered first at a url: the newest 10,000, over restarts of the process if anything is saved
 * at all.
 */
export class Pins implements Saver {
  readonly #byUrl = new Map<string, string>();
  readonly #persistence: Persistence | undefined;

  constructor(persistence: Persistence | undefined) {
    this.#persistence = persistence;
    for (const name of [...(persistence?.left.keys() ?? [])]) {
      if (name.startsWith(PREFIX)) this.#restore(name);
    }
    persistence?.add(this);
  }

  /** What cannot be read pins nobody. */
  #restore(name: string): void {
    const saved = this.#persistence?.take(name);
    if (saved === undefined) return;
    const url = name.slice(PREFIX.length);
    const { value, isDamaged } = saved;
    const isId = typeof value === 'string' && publicKeyOfPeer(value) !== undefined;
    if (isId) this.#byUrl.set(url, value);
    else {
      const invalid = { because: 'invalid', field: 'id' } as const;
      const refusal = isDamaged ? ({ because: 'damaged' } as const) : invalid;
      this.#persistence?.refuse(name, url, saved, refusal);
    }
  }

  get(url: string): string | undefined {
    return this.#byUrl.get(url);
  }

  set(url: string, id: string): void {
    if (this.#byUrl.get(url) === id) return;
    this.#byUrl.delete(url);
    this.#byUrl.set(url, id);
    this.#mark(url);
    const [oldest] = this.#byUrl.keys();
    if (this.#byUrl.size <= PINS_MAX || oldest === undefined) return;
    this.#byUrl.delete(oldest);
    this.#persistence?.remove(PREFIX + oldest);
  }

  markAll(): void {
    for (const url of this.#byUrl.keys()) this.#mark(url);
  }

  #mark(url: string): void {
    this.#persistence?.mark(PREFIX + url, { take: () => this.#byUrl.get(url) });
  }
}
