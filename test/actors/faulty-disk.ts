import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { StorageError } from '../../storage/faults.ts';

/** How a commit fails: before anything is written, or once all is written. */
export type Failure = 'unwritten' | 'written';

/** A disk in memory that hangs, fails at one commit, or takes writes into files that are gone. */
export class FaultyDisk extends MemoryFiles {
  /** Commits into stores that succeed before one fails, and how it does. */
  failing: { after: number; readonly how: Failure } | undefined;
  /** Whether a store's writes succeed though its directory is gone. */
  isFooled = false;
  #gate: Promise<void> | undefined;
  #open: () => void = () => {};

  /** All that would change a file waits. */
  hang(): void {
    this.#gate ??= new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  goOn(): void {
    this.#gate = undefined;
    this.#open();
  }

  /** Whoever waits does so for ever: the process is dead. */
  forsake(): void {
    this.#gate = undefined;
    this.#open = () => {};
  }

  override async append(path: string, bytes: Uint8Array): Promise<void> {
    await this.#gate;
    if (!path.endsWith('/store')) return await super.append(path, bytes);
    if (this.isFooled && (await this.stat(path)) === undefined) return;
    if (this.failing === undefined || this.failing.after-- > 0) {
      return await super.append(path, bytes);
    }
    const { how } = this.failing;
    this.failing = undefined;
    if (how === 'written') await super.append(path, bytes);
    throw new StorageError('DISK_FAILED', 'the disk failed');
  }

  override async overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    await this.#gate;
    await super.overwrite(path, offset, bytes);
  }

  override async replace(path: string, bytes: Uint8Array): Promise<void> {
    await this.#gate;
    await super.replace(path, bytes);
  }

  override async create(path: string, bytes: Uint8Array): Promise<void> {
    await this.#gate;
    await super.create(path, bytes);
  }
}
