import type { RandomBytes } from '../../storage/ports.ts';
import { Secret } from '../../storage/secret.ts';
import type { Credentials, Expected, HandshakeOptions } from './wire/handshake.ts';
import { Initiator } from './wire/initiator.ts';
import type { AgreementKey, Primitives } from './wire/primitives.ts';
import type { Carrier } from './wire/prologue.ts';
import { Responder } from './wire/responder.ts';
import type { Suite } from './wire/suites.ts';

/** Who this side is, and what it speaks. */
export interface Self {
  readonly primitives: Primitives;
  readonly credentials: Credentials;
  /** Only peers of the same one understand each other: at most 64 bytes of UTF-8. */
  readonly network: string;
  readonly suites: readonly Suite[];
  readonly random: RandomBytes;
}

const SEED_BYTES = 32;

export const initiatorOf = (self: Self, carrier: Carrier, expected?: Expected): Initiator =>
  new Initiator({ ...handshakeOf(self, carrier), expected });

export const responderOf = (self: Self, carrier: Carrier): Responder =>
  new Responder(handshakeOf(self, carrier));

function handshakeOf(self: Self, carrier: Carrier): HandshakeOptions {
  const { primitives, credentials, network, suites, random } = self;
  return {
    primitives,
    credentials,
    network,
    suites,
    random,
    carrier,
    ephemeral: primitives.freshKey(),
  };
}

/** An X25519 key to be known by, of which only the backend keeps the secret. */
export function drawKey(primitives: Primitives, random: RandomBytes): AgreementKey {
  const bytes = random(SEED_BYTES);
  const secret = Secret.of(bytes);
  bytes.fill(0);
  const key = primitives.agreementKey(secret);
  secret.wipe();
  return key;
}
