import type { Clock, Files, Kv, KvPut, KvStore } from '../storage/ports.ts';
import { within } from './deadline.ts';
import { fileOperations, kvOperations, storeOperations } from './operations.ts';

/** The same files, each operation with the deadline that the table gives it. */
export function boundedFiles(files: Files, clock: Clock): Files {
  const bound = <Result>(name: keyof Files, work: Promise<Result>): Promise<Result> =>
    within(clock, fileOperations[name].deadlineMs, work);
  return {
    read: (...args) => bound('read', files.read(...args)),
    readAt: (...args) => bound('readAt', files.readAt(...args)),
    create: (...args) => bound('create', files.create(...args)),
    replace: (...args) => bound('replace', files.replace(...args)),
    overwrite: (...args) => bound('overwrite', files.overwrite(...args)),
    append: (...args) => bound('append', files.append(...args)),
    truncate: (...args) => bound('truncate', files.truncate(...args)),
    allocate: (...args) => bound('allocate', files.allocate(...args)),
    list: (...args) => bound('list', files.list(...args)),
    stat: (...args) => bound('stat', files.stat(...args)),
    realPath: (...args) => bound('realPath', files.realPath(...args)),
    makeDirectory: (...args) => bound('makeDirectory', files.makeDirectory(...args)),
    remove: (...args) => bound('remove', files.remove(...args)),
    rename: (...args) => bound('rename', files.rename(...args)),
    freeBytes: (...args) => bound('freeBytes', files.freeBytes(...args)),
    fileSystem: (...args) => bound('fileSystem', files.fileSystem(...args)),
  };
}

/** The same engine; a store that opens after its deadline is closed again. */
export function boundedKv(kv: Kv, clock: Clock): Kv {
  const bound = <Result>(name: keyof Kv, work: Promise<Result>): Promise<Result> =>
    within(clock, kvOperations[name].deadlineMs, work);
  const opening = async (name: 'open' | 'create', work: Promise<KvStore>): Promise<KvStore> => {
    try {
      return new BoundedStore(await bound(name, work), clock);
    } catch (error) {
      void work.then((late) => late.close()).catch(() => {});
      throw error;
    }
  };
  return {
    open: (...args) => opening('open', kv.open(...args)),
    create: (...args) => opening('create', kv.create(...args)),
    readRaw: (...args) => bound('readRaw', kv.readRaw(...args)),
    repair: (...args) => bound('repair', kv.repair(...args)),
    destroy: (...args) => bound('destroy', kv.destroy(...args)),
  };
}

class BoundedStore implements KvStore {
  readonly #store: KvStore;
  readonly #clock: Clock;

  constructor(store: KvStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  #bound<Result>(name: keyof KvStore, work: Promise<Result>): Promise<Result> {
    return within(this.#clock, storeOperations[name].deadlineMs, work);
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#bound('get', this.#store.get(key));
  }

  commit(puts: readonly KvPut[], deletes?: readonly Uint8Array[]): Promise<void> {
    return this.#bound('commit', this.#store.commit(puts, deletes));
  }

  /** Each entry has the whole time. */
  async *scan(range: Parameters<KvStore['scan']>[0]): AsyncGenerator<KvPut> {
    const entries = this.#store.scan(range)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#bound('scan', entries.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      if (entries.return) await this.#bound('scan', entries.return());
    }
  }

  settle(): Promise<void> {
    return this.#bound('settle', this.#store.settle());
  }

  close(): Promise<void> {
    return this.#bound('close', this.#store.close());
  }
}
