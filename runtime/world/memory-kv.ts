import { resolve } from 'node:path/posix';
import { fileFault } from '../../storage/file-fault.ts';
import type {
  Files,
  Kv,
  KvPut,
  KvRange,
  KvStore,
  RawOptions,
  RawStore,
} from '../../storage/ports.ts';
import {
  applyCommit,
  decodeStore,
  encodeCommit,
  encodeStore,
  hasHeader,
  type LiveEntries,
  nameOf,
  sorted,
} from './commit-log.ts';

/** The one file of a store. */
const NAME = 'store';

/** Who has a directory for itself; without a store while it is opened, repaired or destroyed. */
interface Holder {
  store?: MemoryStore;
}

/**
 * Stores of one process, each a log of commits in the file `store` of its directory. As LevelDB, it
 * rewrites what it opens, without what is damaged; so that takes room on the disk, too.
 */
export class MemoryKv implements Kv {
  readonly #files: Files;
  readonly #holders = new Map<string, Holder>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** The process dies: its stores are as their files are, and may be opened by the next one. */
  crash(): void {
    for (const { store } of this.#holders.values()) store?.end();
    this.#holders.clear();
  }

  open(path: string): Promise<KvStore> {
    return this.#begin('open', path, async (file) => {
      const bytes = await this.#files.read(file);
      if (bytes === undefined) throw fileFault('GONE', 'open', path);
      if (!hasHeader(bytes)) throw fileFault('CORRUPT', 'open', path);
      const { live } = decodeStore(bytes, NAME);
      await this.#files.replace(file, encodeStore(live));
      return live;
    });
  }

  create(path: string): Promise<KvStore> {
    return this.#begin('create', path, async (file) => {
      if (await this.#files.stat(file)) throw fileFault('TAKEN', 'create', path);
      await this.#files.makeDirectory(path);
      await this.#files.create(file, encodeStore(new Map()));
      return new Map();
    });
  }

  async readRaw(path: string, options: RawOptions = {}): Promise<RawStore> {
    const bytes = await (options.files ?? this.#files).read(fileOf(path));
    if (bytes === undefined) {
      const absent = { file: NAME, offset: 0, what: 'there is no store', isTornTail: false };
      return { entries: [], damage: [absent] };
    }
    const { live, damage } = decodeStore(bytes, NAME, options.trusted);
    return { entries: sorted(live), damage };
  }

  async repair(path: string): Promise<void> {
    await this.#hold('repair', path, async () => {
      const bytes = await this.#files.read(fileOf(path));
      if (bytes === undefined) throw fileFault('GONE', 'repair', path);
      const { live } = decodeStore(bytes, NAME);
      await this.#files.replace(fileOf(path), encodeStore(live));
    });
  }

  async destroy(path: string): Promise<void> {
    await this.#hold('destroy', path, () => this.#files.remove(path));
  }

  async #begin(
    method: string,
    path: string,
    load: (file: string) => Promise<LiveEntries>,
  ): Promise<KvStore> {
    return await this.#hold(method, path, async (holder, release) => {
      const live = await load(fileOf(path));
      if (!this.#holds(path, holder)) throw fileFault('GONE', method, path);
      holder.store = new MemoryStore(this.#files, path, live, release);
      return holder.store;
    });
  }

  /** Nobody else has the directory during `work`, and after it while there is a store. */
  async #hold<Result>(
    method: string,
    path: string,
    work: (holder: Holder, release: () => void) => Promise<Result>,
  ): Promise<Result> {
    const directory = resolve(path);
    if (this.#holders.has(directory)) throw fileFault('LOCKED', method, path);
    const holder: Holder = {};
    const release = (): void => {
      if (this.#holds(path, holder)) this.#holders.delete(directory);
    };
    this.#holders.set(directory, holder);
    try {
      return await work(holder, release);
    } finally {
      if (holder.store === undefined) release();
    }
  }

  #holds(path: string, holder: Holder): boolean {
    return this.#holders.get(resolve(path)) === holder;
  }
}

const fileOf = (path: string): string => resolve(path, NAME);

class MemoryStore implements KvStore {
  readonly #files: Files;
  readonly #path: string;
  readonly #live: LiveEntries;
  readonly #release: () => void;
  #isEnded = false;
  /** What the first commit that failed failed with: all later ones do. */
  #failure: { readonly error: unknown } | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(files: Files, path: string, live: LiveEntries, release: () => void) {
    this.#files = files;
    this.#path = path;
    this.#live = live;
    this.#release = release;
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    await null;
    this.#mustBeOpen('get');
    return this.#live.get(nameOf(key))?.value.slice();
  }

  async commit(puts: readonly KvPut[], deletes: readonly Uint8Array[] = []): Promise<void> {
    this.#mustBeOpen('commit');
    const bytes = encodeCommit(puts, deletes);
    const done = this.#last.then(() => this.#write(bytes));
    this.#last = done.catch(() => {});
    await done;
  }

  scan(range: KvRange): AsyncIterable<KvPut> {
    this.#mustBeOpen('scan');
    return entriesOf(this.#select(range));
  }

  async settle(): Promise<void> {
    this.#mustBeOpen('settle');
  }

  async close(): Promise<void> {
    this.#isEnded = true;
    await this.#last;
    this.#release();
  }

  /** Without waiting for the commits that are under way. */
  end(): void {
    this.#isEnded = true;
    this.#failure ??= { error: fileFault('GONE', 'commit', this.#path) };
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    try {
      await this.#files.append(fileOf(this.#path), bytes);
      applyCommit(this.#live, bytes);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  #select({ from, to, reverse = false, limit }: KvRange): readonly KvPut[] {
    const [first, end] = [nameOf(from), nameOf(to)];
    const found = sorted(this.#live).filter(({ key }) => {
      return nameOf(key) >= first && nameOf(key) < end;
    });
    return (reverse ? found.reverse() : found).slice(0, limit);
  }

  #mustBeOpen(method: string): void {
    if (this.#isEnded) throw fileFault('GONE', method, this.#path);
  }
}

async function* entriesOf(found: readonly KvPut[]): AsyncGenerator<KvPut> {
  for (const { key, value } of found) {
    await null;
    yield { key: key.slice(), value: value.slice() };
  }
}
