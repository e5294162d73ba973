import { basename, dirname, resolve } from 'node:path/posix';
import type { StorageCode } from '../../storage/faults.ts';
import { fileFault } from '../../storage/file-fault.ts';
import type { FileSystem } from '../../storage/overwriting.ts';
import type { FileStat, Files } from '../../storage/ports.ts';

interface FileEntry {
  readonly kind: 'file';
  readonly inode: number;
  /** Room to grow into: the file is the first `sizeBytes` of it, the rest is zeros. */
  bytes: Uint8Array;
  sizeBytes: number;
}

type Entry = FileEntry | { readonly kind: 'directory'; readonly inode: number };

/** All that is on a disk at one moment. */
export type DiskImage = ReadonlyMap<string, Entry>;

interface Call {
  readonly method: keyof Files;
  readonly path: string;
}

/**
 * A disk in memory. What a method did lasts from the moment it did it; calls take effect in their
 * order, each on a later microtask. Only the bytes of files take room, names do not.
 */
export class MemoryFiles implements Files {
  /** How many bytes all files may have. At the limit a write leaves what fits, and fails. */
  spaceBytes = 2 ** 40;
  /** While it is set, whatever would change the disk fails. */
  isReadOnly = false;
  /** What it passes for. */
  mounted: FileSystem = { type: 'tmpfs', options: ['rw'] };
  readonly #entries = new Map<string, Entry>();
  #inodes = 0;

  constructor() {
    this.removeAll();
  }

  /** Somebody wipes the disk, the root aside. */
  removeAll(): void {
    this.#entries.clear();
    this.#entries.set('/', this.#directory());
  }

