import { fileFault } from '../../storage/file-fault.ts';
import type { FileSystem } from '../../storage/overwriting.ts';
import type { FileStat, Files } from '../../storage/ports.ts';
import type { MemoryFiles } from '../world/memory-files.ts';
import type { ProcessClock } from './faulty-clock.ts';
import type { FaultyDisk } from './faulty-disk.ts';

type Work<Result> = (files: MemoryFiles) => Promise<Result>;

const never = <Result>(): Promise<Result> => new Promise(() => {});
const nothing: Work<void> = async () => {};

const firstHalf = (bytes: Uint8Array): Uint8Array =>
  bytes.subarray(0, Math.floor(bytes.length / 2));

/** A faulty disk as one process sees it. Its files, not their names, can be half written. */
export class ProcessFiles implements Files {
  readonly #disk: FaultyDisk;
  readonly #clock: ProcessClock;

  constructor(disk: FaultyDisk, clock: ProcessClock) {
    this.#disk = disk;
    this.#clock = clock;
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return this.#look('read', path, (files) => files.read(path));
  }

  readAt(path: string, offset: number, length: number): Promise<Uint8Array> {
    return this.#look('readAt', path, (files) => files.readAt(path, offset, length));
  }

  create(path: string, bytes: Uint8Array): Promise<void> {
    const copy = bytes.slice();
    return this.#change('create', path, (files) => files.create(path, copy));
  }

  replace(path: string, bytes: Uint8Array): Promise<void> {
    const copy = bytes.slice();
    return this.#change('replace', path, (files) => files.replace(path, copy));
  }

  overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    const copy = bytes.slice();
    const half: Work<void> = (files) => files.overwrite(path, offset, firstHalf(copy));
    return this.#change('overwrite', path, (files) => files.overwrite(path, offset, copy), half);
  }

  append(path: string, bytes: Uint8Array): Promise<void> {
    const copy = bytes.slice();
    const half: Work<void> = (files) => files.append(path, firstHalf(copy));
    return this.#change('append', path, (files) => files.append(path, copy), half);
  }

  truncate(path: string, length: number): Promise<void> {
    return this.#change('truncate', path, (files) => files.truncate(path, length));
  }

  allocate(path: string, sizeBytes: number): Promise<void> {
    return this.#change('allocate', path, (files) => files.allocate(path, sizeBytes));
  }

  list(path: string): Promise<readonly string[] | undefined> {
    return this.#look('list', path, (files) => files.list(path));
  }

  stat(path: string): Promise<FileStat | undefined> {
    return this.#look('stat', path, (files) => files.stat(path));
  }

  realPath(path: string): Promise<string> {
    return this.#look('realPath', path, (files) => files.realPath(path));
  }

  makeDirectory(path: string): Promise<void> {
    return this.#change('makeDirectory', path, (files) => files.makeDirectory(path));
  }

  remove(path: string): Promise<void> {
    return this.#change('remove', path, (files) => files.remove(path));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#change('rename', from, (files) => files.rename(from, to));
  }

  freeBytes(path: string): Promise<number> {
    return this.#look('freeBytes', path, (files) => files.freeBytes(path));
  }

  fileSystem(path: string): Promise<FileSystem | undefined> {
    return this.#look('fileSystem', path, (files) => files.fileSystem(path));
  }

  async #look<Result>(method: keyof Files, path: string, work: Work<Result>): Promise<Result> {
    await this.#turn();
    if (this.#disk.is('fail')) throw fileFault('DISK_FAILED', method, path);
    return await this.#answer(work(this.#disk.prepared()));
  }

  async #change(
    method: keyof Files,
    path: string,
    work: Work<void>,
    half: Work<void> = nothing,
  ): Promise<void> {
    await this.#turn();
    const mishap = this.#disk.countWrite();
    const files = this.#disk.prepared();
    if (mishap === 'torn') await half(files).catch(() => {});
    if (mishap === 'torn' || mishap === 'before') return await never();
    if (mishap === undefined && !this.#disk.isFailing()) return await this.#answer(work(files));
    if (this.#disk.isDoneAnyway()) await work(files).catch(() => {});
    await this.#answer(Promise.reject(fileFault('DISK_FAILED', method, path)));
  }

  /** Until the disk takes the call up. */
  async #turn(): Promise<void> {
    const waitMs = this.#clock.isDead ? 0 : this.#disk.waitMs();
    if (waitMs > 0) {
      await new Promise<void>((resolve) => this.#clock.after(waitMs, resolve));
      // It may have begun to hang meanwhile, and an answer waits, too.
      if (this.#disk.is('hang')) return await this.#turn();
    }
    if (this.#clock.isDead) await never();
  }

  async #answer<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } finally {
      if (this.#clock.isDead) await never();
    }
  }
}
