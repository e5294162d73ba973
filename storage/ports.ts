import type { FileSystem } from './overwriting.ts';

/** Takes a scheduled task back. Calling it twice, or after the task ran, does nothing. */
export type Cancel = () => void;

/**
 * The only source of time. The real world reads the machine's clocks; the simulated one steps from
 * due time to due time, so that a whole run replays from a seed.
 */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back, not even when the wall clock does. */
  monotonicMs(): number;
  /** Milliseconds since 1970-01-01 UTC, as the machine believes. */
  wallMs(): number;
  /**
   * Runs `task` once, no earlier than `delayMs` from now. Tasks due at the same instant run in the
   * order they were scheduled. Any finite delay is kept, beyond the 24.8 days of `setTimeout` too.
   * @throws {RangeError} if `delayMs` is negative or not a finite number.
   */
  after(delayMs: number, task: () => void): Cancel;
  /** Runs `task` on a later turn, once input and due timers had their chance; in order. */
  soon(task: () => void): void;
}

/** Random bytes, from the world's stream for keys, salts and nonces. */
export type RandomBytes = (length: number) => Uint8Array;

export interface FileStat {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly sizeBytes: number;
  /** Tells a file from another that took its name. */
  readonly inode: number;
  /** 0 once an open file or directory was removed. */
  readonly links: number;
  /** Permission bits, as in 0o600. */
  readonly mode: number;
}

/**
 * Raw files, with durability spelled out: a promise of a method that writes is kept only once the
 * bytes, and the name they are found under, survive a loss of power. Directories are made with mode
 * 0700, files with 0600. Paths are absolute. A symbolic link at the end of one is never followed:
 * it is TAKEN, and only `replace`, `allocate`, `remove` and `rename` have it give way.
 * Every method fails with a StorageError: NO_SPACE, READ_ONLY_DISK, GONE, TAKEN, or DISK_FAILED.
 */
export interface Files {
  /** The whole file; undefined if there is none. TAKEN if it is larger than any of ours. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** `length` bytes from `offset`, fewer at the end of the file. GONE if there is no such file. */
  readAt(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** A new file: all of it or none of it. TAKEN if the name is. */
  create(path: string, bytes: Uint8Array): Promise<void>;
  /** The whole file anew, through a temporary one and a rename: all of it or none of it. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** In place, so that the old bytes are gone from the file's blocks. GONE if there is no file. */
  overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void>;
  /** Bytes after the last one; makes the file. */
  append(path: string, bytes: Uint8Array): Promise<void>;
  /** Cuts the file to `length` bytes. GONE if there is none. */
  truncate(path: string, length: number): Promise<void>;
  /** A file whose blocks are taken from the disk now, for whoever needs room later. */
  allocate(path: string, sizeBytes: number): Promise<void>;
  /** The names in a directory, sorted; undefined if there is none. */
  list(path: string): Promise<readonly string[] | undefined>;
  stat(path: string): Promise<FileStat | undefined>;
  /** Where links lead, for paths that users give; the path itself if nothing is there. */
  realPath(path: string): Promise<string>;
  /** Makes the directory and what is missing above it. */
  makeDirectory(path: string): Promise<void>;
  /** Removes a file, or a directory with all in it; nothing if there is none. */
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Free bytes for us on the disk that holds `path`. */
  freeBytes(path: string): Promise<number>;
  /** What holds `path`; undefined where the system does not say. */
  fileSystem(path: string): Promise<FileSystem | undefined>;
}

export interface KvPut {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** What a raw read found wrong: in which file, where, and what. */
export interface Damage {
  readonly file: string;
  readonly offset: number;
  readonly what: string;
  /** Only at the very end of the write-ahead log: what a crash leaves, not what a stranger does. */
  readonly isTornTail: boolean;
}

/** A store as its files hold it, read without its engine; nothing was written, nothing locked. */
export interface RawStore {
  /** Live entries, in the order of their keys. */
  readonly entries: readonly KvPut[];
  /** Empty if the engine may open the store without losing or overwriting anything. */
  readonly damage: readonly Damage[];
}

/** Keys from `from`, included, to `to`, excluded. */
export interface KeyRange {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/** All that a raw read needs of a disk. */
export type RawFiles = Pick<Files, 'read' | 'readAt' | 'list'>;

export interface RawOptions {
  readonly trusted?: boolean;
  readonly files?: RawFiles;
  readonly ranges?: readonly KeyRange[];
}

export interface KvRange extends KeyRange {
  readonly reverse?: boolean;
  readonly limit?: number;
}

export interface KvStore {
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  /** Atomic, and durable once it resolves. After a failure only `close` is of use. */
  commit(puts: readonly KvPut[], deletes?: readonly Uint8Array[]): Promise<void>;
  scan(range: KvRange): AsyncIterable<KvPut>;
  /** Puts the engine's log in order, so that a raw read of some ranges passes over the rest. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A key-value engine, at the granularity of commits; a store is a directory.
 * Fails with a StorageError: LOCKED, CORRUPT, GONE, TAKEN, NO_SPACE, READ_ONLY_DISK, DISK_FAILED.
 */
export interface StoreOptions {
  /**
   * So much of what was written last is kept in memory, beside the engine's log, before it is
   * written a second time, in order; and an opening after a crash writes as much. 4 MiB unless
   * given.
   */
  readonly bufferBytes?: number;
}

export interface Kv {
  /** Opens what is there: GONE if nothing is. Trap: opening damaged files may destroy them. */
  open(path: string, options?: StoreOptions): Promise<KvStore>;
  /** Makes a new store. TAKEN if one is there. */
  create(path: string, options?: StoreOptions): Promise<KvStore>;
  /**
   * Reads the files of a store without opening it, past any damage. `trusted` leaves out checksums,
   * for files whose digests were compared already; `files` has their bytes, if somebody read them
   * before. Files that say that they have no key of the `ranges` need not be read: what there is of
   * entries outside of them may be old. An absent store has no entries, and one damage.
   */
  readRaw(path: string, options?: RawOptions): Promise<RawStore>;
  /** Rewrites a damaged store in place, as well as the engine can: for copies only. */
  repair(path: string): Promise<void>;
  /** Removes the store and its directory. LOCKED while it is open. */
  destroy(path: string): Promise<void>;
}