  image(): DiskImage {
    const copyOf = (entry: Entry): Entry =>
      entry.kind === 'file' ? { ...entry, bytes: entry.bytes.slice() } : entry;
    return new Map([...this.#entries].map(([path, entry]) => [path, copyOf(entry)]));
  }

  /** Puts an image back, at once, once. */
  restore(image: DiskImage): void {
    this.#entries.clear();
    for (const [path, entry] of image) this.#entries.set(path, entry);
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return this.#later('read', path, (call) => {
      if (!this.#entries.has(call.path)) return undefined;
      const file = this.#file(call);
      return file.bytes.slice(0, file.sizeBytes);
    });
  }

  readAt(path: string, offset: number, length: number): Promise<Uint8Array> {
    return this.#later('readAt', path, (call) => {
      const file = this.#file(call);
      return file.bytes.slice(offset, Math.min(offset + length, file.sizeBytes));
    });
  }

  create(path: string, bytes: Uint8Array): Promise<void> {
    const copy = new Uint8Array(bytes);
    return this.#later('create', path, (call) => {
      if (this.#entries.has(call.path)) fail('TAKEN', call);
      this.#make(call, copy);
    });
  }

  replace(path: string, bytes: Uint8Array): Promise<void> {
    const copy = new Uint8Array(bytes);
    return this.#later('replace', path, (call) => {
      if (this.#entries.get(call.path)?.kind === 'directory') fail('TAKEN', call);
      this.#make(call, copy);
    });
  }

  overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    const copy = new Uint8Array(bytes);
    return this.#later('overwrite', path, (call) => {
      this.#write(call, this.#file(call), offset, copy);
    });
  }

  append(path: string, bytes: Uint8Array): Promise<void> {
    const copy = new Uint8Array(bytes);
    return this.#later('append', path, (call) => {
      if (!this.#entries.has(call.path)) this.#make(call, new Uint8Array());
      const file = this.#file(call);
      this.#write(call, file, file.sizeBytes, copy);
    });
  }

  truncate(path: string, length: number): Promise<void> {
    return this.#later('truncate', path, (call) => {
      const file = this.#file(call);
      this.#write(call, file, file.sizeBytes, new Uint8Array(Math.max(0, length - file.sizeBytes)));
      file.bytes = file.bytes.slice(0, length);
      file.sizeBytes = length;
    });
  }

  allocate(path: string, sizeBytes: number): Promise<void> {
    return this.#later('allocate', path, (call) => {
      if (this.#entries.has(call.path)) {
        this.#file(call);
        this.#mayChange(call);
        this.#entries.delete(call.path);
      }
      this.#make(call, new Uint8Array(sizeBytes));
    });
  }

  list(path: string): Promise<readonly string[] | undefined> {
    return this.#later('list', path, (call) => {
      if (this.#entries.get(call.path)?.kind !== 'directory') return undefined;
      return this.#below(call.path)
        .filter((other) => dirname(other) === call.path)
        .map((other) => basename(other))
        .sort();
    });
  }

  stat(path: string): Promise<FileStat | undefined> {
    return this.#later('stat', path, (call): FileStat | undefined => {
      const entry = this.#entries.get(call.path);
      if (entry === undefined) return undefined;
      const { kind, inode } = entry;
      if (kind === 'directory') return { kind, inode, sizeBytes: 0, links: 2, mode: 0o700 };
      return { kind, inode, sizeBytes: entry.sizeBytes, links: 1, mode: 0o600 };
    });
  }

  /** There are no links. */
  async realPath(path: string): Promise<string> {
    return resolve(path);
  }

  makeDirectory(path: string): Promise<void> {
    return this.#later('makeDirectory', path, (call) => {
      const missing: string[] = [];
      let above = call.path;
      for (; !this.#entries.has(above); above = dirname(above)) missing.unshift(above);
      if (this.#entries.get(above)?.kind === 'file') fail(missing[0] ? 'GONE' : 'TAKEN', call);
      if (missing.length > 0) this.#mayChange(call);
      for (const name of missing) this.#entries.set(name, this.#directory());
    });
  }

  remove(path: string): Promise<void> {
    return this.#later('remove', path, (call) => {
      if (!this.#entries.has(call.path)) return;
      this.#mayChange(call);
      for (const name of this.#below(call.path)) this.#entries.delete(name);
      this.#entries.delete(call.path);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#later('rename', from, (call) => this.#rename(call, resolve(to)));
  }

  freeBytes(path: string): Promise<number> {
    return this.#later('freeBytes', path, (call) => {
      if (!this.#entries.has(call.path)) fail('GONE', call);
      return this.#roomBytes();
    });
  }

  fileSystem(path: string): Promise<FileSystem | undefined> {
    return this.#later('fileSystem', path, (call) => {
      if (!this.#entries.has(call.path)) fail('GONE', call);
      return this.mounted;
    });
  }

  async #later<Result>(
    method: keyof Files,
    path: string,
    work: (call: Call) => Result,
  ): Promise<Result> {
    const call = { method, path: resolve(path) };
    await null;
    return work(call);
  }

  #directory(): Entry {
    this.#inodes += 1;
    return { kind: 'directory', inode: this.#inodes };
  }

  /** What stands below `path`, at any depth. */
  #below(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    return [...this.#entries.keys()].filter((other) => other.startsWith(prefix) && other !== '/');
  }

  #roomBytes(): number {
    let used = 0;
    for (const entry of this.#entries.values()) if (entry.kind === 'file') used += entry.sizeBytes;
    return Math.max(0, this.spaceBytes - used);
  }

  #file(call: Call): FileEntry {
    const entry = this.#entries.get(call.path) ?? fail('GONE', call);
    return entry.kind === 'file' ? entry : fail('TAKEN', call);
  }

  #mayChange(call: Call): void {
    if (this.isReadOnly) fail('READ_ONLY_DISK', call);
  }

  /** A new file in the place of any other, once there is room for both. */
  #make(call: Call, bytes: Uint8Array): void {
    if (this.#entries.get(dirname(call.path))?.kind !== 'directory') fail('GONE', call);
    this.#mayChange(call);
    if (bytes.length > this.#roomBytes()) fail('NO_SPACE', call);
    this.#inodes += 1;
    const file = { kind: 'file', inode: this.#inodes, bytes, sizeBytes: bytes.length } as const;
    this.#entries.set(call.path, file);
  }

  #write(call: Call, file: FileEntry, offset: number, bytes: Uint8Array): void {
    this.#mayChange(call);
    const growth = Math.max(0, offset + bytes.length - file.sizeBytes);
    const excess = Math.max(0, growth - this.#roomBytes());
    const fitting = bytes.subarray(0, Math.max(0, bytes.length - excess));
    if (fitting.length > 0) put(file, offset, fitting);
    if (excess > 0) fail('NO_SPACE', call);
  }

  #rename(call: Call, to: string): void {
    const { path: from } = call;
    const entry = this.#entries.get(from) ?? fail('GONE', call);
    if (this.#entries.get(dirname(to))?.kind !== 'directory') fail('GONE', call);
    if (to.startsWith(`${from}/`)) fail('DISK_FAILED', call);
    const other = this.#entries.get(to) ?? entry;
    if (other.kind === 'file' && entry.kind === 'directory') fail('GONE', call);
    if (other.kind === 'directory' && entry.kind === 'file') fail('TAKEN', call);
    if (to !== from && this.#below(to).length > 0) fail('TAKEN', call);
    this.#mayChange(call);
    for (const name of [from, ...this.#below(from)]) {
      const moved = this.#entries.get(name);
      this.#entries.delete(name);
      if (moved) this.#entries.set(to + name.slice(from.length), moved);
    }
  }
}

function fail(code: StorageCode, { method, path }: Call): never {
  throw fileFault(code, method, path);
}

function put(file: FileEntry, offset: number, bytes: Uint8Array): void {
  const end = offset + bytes.length;
  if (end > file.bytes.length) {
    const grown = new Uint8Array(Math.max(end, 2 * file.bytes.length));
    grown.set(file.bytes.subarray(0, file.sizeBytes));
    file.bytes = grown;
  }
  file.bytes.set(bytes, offset);
  file.sizeBytes = Math.max(file.sizeBytes, end);
}
