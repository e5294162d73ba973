import { StorageError } from './faults.ts';
import type { KeyPages } from './key-pages.ts';
import { segmentStore } from './open-segment.ts';
import { giveKey } from './opening.ts';
import type { Workplace } from './place.ts';
import type { KvStore } from './ports.ts';

interface Made {
  readonly segment: number;
  readonly store: KvStore;
}

/** The segment that is made ahead of time, so that a rotation delays no append. */
export class NextSegment {
  readonly #place: Workplace;
  readonly #pages: KeyPages;
  #made: Made | undefined;
  #making: Promise<void> | undefined;

  constructor(place: Workplace, pages: KeyPages) {
    this.#place = place;
    this.#pages = pages;
  }

  /** @param noteKey says, durably, that the key page has its key */
  make(segment: number, noteKey: () => Promise<void>): Promise<void> {
    this.#making ??= this.#make(segment, noteKey).finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async #make(segment: number, noteKey: () => Promise<void>): Promise<void> {
    if (this.#made !== undefined) return;
    const path = this.#place.layout.store(segment);
    await giveKey(this.#place, this.#pages, segment);
    await noteKey();
    // An attempt before may have failed half way.
    await this.#place.kv.destroy(path);
    this.#made = { segment, store: await this.#place.kv.create(path, segmentStore) };
  }

  get made(): Made {
    if (this.#made !== undefined) return this.#made;
    throw new StorageError('KEY_MISSING', 'the next segment was not prepared');
  }

  /** It is written to now: the one after it is the next. */
  begun(): void {
    this.#made = undefined;
  }

  /** The one that was made, or is being made, never is. */
  async drop(): Promise<void> {
    await this.close();
    if (this.#made === undefined) return;
    const { segment } = this.#made;
    await this.#place.kv.destroy(this.#place.layout.store(segment));
    await this.#pages.drop(segment);
    this.#made = undefined;
  }

  async close(): Promise<void> {
    await this.#making?.catch(() => {});
    await this.#made?.store.close();
  }
}
