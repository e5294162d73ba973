import { concat, text } from './bytes.ts';
import { StorageError } from './faults.ts';
import type { KvPut, KvStore } from './ports.ts';
import { NONCE_BYTES, type SealTools, seal, unseal } from './seal.ts';

const VERSION = 1;
const decoder = new TextDecoder();

/** Past every name: UTF-8 has no byte 0xff. */
const EVERY_NAME = { from: new Uint8Array(), to: Uint8Array.of(0xff) };

/** Values of JSON under names, sealed. The names can be read by whoever has the disk. */
export class StateStore {
  readonly #store: KvStore;
  readonly #tools: SealTools;

  constructor(store: KvStore, tools: SealTools) {
    this.#store = store;
    this.#tools = tools;
  }

  /** Undefined if there is none. @throws {StorageError} CORRUPT if it is not what was written. */
  async get(name: string): Promise<unknown> {
    const value = await this.#store.get(text(name));
    if (value === undefined) return undefined;
    const json = value[0] === VERSION ? this.#unseal(name, value.subarray(1)) : undefined;
    if (json === undefined) throw corrupt(name, 'does not open');
    try {
      return JSON.parse(decoder.decode(json));
    } catch {
      // Without the cause: its message holds some of the state.
      throw corrupt(name, 'is no JSON');
    }
  }

  /**
   * All of it in one commit, or nothing; `undefined` deletes.
   * @throws {TypeError} if a value is no JSON.
   */
  async put(entries: ReadonlyMap<string, unknown>): Promise<void> {
    const puts: KvPut[] = [];
    const deletes: Uint8Array[] = [];
    for (const [name, value] of entries) {
      if (value === undefined) deletes.push(text(name));
      else puts.push({ key: text(name), value: this.#seal(name, value) });
    }
    if (entries.size > 0) await this.#store.commit(puts, deletes);
  }

  /** All names, in the order of their bytes. */
  async names(): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const { key } of this.#store.scan(EVERY_NAME)) names.push(decoder.decode(key));
    return names;
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #seal(name: string, value: unknown): Uint8Array {
    const json: string | undefined = JSON.stringify(value);
    if (json === undefined) throw new TypeError(`the state of "${name}" must be JSON`);
    const { key, random } = this.#tools;
    return concat(
      Uint8Array.of(VERSION),
      seal(key, random(NONCE_BYTES), this.#aadOf(name), text(json)),
    );
  }

  #unseal(name: string, sealed: Uint8Array): Uint8Array | undefined {
    return unseal(this.#tools.key, this.#aadOf(name), sealed);
  }

  #aadOf(name: string): Uint8Array {
    return concat(text('state'), this.#tools.storeId, text(name));
  }
}

const corrupt = (name: string, because: string): StorageError =>
  new StorageError('CORRUPT', `the state of "${name}" ${because}`);
