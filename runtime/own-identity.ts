import { drawKey, type Self } from '../actors/peer/self.ts';
import { type Credentials, credentialsOf } from '../actors/peer/wire/handshake.ts';
import { peerIdOf } from '../actors/peer/wire/peer-id.ts';
import { postQuantumSuites, type Suite, suites } from '../actors/peer/wire/suites.ts';
import type { SigningKey } from '../storage/ed25519.ts';
import type { RandomBytes } from '../storage/ports.ts';
import type { RuntimeOptions } from './options/runtime.ts';
import { primitives } from './world/primitives.ts';

/** A key of this runtime, and what proves that it is the next of the one before. */
export interface OwnKey {
  readonly identity: SigningKey;
  /** Its newest records, if it has any. */
  readonly chain: Uint8Array | undefined;
}

/** Who this runtime is to its peers. Each connection is of whoever it was when that began. */
export class OwnIdentity implements Self {
  readonly primitives = primitives;
  readonly network: string;
  readonly suites: readonly Suite[];
  readonly random: RandomBytes;
  #key: OwnKey;
  #id: string;
  #credentials: Credentials;

  constructor(
    key: OwnKey,
    { name, requirePQ }: Pick<RuntimeOptions['network'], 'name' | 'requirePQ'>,
    random: RandomBytes,
  ) {
    this.network = name;
    this.suites = requirePQ ? postQuantumSuites : suites;
    this.random = random;
    this.#key = key;
    this.#id = peerIdOf(key.identity.publicKey);
    this.#credentials = this.#fresh();
  }

  get id(): string {
    return this.#id;
  }

  get key(): SigningKey {
    return this.#key.identity;
  }

  get chain(): Uint8Array | undefined {
    return this.#key.chain;
  }

  get credentials(): Credentials {
    return this.#credentials;
  }

  /** From now on it is known by that key. */
  renew(key: OwnKey): void {
    this.#key = key;
    this.#id = peerIdOf(key.identity.publicKey);
    this.#credentials = this.#fresh();
  }

  #fresh(): Credentials {
    const { identity, chain } = this.#key;
    return credentialsOf(identity, drawKey(primitives, this.random), chain);
  }
}
