import { concat } from '../../../storage/bytes.ts';
import type { Secret } from '../../../storage/secret.ts';
import type { CipherState } from './cipher-state.ts';
import type { AgreementKey, Primitives } from './primitives.ts';
import { SymmetricState } from './symmetric-state.ts';

export type Token = 'e' | 's' | 'ee' | 'es' | 'se' | 'ss' | 'psk';

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
}

const KEY_BYTES = 32;

/** Noise 5.3: messages are written and read by turns, until the pattern is over. */
export class NoiseHandshake {
  readonly #symmetric: SymmetricState;
  readonly #options: NoiseOptions;
  #remoteStatic: Uint8Array | undefined;
  #remoteEphemeral: Uint8Array | undefined;
  #at = 0;

  constructor(primitives: Primitives, options: NoiseOptions) {
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

  /** Undefined if a key of the other's leads to nothing but zeros. */
  write(payload: Uint8Array): Uint8Array | undefined {
    const parts: Uint8Array[] = [];
    for (const token of this.#nextTokens()) {
      if (token === 'e') parts.push(this.#sendEphemeral());
      else if (token === 's') {
        parts.push(this.#symmetric.encryptAndHash(this.#options.staticKey.publicKey));
      } else if (!this.#mix(token)) return undefined;
    }
    return concat(...parts, this.#symmetric.encryptAndHash(payload));
  }

  /** The payload; undefined if the message is not the next one of this handshake. */
  read(message: Uint8Array): Uint8Array | undefined {
    let at = 0;
    for (const token of this.#nextTokens()) {
      if (token === 'e' || token === 's') {
        const end = at + KEY_BYTES + (token === 's' ? this.#symmetric.tagBytes : 0);
        if (end > message.length) return undefined;
        const part = message.slice(at, end);
        if (!(token === 'e' ? this.#takeEphemeral(part) : this.#takeStatic(part))) return undefined;
        at = end;
      } else if (!this.#mix(token)) return undefined;
    }
    return this.#symmetric.decryptAndHash(message.subarray(at));
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

  #sendEphemeral(): Uint8Array {
    const { publicKey } = this.#options.ephemeral;
    this.#mixEphemeral(publicKey);
    return publicKey;
  }

  #takeEphemeral(publicKey: Uint8Array): boolean {
    this.#remoteEphemeral = publicKey;
    this.#mixEphemeral(publicKey);
    return true;
  }

  /** Noise 9.2: with a psk, the ephemeral keys are mixed into the key as well. */
  #mixEphemeral(publicKey: Uint8Array): void {
    this.#symmetric.mixHash(publicKey);
    if (this.#options.psk !== undefined) this.#symmetric.mixKey(publicKey);
  }

  #takeStatic(sealed: Uint8Array): boolean {
    this.#remoteStatic = this.#symmetric.decryptAndHash(sealed);
    return this.#remoteStatic !== undefined;
  }

  #mix(token: Exclude<Token, 'e' | 's'>): boolean {
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
    this.#symmetric.mixKey(agreed);
    agreed.fill(0);
    return true;
  }
}
