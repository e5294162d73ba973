import { resolve } from 'node:path';
import { Level } from 'level';
import { StorageError } from './faults.ts';
import { levelFault } from './level-faults.ts';
import { readRaw } from './level-raw/raw-store.ts';
import { mustBeNoLinks } from './links.ts';
import type { Files, Kv, KvPut, KvRange, KvStore, RawStore, StoreOptions } from './ports.ts';

/** What `level` has on Node only, and does not declare. */
type Engine = Level<Uint8Array, Uint8Array> & {
  compactRange(from: Uint8Array, to: Uint8Array): Promise<void>;
};

/** The same. */
const engine = Level as typeof Level & {
  destroy(location: string): Promise<void>;
  repair(location: string): Promise<void>;
};

const settings = {
  compression: false,
  keyEncoding: 'view',
  valueEncoding: 'view',
} as const;

const BUFFER_BYTES = 4 * 1024 * 1024;

/**
 * Directories in use by this process. Trap: LevelDB opens LOCK before it finds that this process
 * holds it, and closes it again; by that the process loses its lock. So it must not get that far.
 */
const held = new Set<string>();

/** Runs `work` while nobody else in this process may use the directory. */
async function holding<T>(files: Files, path: string, work: () => Promise<T>): Promise<T> {
  hold(path);
  try {
    await mustBeNoLinks(files, [path]);
    return await work();
  } finally {
    held.delete(resolve(path));
  }
}

function hold(path: string): void {
  const key = resolve(path);
  if (held.has(key)) throw new StorageError('LOCKED', `the store ${path} is open already`);
  held.add(key);
}

/** Files that the engine opens, if they are there. */
const isEngines = (name: string): boolean =>
  /^(CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(ldb|log|sst|dbtmp))$/.test(name);

/** Files that prove that there was a store, even if CURRENT is gone. */
const isWritten = (name: string): boolean => /^\d+\.(ldb|log)$/.test(name);

/** LevelDB as a key-value engine. Keys and values are bytes; keys are in the order of bytes. */
export function levelKv(files: Files): Kv {
  return {
    async open(path, options) {
      await mustBeNoLinks(files, [path]);
      const names = (await files.list(path)) ?? [];
      if (!names.includes('CURRENT')) {
        if (names.some(isWritten)) throw new StorageError('CORRUPT', `${path} has lost CURRENT`);
        throw new StorageError('GONE', `there is no store at ${path}`);
      }
      for (const name of names.filter(isEngines)) await mustBeFile(files, `${path}/${name}`);
      return start(path, { createIfMissing: false }, options);
    },

    async create(path, options) {
      await mustBeNoLinks(files, [path]);
      const names = (await files.list(path)) ?? [];
      if (names.includes('CURRENT') || names.some(isWritten)) {
        throw new StorageError('TAKEN', `there is a store at ${path}`);
      }
      await files.makeDirectory(path);
      return start(path, { createIfMissing: true, errorIfExists: true }, options);
    },

    async readRaw(path, options = {}): Promise<RawStore> {
      await mustBeNoLinks(files, [path]);
      return await readRaw(options.files ?? files, path, options);
    },

    repair: (path) => holding(files, path, () => mapped(path, () => engine.repair(path))),

    destroy: (path) =>
      holding(files, path, async () => {
        await mapped(path, () => engine.destroy(path));
        await files.remove(path);
      }),
  };
}

/** LevelDB follows links; and for a pipe's other end it waits, in a thread that outlasts us. */
async function mustBeFile(files: Files, path: string): Promise<void> {
  const { kind } = (await files.stat(path)) ?? {};
  if (kind !== 'other' && kind !== 'link') return;
  throw new StorageError('CORRUPT', `${path} is no file`);
}

async function start(
  path: string,
  mode: { readonly createIfMissing: boolean; readonly errorIfExists?: boolean },
  { bufferBytes = BUFFER_BYTES }: StoreOptions = {},
): Promise<KvStore> {
  hold(path);
  try {
    const db = new Level(path, { ...settings, ...mode, writeBufferSize: bufferBytes }) as Engine;
    await db.open();
    return new LevelStore(db, path);
  } catch (error) {
    held.delete(resolve(path));
    throw levelFault(error, path);
  }
}

async function mapped<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw levelFault(error, path);
  }
}

class LevelStore implements KvStore {
  readonly #db: Engine;
  readonly #path: string;
  #failure: StorageError | undefined;
  #closing: Promise<void> | undefined;

  constructor(db: Engine, path: string) {
    this.#db = db;
    this.#path = path;
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    const value = await mapped(this.#path, () => this.#db.get(key));
    return value && plain(value);
  }

  /** After a failure LevelDB may take more, behind a hole in its log: it is not asked again. */
  async commit(puts: readonly KvPut[], deletes: readonly Uint8Array[] = []): Promise<void> {
    if (this.#failure) throw this.#failure;
    try {
      const batch = this.#db.batch();
      for (const { key, value } of puts) batch.put(key, value);
      for (const key of deletes) batch.del(key);
      await batch.write({ sync: true });
    } catch (error) {
      this.#failure = levelFault(error, this.#path);
      throw this.#failure;
    }
  }

  async *scan({ from, to, reverse = false, limit = -1 }: KvRange): AsyncIterable<KvPut> {
    try {
      for await (const [key, value] of this.#db.iterator({ gte: from, lt: to, reverse, limit })) {
        yield { key: plain(key), value: plain(value) };
      }
    } catch (error) {
      throw levelFault(error, this.#path);
    }
  }

  async settle(): Promise<void> {
    await mapped(this.#path, () => this.#db.compactRange(Uint8Array.of(0), Uint8Array.of(0xff)));
  }

  /** Once only: by the second time the directory may be held by another store. */
  close(): Promise<void> {
    this.#closing ??= mapped(this.#path, () => this.#db.close()).then(() => {
      held.delete(resolve(this.#path));
    });
    return this.#closing;
  }
}

/** Without what a Buffer adds to bytes. */
const plain = ({ buffer, byteOffset, length }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, length);
