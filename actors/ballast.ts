import { StorageError } from '../storage/faults.ts';
import type { Files } from '../storage/ports.ts';

/** Room on the disk that is ours: given back when the disk is full, taken again when it is not. */
export class Ballast {
  readonly #files: Files;
  readonly #path: string;
  readonly #sizeBytes: number;

  constructor(files: Files, path: string, sizeBytes: number) {
    this.#files = files;
    this.#path = path;
    this.#sizeBytes = sizeBytes;
  }

  /** Does nothing if it is there, or if there is no room for it and `spareBytes` beside. */
  async take(spareBytes: number): Promise<void> {
    if (this.#sizeBytes === 0) return;
    const there = await this.#files.stat(this.#path);
    if (there?.sizeBytes === this.#sizeBytes) return;
    const free = await this.#files.freeBytes(directoryOf(this.#path));
    if (free < this.#sizeBytes + spareBytes) return;
    try {
      await this.#files.allocate(this.#path, this.#sizeBytes);
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'NO_SPACE') throw error;
      await this.release();
    }
  }

  async release(): Promise<void> {
    await this.#files.remove(this.#path);
  }
}

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
