import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { StorageError } from '../../storage/faults.ts';

/** To die before a write is to die after the one before. */
export const deaths = ['amid it', 'after it', 'never, it fails'] as const;

export type Death = (typeof deaths)[number];

/**
 * A disk in memory under a process that dies at one write: amid it as far as it can be half done,
 * or after it; or the write merely fails, half done. A dead process reads nothing either.
 */
export class MortalFiles extends MemoryFiles {
  writes = 0;
  dieAt = Number.POSITIVE_INFINITY;
  death: Death = 'after it';
  isDead = false;

  /** The next process. */
  revive(): void {
    this.isDead = false;
    this.dieAt = Number.POSITIVE_INFINITY;
  }

  async #meet(half: () => Promise<void>, whole: () => Promise<void>): Promise<void> {
    this.#mustLive();
    this.writes += 1;
    if (this.writes !== this.dieAt) return await whole();
    this.isDead = this.death !== 'never, it fails';
    if (this.death === 'after it') await whole();
    if (this.death === 'amid it' || this.death === 'never, it fails') await half();
    throw new StorageError('DISK_FAILED', 'a write went wrong');
  }

  #mustLive(): void {
    if (this.isDead) throw new StorageError('DISK_FAILED', 'the process is dead');
  }

  override async read(path: string): Promise<Uint8Array | undefined> {
    this.#mustLive();
    return await super.read(path);
  }

  override async readAt(path: string, offset: number, length: number): Promise<Uint8Array> {
    this.#mustLive();
    return await super.readAt(path, offset, length);
  }

  override create(path: string, bytes: Uint8Array): Promise<void> {
    return this.#meet(nothing, () => super.create(path, bytes));
  }

  override replace(path: string, bytes: Uint8Array): Promise<void> {
    return this.#meet(nothing, () => super.replace(path, bytes));
  }

  override overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    const half = bytes.subarray(0, bytes.length / 2);
    return this.#meet(
      () => super.overwrite(path, offset, half),
      () => super.overwrite(path, offset, bytes),
    );
  }

  override append(path: string, bytes: Uint8Array): Promise<void> {
    const half = bytes.subarray(0, bytes.length / 2);
    return this.#meet(
      () => super.append(path, half),
      () => super.append(path, bytes),
    );
  }

  override truncate(path: string, length: number): Promise<void> {
    return this.#meet(nothing, () => super.truncate(path, length));
  }

  override makeDirectory(path: string): Promise<void> {
    return this.#meet(nothing, () => super.makeDirectory(path));
  }

  override remove(path: string): Promise<void> {
    return this.#meet(nothing, () => super.remove(path));
  }

  override rename(from: string, to: string): Promise<void> {
    return this.#meet(nothing, () => super.rename(from, to));
  }
}

const nothing = async (): Promise<void> => {};
