import { concat } from '../../../storage/bytes.ts';
import type { RandomBytes } from '../../../storage/ports.ts';
import type { Secret } from '../../../storage/secret.ts';
import type { CipherState } from './cipher-state.ts';
import type { AgreementKey, KemKey, Primitives } from './primitives.ts';
import { SymmetricState } from './symmetric-state.ts';

/** Of which nothing is sent. */
type Mixed = 'ee' | 'es' | 'se' | 'ss' | 'psk';

export type Token = 'e' | 's' | 'e1' | 'ekem1' | Mixed;

/** Noise 7: what each side knows of the other before, and the tokens message by message. */
export interface Pattern {
  readonly knows: { readonly initiator: boolean; readonly responder: boolean };
  readonly messages: readonly (readonly Token[])[];
}

const nobody = { initiator: false, responder: false };
const both = { initiator: true, responder: true };

export const patterns = {
  XX: {
    knows: nobody,
    messages: [['e'], ['e', 'ee', 's', 'es'], ['s', 'se']],
  },
  XXhfs: {
    knows: nobody,
    messages: [
      ['e', 'e1'],
      ['e', 'ee', 'ekem1', 's', 'es'],
      ['s', 'se'],
    ],
  },
  XXpsk3: {
    knows: nobody,
    messages: [['e'], ['e', 'ee', 's', 'es'], ['s', 'se', 'psk']],
  },
  IK: {
    knows: { initiator: false, responder: true },
    messages: [
      ['e', 'es', 's', 'ss'],
      ['e', 'ee', 'se'],
    ],
  },
  KK: {
    knows: both,
    messages: [
      ['e', 'es', 'ss'],
      ['e', 'ee', 'se'],
    ],
  },
  'KKhfs+psk0': {
    knows: both,
    messages: [
      ['psk', 'e', 'e1', 'es', 'ss'],
      ['e', 'ee', 'ekem1', 'se'],
    ],
  },
  KKpsk0: {
    knows: both,
    messages: [
      ['psk', 'e', 'es', 'ss'],
      ['e', 'ee', 'se'],
    ],
  },
} as const satisfies Record<string, Pattern>;

export type Role = 'initiator' | 'responder';

export interface NoiseOptions {
  /** The whole name, as in `Noise_XX_25519_ChaChaPoly_SHA256`. */
  readonly protocol: string;
  readonly pattern: Pattern;
  readonly role: Role;
  readonly prologue: Uint8Array;
  readonly staticKey: AgreementKey;
  readonly ephemeral: AgreementKey;
  /** The other's static key, where the pattern knows it before. */
  readonly remoteStatic?: Uint8Array;
  readonly psk?: Secret;
  /** For the seeds of ML-KEM, in patterns that have it. */
  readonly random: RandomBytes;
}

const KEY_BYTES = 32;
/** ML-KEM-768: what a key pair and a ciphertext are made of, and what is sent of them. */
export const kemBytes = { seed: 64, publicKey: 1184, entropy: 32, ciphertext: 1088 } as const;
const NOTHING = new Uint8Array();

/** What is sealed in a message, once there is a key. */
const sealedBytes: Readonly<Partial<Record<Token, number>>> = {
  s: KEY_BYTES,
  e1: kemBytes.publicKey,
  ekem1: kemBytes.ciphertext,
};

/** Noise 5.3: messages are written and read by turns, until the pattern is over. */
export class NoiseHandshake {
  readonly #primitives: Primitives;
  readonly #symmetric: SymmetricState;
  readonly #options: NoiseOptions;
  #remoteStatic: Uint8Array | undefined;
  #remoteEphemeral: Uint8Array | undefined;
  #kemKey: KemKey | undefined;
  #remoteKemKey: Uint8Array | undefined;
  #at = 0;

  constructor(primitives: Primitives, options: NoiseOptions) {
    this.#primitives = primitives;
    this.#options = options;
    this.#remoteStatic = options.remoteStatic;
    this.#symmetric = new SymmetricState(primitives, options.protocol);
    this.#symmetric.mixHash(options.prologue);
    const isInitiator = options.role === 'initiator';
    const own = options.staticKey.publicKey;
    const theirs = options.remoteStatic ?? new Uint8Array();
    const { knows } = options.pattern;
    if (knows.initiator) this.#symmetric.mixHash(isInitiator ? own : theirs);
    if (knows.responder) this.#symmetric.mixHash(isInitiator ? theirs : own);
  }

  /** The handshake hash, once it is over: what channels are bound to. */
  get hash(): Uint8Array {
    return this.#symmetric.hash;
  }

  /** The static key of the other side, once it came. */
  get remoteStatic(): Uint8Array | undefined {
    return this.#remoteStatic;
  }

