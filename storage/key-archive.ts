import { concat, isZero, readU32, readU64, sha256, text, u32, u64 } from './bytes.ts';
import { SEAL_BYTES, seal, unseal } from './seal.ts';
import { Secret } from './secret.ts';

/** What is known of an audit key without unwrapping it. */
export interface ArchivedKey {
  readonly madeMs: number;
  /** Of the log when it took over: the one before signed nothing larger. */
  readonly size: number;
  /** Of its signer; zeros if it was lost. */
  readonly publicKey: Uint8Array;
}

/** What seals the entries, and the store they are of. */
export interface ArchiveTools {
  readonly key: Secret;
  readonly storeId: Uint8Array;
}

export const AUDIT_KEYS_MAX = 1_024;

const MAGIC = concat(text('HFARCH'), Uint8Array.of(0, 1));
const LABEL = text('archive');
const CLEAR_BYTES = 52;
const ENTRY_BYTES = CLEAR_BYTES + 32 + SEAL_BYTES;
const LOST = Secret.of(new Uint8Array(32));

/**
 * The audit keys from generation 1 on, each wrapped by itself: one that is damaged costs no other.
 * Trap: what is read of an entry is authentic only if the digest is, or its key can be unwrapped.
 */
export class KeyArchive {
  readonly bytes: Uint8Array;
  readonly #tools: ArchiveTools;

  constructor(tools: ArchiveTools, bytes: Uint8Array = MAGIC) {
    this.#tools = tools;
    this.bytes = bytes;
  }

  /** How many entries it has, damaged ones included. */
  get generations(): number {
    const entries = Math.floor((this.bytes.length - MAGIC.length) / ENTRY_BYTES);
    return Math.min(AUDIT_KEYS_MAX, Math.max(0, entries));
  }

  get digest(): Uint8Array {
    return sha256(this.bytes);
  }

  /** Without those that are younger. */
  upTo(generation: number): KeyArchive {
    return new KeyArchive(
      this.#tools,
      this.bytes.subarray(0, MAGIC.length + generation * ENTRY_BYTES),
    );
  }

  entryOf(generation: number): ArchivedKey | undefined {
    const entry = this.#rawOf(generation);
    if (entry === undefined || readU32(entry, 0) !== generation) return undefined;
    const [madeMs, size] = [readU64(entry, 4), readU64(entry, 12)];
    if (madeMs === undefined || size === undefined) return undefined;
    return { madeMs, size, publicKey: entry.slice(20, CLEAR_BYTES) };
  }

  /** Undefined if it was lost, is damaged, or is none. The caller wipes it. */
  keyOf(generation: number): Secret | undefined {
    const plain = this.#unwrap(generation);
    if (plain === undefined || isZero(plain)) return undefined;
    const key = Secret.of(plain);
    plain.fill(0);
    return key;
  }

  /** Whether the entry is as it was written, though it may say that its key was lost. */
  isWhole(generation: number): boolean {
    const plain = this.#unwrap(generation);
    plain?.fill(0);
    return plain !== undefined && this.entryOf(generation) !== undefined;
  }

  /** With one generation more; without a key, with one that was lost. */
  with({ madeMs, size, publicKey }: ArchivedKey, nonce: Uint8Array, key = LOST): KeyArchive {
    const clear = concat(u32(this.generations + 1), u64(madeMs), u64(size), publicKey);
    const aad = this.#aadOf(clear);
    const sealed = key.use((bytes) => seal(this.#tools.key, nonce, aad, bytes));
    return this.#plus(concat(clear, sealed));
  }

  /** With the next entry of another archive. */
  withNextOf(other: KeyArchive): KeyArchive {
    return this.#plus(other.#rawOf(this.generations + 1) ?? new Uint8Array(ENTRY_BYTES));
  }

  #plus(entry: Uint8Array): KeyArchive {
    return new KeyArchive(this.#tools, concat(this.bytes, entry));
  }

  #rawOf(generation: number): Uint8Array | undefined {
    if (generation < 1 || generation > this.generations) return undefined;
    const at = MAGIC.length + (generation - 1) * ENTRY_BYTES;
    return this.bytes.subarray(at, at + ENTRY_BYTES);
  }

  #unwrap(generation: number): Uint8Array | undefined {
    const entry = this.#rawOf(generation);
    if (entry === undefined || readU32(entry, 0) !== generation) return undefined;
    const aad = this.#aadOf(entry.subarray(0, CLEAR_BYTES));
    return unseal(this.#tools.key, aad, entry.subarray(CLEAR_BYTES));
  }

  #aadOf(clear: Uint8Array): Uint8Array {
    return concat(LABEL, this.#tools.storeId, clear);
  }
}
