import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NoiseHandshake, patterns, type Role } from '../../../../actors/peer/wire/noise.ts';
import type { Primitives } from '../../../../actors/peer/wire/primitives.ts';
import { hex } from '../../../../storage/bytes.ts';
import type { RandomBytes } from '../../../../storage/ports.ts';
import { Secret } from '../../../../storage/secret.ts';
import { backends, secretOf, unhex } from './backends.ts';

interface Vector {
  readonly protocol_name: string;
  readonly init_prologue: string;
  readonly init_static: string;
  readonly init_ephemeral: string;
  readonly init_remote_static?: string;
  readonly init_psks?: readonly string[];
  readonly resp_static: string;
  readonly resp_ephemeral: string;
  readonly resp_remote_static?: string;
  readonly handshake_hash: string;
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[];
}

const { vectors } = JSON.parse(
  readFileSync(new URL('../../../vectors/noise-cacophony.json', import.meta.url), 'utf8'),
) as { vectors: readonly Vector[] };

interface HybridVector {
  readonly init_static: string;
  readonly init_ephemeral: string;
  readonly resp_static: string;
  readonly resp_ephemeral: string;
  readonly init_kem_public_first_bytes: string;
  readonly msg_a_bytes: number;
  readonly msg_b_bytes: number;
  readonly msg_c: string;
  readonly handshake_hash: string;
  readonly cs1_k: string;
  readonly cs2_k: string;
}

const hybrid = JSON.parse(
  readFileSync(new URL('../../../vectors/noise-xxhfs-mlkem768.json', import.meta.url), 'utf8'),
) as { protocol_name: string; vectors: readonly HybridVector[] };

/** For patterns that draw nothing. */
const undrawn = (): never => {
  throw new Error('drawn');
};

const keyOf = (digits: string): Secret => Secret.of(unhex(digits));

function patternOf(vector: Vector) {
  const name = vector.protocol_name.split('_')[1] ?? '';
  const found = Object.entries(patterns).find(([known]) => known === name)?.[1];
  if (found === undefined) throw new RangeError(`no pattern ${name}`);
  return found;
}

function sideOf(primitives: Primitives, vector: Vector, role: Role): NoiseHandshake {
  const isInitiator = role === 'initiator';
  const remote = isInitiator ? vector.init_remote_static : vector.resp_remote_static;
  const psk = vector.init_psks?.[0];
  const own = isInitiator ? vector.init_static : vector.resp_static;
  const ephemeral = isInitiator ? vector.init_ephemeral : vector.resp_ephemeral;
  return new NoiseHandshake(primitives, {
    protocol: vector.protocol_name,
    pattern: patternOf(vector),
    role,
    prologue: unhex(vector.init_prologue),
    staticKey: primitives.agreementKey(keyOf(own)),
    ephemeral: primitives.agreementKey(keyOf(ephemeral)),
    random: undrawn,
    ...(remote === undefined ? {} : { remoteStatic: unhex(remote) }),
    ...(psk === undefined ? {} : { psk: keyOf(psk) }),
  });
}

const digits = (bytes: Uint8Array | undefined) => bytes && hex(bytes);

function play(primitives: Primitives, vector: Vector) {
  const sides = [sideOf(primitives, vector, 'initiator'), sideOf(primitives, vector, 'responder')];
  const turns = patternOf(vector).messages.length;
  const shaken = vector.messages.slice(0, turns).map(({ payload }, turn) => {
    const message = sides[turn % 2]?.write(unhex(payload));
    const got = message && sides[(turn + 1) % 2]?.read(message);
    return { payload: digits(got), ciphertext: digits(message) };
  });
  const ends = sides.map((side) => side.split());
  const sealed = vector.messages.slice(turns).map(({ payload }, index) => {
    const way = (turns + index) % 2;
    const message = new Uint8Array(payload.length / 2 + 16);
    ends[way]?.[way]?.encryptInto(message, unhex(payload));
    const got = ends[1 - way]?.[way]?.decrypt(message);
    return { payload: digits(got), ciphertext: digits(message) };
  });
  return { hashes: sides.map(({ hash }) => hex(hash)), messages: [...shaken, ...sealed] };
}

/** A side of the hybrid handshake, whose seeds are those of the vector unless told. */
const hybridSide = (
  primitives: Primitives,
  role: Role,
  vector: HybridVector,
  random: RandomBytes = (length) => new Uint8Array(length).fill(length === 64 ? 0x15 : 0x16),
): NoiseHandshake =>
  new NoiseHandshake(primitives, {
    protocol: hybrid.protocol_name,
    pattern: patterns.XXhfs,
    role,
    prologue: new Uint8Array(),
    staticKey: primitives.agreementKey(
      keyOf(role === 'initiator' ? vector.init_static : vector.resp_static),
    ),
    ephemeral: primitives.agreementKey(
      keyOf(role === 'initiator' ? vector.init_ephemeral : vector.resp_ephemeral),
    ),
    random,
  });

const NOTHING = new Uint8Array();

/** What the key in hexadecimal seals first. */
function sealedBy(primitives: Primitives, key: string): string {
  const sealed = new Uint8Array(16);
  primitives.chaChaPoly(unhex(key)).encrypt(new Uint8Array(12), NOTHING, NOTHING, sealed);
  return hex(sealed);
}

