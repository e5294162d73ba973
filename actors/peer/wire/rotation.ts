import { concat, text } from '../../../storage/bytes.ts';
import type { RandomBytes } from '../../../storage/ports.ts';
import type { Lineage } from './handshake.ts';
import { NoiseHandshake, type Role } from './noise.ts';
import type { AgreementKey, Primitives } from './primitives.ts';
import type { Suite } from './suites.ts';
import type { Ciphers } from './transport.ts';

const DOMAIN = text('holdfast/v1/rotation');
const NOTHING = new Uint8Array();

export interface RotationOptions {
  readonly primitives: Primitives;
  readonly random: RandomBytes;
  readonly suite: Suite;
  /** Of this side, as in the first handshake. */
  readonly staticKey: AgreementKey;
}

/** What both sides have once it is over. */
export interface Rotated {
  readonly ciphers: Ciphers;
  /** For the next one. */
  readonly lineage: Lineage;
}

export interface Answered extends Rotated {
  readonly message: Uint8Array;
}

/** SPEC section 7: whoever offers waits for the answer. */
export class Offer {
  readonly message: Uint8Array;
  readonly #noise: NoiseHandshake;
  readonly #lineage: Lineage;

  private constructor(noise: NoiseHandshake, lineage: Lineage, message: Uint8Array) {
    this.message = message;
    this.#noise = noise;
    this.#lineage = lineage;
  }

  /** Undefined if the other side's static key leads to nothing but zeros. */
  static of(options: RotationOptions, lineage: Lineage): Offer | undefined {
    const noise = noiseOf(options, lineage, 'initiator');
    const message = noise.write(NOTHING);
    return message && new Offer(noise, lineage, message);
  }

  /** Once; undefined if it is no answer to this offer. */
  answered(message: Uint8Array): Rotated | undefined {
    if (this.#noise.read(message)?.length !== 0) return undefined;
    return rotatedBy(this.#noise, this.#lineage, 'initiator');
  }
}

/** Undefined if it is no offer of the other side of this connection. */
export function answer(
  options: RotationOptions,
  lineage: Lineage,
  offered: Uint8Array,
): Answered | undefined {
  const noise = noiseOf(options, lineage, 'responder');
  if (noise.read(offered)?.length !== 0) return undefined;
  const message = noise.write(NOTHING);
  return message && { message, ...rotatedBy(noise, lineage, 'responder') };
}

const noiseOf = (
  { primitives, random, suite, staticKey }: RotationOptions,
  { hash, secret, remoteStatic }: Lineage,
  role: Role,
): NoiseHandshake =>
  new NoiseHandshake(primitives, {
    ...suite.rotation,
    ...{ role, staticKey, remoteStatic, random },
    prologue: concat(DOMAIN, hash),
    ephemeral: primitives.freshKey(),
    psk: secret,
  });

function rotatedBy(noise: NoiseHandshake, { remoteStatic }: Lineage, role: Role): Rotated {
  const lineage = { hash: noise.hash, secret: noise.lineage(), remoteStatic };
  const [first, second] = noise.split();
  const ciphers =
    role === 'initiator'
      ? { sending: first, receiving: second }
      : { sending: second, receiving: first };
  return { ciphers, lineage };
}
