import { drawKey, type Self } from '../actors/peer/self.ts';
import { type Credentials, credentialsOf } from '../actors/peer/wire/handshake.ts';
import { peerIdOf } from '../actors/peer/wire/peer-id.ts';
import { postQuantumSuites, type Suite, suites } from '../actors/peer/wire/suites.ts';
import type { SigningKey } from '../storage/ed25519.ts';
import { StorageError } from '../storage/faults.ts';
import type { RandomBytes } from '../storage/ports.ts';
import { HoldfastError } from './errors.ts';
import type { RuntimeOptions } from './options/runtime.ts';
import { codeOfStorage } from './storage-errors.ts';
import { primitives } from './world/primitives.ts';

/** A key of this runtime, and what proves that it is the next of the one before. */
export interface OwnKey {
  readonly identity: SigningKey;
  /** Its newest records, if it has any. */
  readonly chain: Uint8Array | undefined;
}

interface Known extends OwnKey {
  readonly id: string;
  readonly credentials: Credentials;
}

/**
 * Who this runtime is to its peers. Each connection is of whoever it was when that began. If it is
 * not known which key is present, it has none: whoever asks for one is thrown the `fault`.
 */
export class OwnIdentity implements Self {
  readonly primitives = primitives;
  readonly network: string;
  readonly suites: readonly Suite[];
  readonly random: RandomBytes;
  /** Called once it is somebody after all. */
  onKnown = (): void => {};
  #known: Known | StorageError;
  readonly #firstId: string;

  constructor(
    key: OwnKey | StorageError,
    firstId: string,
    { name, requirePQ }: Pick<RuntimeOptions['network'], 'name' | 'requirePQ'>,
    random: RandomBytes,
  ) {
    this.network = name;
    this.suites = requirePQ ? postQuantumSuites : suites;
    this.random = random;
    this.#firstId = firstId;
    this.#known = this.#knownBy(key);
  }

  get fault(): HoldfastError | undefined {
    const known = this.#known;
    return known instanceof StorageError ? nobody(known) : undefined;
  }

  get id(): string {
    return this.#mustBeKnown().id;
  }

  /** While it is nobody it may still be the first one. */
  isOwn(id: string): boolean {
    return id === (this.#known instanceof StorageError ? this.#firstId : this.#known.id);
  }

  get key(): SigningKey {
    return this.#mustBeKnown().identity;
  }

  get chain(): Uint8Array | undefined {
    return this.#mustBeKnown().chain;
  }

  get credentials(): Credentials {
    return this.#mustBeKnown().credentials;
  }

  /** From now on it is known by that key. */
  renew(key: OwnKey | StorageError): void {
    this.#known = this.#knownBy(key);
  }

  #knownBy(key: OwnKey | StorageError): Known | StorageError {
    if (key instanceof StorageError) return key;
    const { identity, chain } = key;
    const credentials = credentialsOf(identity, drawKey(primitives, this.random), chain);
    return { ...key, id: peerIdOf(identity.publicKey), credentials };
  }

  #mustBeKnown(): Known {
    const known = this.#known;
    if (known instanceof StorageError) throw nobody(known);
    return known;
  }
}

const nobody = (fault: StorageError): HoldfastError =>
  new HoldfastError(
    codeOfStorage[fault.code],
    `it is not known which identity is the present one: ${fault.message}`,
    {},
    { cause: fault },
  );