describe.each(backends)('a Noise handshake by %s', (_name, primitives) => {
  it.each(vectors.map((vector) => [vector.protocol_name, vector] as const))(
    'is that of the published vector %s',
    (_protocol, vector) => {
      expect(play(primitives, vector)).toEqual({
        hashes: [vector.handshake_hash, vector.handshake_hash],
        messages: vector.messages,
      });
    },
  );

  it('refuses an ephemeral key of small order', () => {
    const make = (role: Role) =>
      new NoiseHandshake(primitives, {
        protocol: 'Noise_XX_25519_ChaChaPoly_SHA256',
        pattern: patterns.XX,
        role,
        prologue: new Uint8Array(),
        staticKey: primitives.agreementKey(secretOf(1)),
        ephemeral: primitives.agreementKey(secretOf(2)),
        random: undrawn,
      });
    const responder = make('responder');
    expect(responder.read(new Uint8Array(32))).toEqual(new Uint8Array());
    expect(responder.write(new Uint8Array())).toBe(undefined);
    expect(make('responder').read(new Uint8Array(31))).toBe(undefined);
  });
});

const [vector] = hybrid.vectors;
if (vector === undefined) throw new Error('no vector');

const sidesOf = (primitives: Primitives) => (random?: RandomBytes) => [
  hybridSide(primitives, 'initiator', vector, random),
  hybridSide(primitives, 'responder', vector, random),
];

describe.each(backends)('a hybrid handshake by %s', (_name, primitives) => {
  const sides = sidesOf(primitives);

  it('is that of the published vector', () => {
    const [initiator, responder] = sides();
    const first = initiator?.write(NOTHING) ?? NOTHING;
    expect(responder?.read(first)).toEqual(NOTHING);
    const second = responder?.write(NOTHING) ?? NOTHING;
    expect(initiator?.read(second)).toEqual(NOTHING);
    const third = initiator?.write(NOTHING) ?? NOTHING;
    expect(responder?.read(third)).toEqual(NOTHING);
    const keys = initiator?.split().map((cipher) => {
      const sealed = new Uint8Array(16);
      cipher.encryptInto(sealed, NOTHING);
      return hex(sealed);
    });
    expect({
      init_kem_public_first_bytes: hex(first.subarray(32, 48)),
      msg_a_bytes: first.length,
      msg_b_bytes: second.length,
      msg_c: hex(third),
      hashes: [initiator, responder].map((side) => hex(side?.hash ?? NOTHING)),
      keys,
    }).toEqual({
      init_kem_public_first_bytes: vector.init_kem_public_first_bytes,
      msg_a_bytes: vector.msg_a_bytes,
      msg_b_bytes: vector.msg_b_bytes,
      msg_c: vector.msg_c,
      hashes: [vector.handshake_hash, vector.handshake_hash],
      keys: [vector.cs1_k, vector.cs2_k].map((key) => sealedBy(primitives, key)),
    });
  });

  it('is another one with each seed, and wipes what it was given', () => {
    const drawn: Uint8Array[] = [];
    const [initiator, responder] = sides((length) => {
      const seed = new Uint8Array(length).fill(0x17);
      drawn.push(seed);
      return seed;
    });
    responder?.read(initiator?.write(NOTHING) ?? NOTHING);
    initiator?.read(responder?.write(NOTHING) ?? NOTHING);
    expect(hex(initiator?.hash ?? NOTHING)).not.toBe(vector.handshake_hash);
    expect(drawn.map((seed) => [seed.length, seed.some((byte) => byte !== 0)])).toEqual([
      [64, false],
      [32, false],
    ]);
  });
});

describe.each(backends)('a hybrid handshake, by %s,', (_name, primitives) => {
  const sides = sidesOf(primitives);

  it.each([
    ['a coefficient of 3,329', (message: Uint8Array) => message.with(32, 0x01).with(33, 0x0d)],
    ['a coefficient of 4,095', (message: Uint8Array) => message.with(1182, 0xff).with(1183, 0xff)],
  ])('takes no encapsulation key with %s', (_what, change) => {
    const [initiator, responder] = sides();
    const first = initiator?.write(NOTHING) ?? NOTHING;
    expect(responder?.read(change(first))).toEqual(NOTHING);
    expect(responder?.write(NOTHING)).toBe(undefined);
  });

  it('reads no message that is a byte short', () => {
    const [initiator, responder] = sides();
    const first = initiator?.write(NOTHING) ?? NOTHING;
    expect(sides()[1]?.read(first.subarray(1))).toBe(undefined);
    responder?.read(first);
    const second = responder?.write(NOTHING) ?? NOTHING;
    for (const length of [32, 1135, 1136, 1199]) {
      const [another] = sides();
      another?.write(NOTHING);
      expect(another?.read(second.subarray(0, length))).toBe(undefined);
    }
  });

  it('fails if both sides do not have one secret of ML-KEM, whatever else they agree on', () => {
    const forgetful: Primitives = {
      ...primitives,
      kemKey: (seed) => ({ ...primitives.kemKey(seed), decapsulate: () => new Uint8Array(32) }),
    };
    const initiator = hybridSide(forgetful, 'initiator', vector);
    const responder = hybridSide(primitives, 'responder', vector);
    responder.read(initiator.write(NOTHING) ?? NOTHING);
    expect(initiator.read(responder.write(NOTHING) ?? NOTHING)).toBe(undefined);
  });
});
