import { sameBytes, sha256 } from './bytes.ts';
import { StorageError } from './faults.ts';

const SECRET_BYTES = 32;
const REDACTED = '[secret]';

/** A key of 32 bytes that no log line, no JSON and no debugger's print shows. */
export class Secret {
  readonly #bytes: Uint8Array;
  #isWiped = false;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Of a copy: the caller wipes its own. @throws {RangeError} unless there are 32 bytes. */
  static of(bytes: Uint8Array): Secret {
    if (bytes.length === SECRET_BYTES) return new Secret(Uint8Array.from(bytes));
    throw new RangeError(`a secret must have ${SECRET_BYTES} bytes, got ${bytes.length}`);
  }

  /**
   * Lends the bytes to `work`, which may neither keep nor change them.
   * @throws {StorageError} KEY_MISSING once it is wiped.
   */
  use<Result>(work: (bytes: Uint8Array) => Result): Result {
    if (this.#isWiped) throw new StorageError('KEY_MISSING', 'the key was wiped');
    return work(this.#bytes);
  }

  /** @throws {StorageError} KEY_MISSING once one of them is wiped. */
  equals(other: Secret): boolean {
    return sameBytes(this.use(digest), other.use(digest));
  }

  get isWiped(): boolean {
    return this.#isWiped;
  }

  /** Overwrites the bytes with zeros, for good. */
  wipe(): void {
    this.#bytes.fill(0);
    this.#isWiped = true;
  }

  toJSON(): typeof REDACTED {
    return REDACTED;
  }

  toString(): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}

const digest = (bytes: Uint8Array): Uint8Array => sha256(bytes);
