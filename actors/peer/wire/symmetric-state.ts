import { concat, text } from '../../../storage/bytes.ts';
import { Secret } from '../../../storage/secret.ts';
import { CipherState, TAG_BYTES } from './cipher-state.ts';
import type { Primitives } from './primitives.ts';

/** Noise 5.2: what both sides have hashed and mixed so far. */
export class SymmetricState {
  readonly #primitives: Primitives;
  #chainingKey: Uint8Array;
  #hash: Uint8Array;
  #cipher: CipherState | undefined;

  constructor(primitives: Primitives, protocol: string) {
    const name = text(protocol);
    this.#primitives = primitives;
    this.#hash = name.length > 32 ? primitives.sha256(name) : concat(name, zeros(32 - name.length));
    this.#chainingKey = this.#hash;
  }

  get hash(): Uint8Array {
    return this.#hash;
  }

  /** What `encryptAndHash` adds. */
  get tagBytes(): number {
    return this.#cipher === undefined ? 0 : TAG_BYTES;
  }

  mixHash(bytes: Uint8Array): void {
    this.#hash = this.#primitives.sha256(this.#hash, bytes);
  }

  mixKey(material: Uint8Array): void {
    const mixed = this.#primitives.hkdf(this.#chainingKey, material, 64);
    this.#chainingKey = mixed.subarray(0, 32);
    this.#cipher = new CipherState(this.#primitives, mixed.subarray(32));
    mixed.fill(0, 32);
  }

  mixKeyAndHash(material: Uint8Array): void {
    const mixed = this.#primitives.hkdf(this.#chainingKey, material, 96);
    this.#chainingKey = mixed.subarray(0, 32);
    this.mixHash(mixed.subarray(32, 64));
    this.#cipher = new CipherState(this.#primitives, mixed.subarray(64));
    mixed.fill(0, 64);
  }

  encryptAndHash(plain: Uint8Array): Uint8Array {
    let sealed = plain;
    if (this.#cipher !== undefined) {
      sealed = new Uint8Array(plain.length + TAG_BYTES);
      this.#cipher.encryptInto(sealed, plain, this.#hash);
    }
    this.mixHash(sealed);
    return sealed;
  }

  decryptAndHash(sealed: Uint8Array): Uint8Array | undefined {
    const plain = this.#cipher === undefined ? sealed : this.#cipher.decrypt(sealed, this.#hash);
    if (plain !== undefined) this.mixHash(sealed);
    return plain;
  }

  /** What the next handshake of the same two can begin with; before `split`. */
  lineage(): Secret {
    const outputs = this.#primitives.hkdf(this.#chainingKey, zeros(0), 96);
    const secret = Secret.of(outputs.subarray(64));
    outputs.fill(0);
    return secret;
  }

  /** The cipher of the initiator's messages, and that of the responder's. */
  split(): readonly [CipherState, CipherState] {
    const keys = this.#primitives.hkdf(this.#chainingKey, zeros(0), 64);
    this.#chainingKey.fill(0);
    const ciphers = [
      new CipherState(this.#primitives, keys.subarray(0, 32)),
      new CipherState(this.#primitives, keys.subarray(32)),
    ] as const;
    keys.fill(0);
    return ciphers;
  }
}

const zeros = (length: number): Uint8Array => new Uint8Array(length);
