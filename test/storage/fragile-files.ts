import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { StorageError } from '../../storage/faults.ts';

/** A disk in memory that tears one write: half of it arrives, and it fails. */
export class FragileFiles extends MemoryFiles {
  /** Writes that succeed before the one that is torn. */
  wholeWrites = Number.POSITIVE_INFINITY;
  readonly written: string[] = [];

  /** All or nothing, as below: torn, it is nothing. */
  override create(path: string, bytes: Uint8Array): Promise<void> {
    const write = async (part: Uint8Array) => {
      if (part.length === bytes.length) await super.create(path, part);
    };
    return this.#tear(path, bytes, write);
  }

  override replace(path: string, bytes: Uint8Array): Promise<void> {
    const write = async (part: Uint8Array) => {
      if (part.length === bytes.length) await super.replace(path, part);
    };
    return this.#tear(path, bytes, write);
  }

  override overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    const write = (part: Uint8Array) => super.overwrite(path, offset, part);
    return this.#tear(path, bytes, write);
  }

  override append(path: string, bytes: Uint8Array): Promise<void> {
    const write = (part: Uint8Array) => super.append(path, part);
    return this.#tear(path, bytes, write);
  }

  async #tear(
    path: string,
    bytes: Uint8Array,
    write: (part: Uint8Array) => Promise<void>,
  ): Promise<void> {
    this.written.push(path);
    this.wholeWrites -= 1;
    if (this.wholeWrites !== -1) return write(bytes);
    await write(bytes.subarray(0, bytes.length / 2));
    throw new StorageError('DISK_FAILED', 'torn');
  }
}
