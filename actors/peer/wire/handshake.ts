import { sameBytes } from '../../../storage/bytes.ts';
import type { SigningKey } from '../../../storage/ed25519.ts';
import type { RandomBytes } from '../../../storage/ports.ts';
import type { Secret } from '../../../storage/secret.ts';
import type { ContinuityRecord } from './continuity.ts';
import { followChain } from './continuity-chain.ts';
import { isIdentityKey } from './identity-key.ts';
import { readIdentity, staticKeyClaim, writeIdentity } from './identity-payload.ts';
import { NoiseHandshake, type Role } from './noise.ts';
import { peerIdOf, publicKeyOfPeer } from './peer-id.ts';
import type { AgreementKey, Primitives } from './primitives.ts';
import { type Carrier, prologueOf } from './prologue.ts';
import { signSeal, verifySeal } from './seal.ts';
import type { Suite } from './suites.ts';
import { Transport } from './transport.ts';

/** Who this side is; made once, for many handshakes. */
export interface Credentials {
  readonly identity: SigningKey;
  readonly staticKey: AgreementKey;
  /** The identity's word for the static key. */
  readonly payload: Uint8Array;
}

/** @param chain the newest records of the identity, if it has any */
export function credentialsOf(
  identity: SigningKey,
  staticKey: AgreementKey,
  chain?: Uint8Array,
): Credentials {
  const { publicKey } = identity;
  const signature = identity.sign(staticKeyClaim(staticKey.publicKey));
  return { identity, staticKey, payload: writeIdentity({ publicKey, signature, chain }) };
}

export interface HandshakeOptions {
  readonly primitives: Primitives;
  readonly carrier: Carrier;
  readonly network: string;
  /** Those that this side accepts, best first; 1 to 8. */
  readonly suites: readonly Suite[];
  readonly credentials: Credentials;
  /** Of this handshake alone. */
  readonly ephemeral: AgreementKey;
  readonly random: RandomBytes;
}

/**
 * Why a handshake failed; the other side is told nothing of it. `stranger` is an identity other
 * than the one that was dialled, `self` one's own.
 */
export type HandshakeRefusal =
  | 'unexpected'
  | 'malformed'
  | 'noSuite'
  | 'suite'
  | 'forged'
  | 'identity'
  | 'self'
  | 'stranger'
  | 'seal';

export interface RemotePeer {
  readonly id: string;
  readonly publicKey: Uint8Array;
  /** Of its identity, verified, if it was dialled and sent any. */
  readonly records?: readonly ContinuityRecord[] | undefined;
  /** What it sent of them; not verified here. */
  readonly chain?: Uint8Array | undefined;
}

/** Who has to answer, or whoever comes after it by its records; and those that were seen of it. */
export interface Expected {
  readonly id: string;
  readonly records: readonly ContinuityRecord[];
}

/** What new keys begin with: SPEC section 7. */
export interface Lineage {
  /** Of the handshake before. */
  readonly hash: Uint8Array;
  readonly secret: Secret;
  readonly remoteStatic: Uint8Array;
}

/** What two peers have once each has verified the other's seal. */
export interface Session {
  readonly peer: RemotePeer;
  readonly suite: number;
  /** The handshake hash, which other protocols may bind themselves to. */
  readonly hash: Uint8Array;
  readonly lineage: Lineage;
  readonly transport: Transport;
}

/** What comes of a message. After a refusal, and once live, every message is `unexpected`. */
export type Step =
  | { readonly kind: 'waiting'; readonly send: readonly Uint8Array[] }
  /** Noise is over: what is awaited is the seal of `claimed`, who has not proven it yet. */
  | {
      readonly kind: 'sealing';
      readonly send: readonly Uint8Array[];
      readonly claimed: RemotePeer;
    }
  | { readonly kind: 'live'; readonly send: readonly Uint8Array[]; readonly session: Session }
  | { readonly kind: 'refused'; readonly because: HandshakeRefusal };

export const waiting = (...send: Uint8Array[]): Step => ({ kind: 'waiting', send });

export const awaitingSeal = (claimed: RemotePeer, ...send: Uint8Array[]): Step => ({
  ...{ kind: 'sealing', send, claimed },
});