  /** Undefined if a key of the other's is none, or leads to nothing but zeros. */
  write(payload: Uint8Array): Uint8Array | undefined {
    const parts: Uint8Array[] = [];
    for (const token of this.#nextTokens()) {
      const part = this.#write(token);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return concat(...parts, this.#symmetric.encryptAndHash(payload));
  }

  /** The payload; undefined if the message is not the next one of this handshake. */
  read(message: Uint8Array): Uint8Array | undefined {
    let at = 0;
    for (const token of this.#nextTokens()) {
      const end = at + this.#bytesOf(token);
      if (end > message.length) return undefined;
      if (!this.#read(token, message.slice(at, end))) return undefined;
      at = end;
    }
    return this.#symmetric.decryptAndHash(message.subarray(at));
  }

  /** What the next handshake of the same two can begin with: before `split`, once it is over. */
  lineage(): Secret {
    return this.#symmetric.lineage();
  }

  /** The ciphers, the initiator's first, once the handshake is over. */
  split(): readonly [CipherState, CipherState] {
    return this.#symmetric.split();
  }

  #nextTokens(): readonly Token[] {
    const tokens = this.#options.pattern.messages[this.#at] ?? [];
    this.#at += 1;
    return tokens;
  }

  /** What stands in a message for a token. */
  #bytesOf(token: Token): number {
    if (token === 'e') return KEY_BYTES;
    const plainBytes = sealedBytes[token];
    return plainBytes === undefined ? 0 : plainBytes + this.#symmetric.tagBytes;
  }

  #write(token: Token): Uint8Array | undefined {
    const { ephemeral, staticKey } = this.#options;
    switch (token) {
      case 'e':
        this.#mixEphemeral(ephemeral.publicKey);
        return ephemeral.publicKey;
      case 's':
        return this.#symmetric.encryptAndHash(staticKey.publicKey);
      case 'e1':
        return this.#sendKemKey();
      case 'ekem1':
        return this.#sendKemSecret();
      default:
        return this.#mix(token) ? NOTHING : undefined;
    }
  }

  #read(token: Token, part: Uint8Array): boolean {
    switch (token) {
      case 'e':
        this.#remoteEphemeral = part;
        this.#mixEphemeral(part);
        return true;
      case 's':
        this.#remoteStatic = this.#symmetric.decryptAndHash(part);
        return this.#remoteStatic !== undefined;
      case 'e1':
        this.#remoteKemKey = this.#symmetric.decryptAndHash(part);
        return this.#remoteKemKey !== undefined;
      case 'ekem1':
        return this.#takeKemSecret(part);
      default:
        return this.#mix(token);
    }
  }

  #sendKemKey(): Uint8Array {
    const seed = this.#options.random(kemBytes.seed);
    this.#kemKey = this.#primitives.kemKey(seed);
    seed.fill(0);
    return this.#symmetric.encryptAndHash(this.#kemKey.publicKey);
  }

  #sendKemSecret(): Uint8Array | undefined {
    const theirs = this.#remoteKemKey;
    this.#remoteKemKey = undefined;
    const entropy = this.#options.random(kemBytes.entropy);
    const made = theirs && this.#primitives.encapsulate(theirs, entropy);
    entropy.fill(0);
    if (made === undefined) return undefined;
    const sealed = this.#symmetric.encryptAndHash(made.ciphertext);
    this.#mixSecret(made.secret);
    return sealed;
  }

  #takeKemSecret(sealed: Uint8Array): boolean {
    const ours = this.#kemKey;
    this.#kemKey = undefined;
    const ciphertext = this.#symmetric.decryptAndHash(sealed);
    if (ours === undefined || ciphertext === undefined) return false;
    this.#mixSecret(ours.decapsulate(ciphertext));
    return true;
  }

  #mixSecret(secret: Uint8Array): void {
    this.#symmetric.mixKey(secret);
    secret.fill(0);
  }

  /** Noise 9.2: with a psk, the ephemeral keys are mixed into the key as well. */
  #mixEphemeral(publicKey: Uint8Array): void {
    this.#symmetric.mixHash(publicKey);
    if (this.#options.psk !== undefined) this.#symmetric.mixKey(publicKey);
  }

  #mix(token: Mixed): boolean {
    if (token === 'psk') {
      this.#options.psk?.use((bytes) => this.#symmetric.mixKeyAndHash(bytes));
      return true;
    }
    const { role, ephemeral, staticKey } = this.#options;
    const [first, second] = role === 'initiator' ? token : [token[1], token[0]];
    const own = first === 'e' ? ephemeral : staticKey;
    const theirs = second === 'e' ? this.#remoteEphemeral : this.#remoteStatic;
    const agreed = theirs && own.agree(theirs);
    if (agreed === undefined) return false;
    this.#mixSecret(agreed);
    return true;
  }
}
