import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NoiseHandshake, patterns, type Role } from '../../../../actors/peer/wire/noise.ts';
import type { Primitives } from '../../../../actors/peer/wire/primitives.ts';
import { hex } from '../../../../storage/bytes.ts';
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
      });
    const responder = make('responder');
    expect(responder.read(new Uint8Array(32))).toEqual(new Uint8Array());
    expect(responder.write(new Uint8Array())).toBe(undefined);
    expect(make('responder').read(new Uint8Array(31))).toBe(undefined);
  });
});