export const refused = (because: HandshakeRefusal): Step => ({ kind: 'refused', because });

export function noiseOf(
  { primitives, carrier, network, credentials, ephemeral, random }: HandshakeOptions,
  role: Role,
  offered: readonly number[],
  suite: Suite,
): NoiseHandshake {
  const { protocol, pattern, number: chosen } = suite;
  const prologue = prologueOf({ carrier, network, offered, chosen });
  const { staticKey } = credentials;
  return new NoiseHandshake(primitives, {
    protocol,
    pattern,
    role,
    prologue,
    staticKey,
    ephemeral,
    random,
  });
}

/** The identity that the payload claims, and whose word for the static key it has; not proven. */
export function claimedPeer(
  { primitives, credentials }: HandshakeOptions,
  payload: Uint8Array,
  staticKey: Uint8Array,
): RemotePeer | HandshakeRefusal {
  const identity = readIdentity(payload);
  if (identity === undefined || !isIdentityKey(identity.publicKey)) return 'identity';
  const { publicKey, signature, chain } = identity;
  if (!primitives.verify(publicKey, staticKeyClaim(staticKey), signature)) return 'identity';
  if (sameBytes(publicKey, credentials.identity.publicKey)) return 'self';
  return { id: peerIdOf(publicKey), publicKey, chain };
}

/**
 * The peer with its records, if it is whoever was dialled, or they lead from there to it. One that
 * anybody may be vouches for itself: what is seen first of it stands.
 */
export function dialledPeer(
  primitives: Primitives,
  peer: RemotePeer,
  { id, records }: Expected = { id: peer.id, records: [] },
): RemotePeer | HandshakeRefusal {
  const { chain } = peer;
  const publicKey = publicKeyOfPeer(id);
  if (chain === undefined || publicKey === undefined) return id === peer.id ? peer : 'stranger';
  const found = followChain(primitives, { publicKey, records }, chain);
  const isLed = found.followed && sameBytes(found.known.publicKey, peer.publicKey);
  return isLed ? { ...peer, records: found.known.records } : 'stranger';
}

/** From the end of Noise to the seals: nobody is who they claim to be until theirs is verified. */
export class Sealing {
  readonly #options: HandshakeOptions;
  readonly #role: Role;
  readonly #peer: RemotePeer;
  readonly #suite: Suite;
  readonly #hash: Uint8Array;
  readonly #lineage: Lineage;
  readonly #transport: Transport;

  constructor(
    options: HandshakeOptions,
    role: Role,
    noise: NoiseHandshake,
    suite: Suite,
    peer: RemotePeer,
  ) {
    const remoteStatic = noise.remoteStatic ?? new Uint8Array();
    this.#lineage = { hash: noise.hash, secret: noise.lineage(), remoteStatic };
    const [first, second] = noise.split();
    this.#options = options;
    this.#role = role;
    this.#peer = peer;
    this.#suite = suite;
    this.#hash = noise.hash;
    this.#transport =
      role === 'initiator' ? new Transport(first, second) : new Transport(second, first);
  }

  /** The first sealed message of this side. */
  ours(): Uint8Array {
    const { identity } = this.#options.credentials;
    const terms = {
      role: this.#role,
      hash: this.#hash,
      signer: identity.publicKey,
      other: this.#peer.publicKey,
    };
    return this.#transport.seal(signSeal(identity, terms));
  }

  /** The session, if the message is the seal of the other side. */
  verified(message: Uint8Array): Session | undefined {
    const { primitives, credentials } = this.#options;
    const seal = this.#transport.open(message);
    const terms = {
      role: this.#role === 'initiator' ? 'responder' : 'initiator',
      hash: this.#hash,
      signer: this.#peer.publicKey,
      other: credentials.identity.publicKey,
    } as const;
    if (seal === undefined || !verifySeal(primitives, terms, seal)) return undefined;
    const [peer, suite, hash] = [this.#peer, this.#suite.number, this.#hash];
    return { peer, suite, hash, lineage: this.#lineage, transport: this.#transport };
  }
}
