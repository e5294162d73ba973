import { describe, expect, it } from 'vitest';
import type { Lineage } from '../../../../actors/peer/wire/handshake.ts';
import { NoiseHandshake } from '../../../../actors/peer/wire/noise.ts';
import type { AgreementKey, Primitives } from '../../../../actors/peer/wire/primitives.ts';
import { answer, Offer, type RotationOptions } from '../../../../actors/peer/wire/rotation.ts';
import { type Suite, suites } from '../../../../actors/peer/wire/suites.ts';
import type { Ciphers } from '../../../../actors/peer/wire/transport.ts';
import { Transport } from '../../../../actors/peer/wire/transport.ts';
import { concat, text } from '../../../../storage/bytes.ts';
import { Secret } from '../../../../storage/secret.ts';
import { backends, secretOf } from './backends.ts';

const ways = backends.flatMap(([name, primitives]) =>
  suites.map((suite) => ({ name, primitives, suite, number: suite.number })),
);

const optionsOf = (primitives: Primitives, suite: Suite, fill: number): RotationOptions => ({
  ...{ primitives, suite },
  staticKey: primitives.agreementKey(secretOf(fill)),
  random: (length) => new Uint8Array(length).fill(fill),
});

const lineageOf = (primitives: Primitives, remote: number, secret = 7): Lineage => ({
  hash: new Uint8Array(32).fill(5),
  secret: secretOf(secret),
  remoteStatic: primitives.agreementKey(secretOf(remote)).publicKey,
});

/** Number 1 offers, number 2 answers. */
function rotated(primitives: Primitives, suite: Suite) {
  const offer = Offer.of(optionsOf(primitives, suite, 1), lineageOf(primitives, 2));
  const offered = offer?.message ?? new Uint8Array();
  const answered = answer(optionsOf(primitives, suite, 2), lineageOf(primitives, 1), offered);
  const renewed = offer?.answered(answered?.message ?? new Uint8Array());
  if (answered === undefined || renewed === undefined) throw new Error('not rotated');
  return { offered, answered, renewed };
}

const transportOf = ({ sending, receiving }: Ciphers): Transport =>
  new Transport(sending, receiving);

describe.each(ways)('a rotation by $name, suite $number,', ({ primitives, suite, number }) => {
  it('gives both sides the same new keys, and what the next one begins with', () => {
    const { offered, answered, renewed } = rotated(primitives, suite);
    expect([offered.length, answered.message.length]).toEqual(
      number === 2 ? [1_248, 1_152] : [48, 48],
    );
    const [here, there] = [transportOf(renewed.ciphers), transportOf(answered.ciphers)];
    expect(there.open(here.seal(text('a')))).toEqual(text('a'));
    expect(here.open(there.seal(text('b')))).toEqual(text('b'));
    const [ours, theirs] = [renewed.lineage, answered.lineage];
    expect([ours.hash, ours.secret.equals(theirs.secret)]).toEqual([theirs.hash, true]);
    expect(ours.secret.equals(secretOf(7))).toBe(false);
    expect(rotated(primitives, suite).renewed.lineage.hash).not.toEqual(ours.hash);
  });

  it('is of those two, and of what they had together before, or does not come about', () => {
    const offer = Offer.of(optionsOf(primitives, suite, 1), lineageOf(primitives, 2));
    const offered = offer?.message ?? new Uint8Array();
    const given = lineageOf(primitives, 1);
    const others = [
      answer(optionsOf(primitives, suite, 2), lineageOf(primitives, 1, 8), offered),
      answer(optionsOf(primitives, suite, 2), { ...given, hash: new Uint8Array(32) }, offered),
      answer(optionsOf(primitives, suite, 3), given, offered),
      answer(optionsOf(primitives, suite, 2), lineageOf(primitives, 4), offered),
      answer(optionsOf(primitives, suite, 2), given, offered.with(40, (offered[40] ?? 0) ^ 1)),
      answer(optionsOf(primitives, suite, 2), given, concat(offered, Uint8Array.of(0))),
      answer(optionsOf(primitives, suite, 2), given, offered.subarray(1)),
    ];
    expect(others).toEqual(others.map(() => undefined));
    expect(answer(optionsOf(primitives, suite, 2), given, offered)).toBeDefined();
  });

  it('takes no answer but the one to its own offer', () => {
    const { answered } = rotated(primitives, suite);
    const offer = () => Offer.of(optionsOf(primitives, suite, 1), lineageOf(primitives, 2));
    const given = [answered.message, answered.message.with(0, 1), new Uint8Array(0)];
    expect(given.map((message) => offer()?.answered(message))).toEqual(given.map(() => undefined));
  });
});

/** All that is kept for long, and what was on the wire; with what was forgotten, if it was not. */
interface Loot {
  readonly statics: readonly [AgreementKey, AgreementKey];
  readonly lineage: Lineage;
  readonly kept?: { readonly ephemeral: AgreementKey; readonly seed: number };
}

/** Whether who has all that opens what was sealed with the keys that came of it. */
function opens(suite: Suite, primitives: Primitives, loot: Loot, wire: readonly Uint8Array[]) {
  const [offered, answered, sealed] = wire;
  const { statics, lineage, kept } = loot;
  // In place of what it does not have it tries all that it has.
  const publicKey = offered?.slice(0, 32) ?? new Uint8Array();
  const guesses: AgreementKey[] = [
    ...statics.map((key) => ({ publicKey, agree: key.agree })),
    { publicKey, agree: () => new Uint8Array(32) },
  ];
  if (kept !== undefined) guesses.push(kept.ephemeral);
  return guesses.some((ephemeral) => {
    const noise = new NoiseHandshake(primitives, {
      ...suite.rotation,
      ...{ role: 'initiator', staticKey: statics[0], remoteStatic: statics[1].publicKey },
      random: (length) => new Uint8Array(length).fill(kept?.seed ?? 0),
      prologue: concat(text('holdfast/v1/rotation'), lineage.hash),
      ...{ ephemeral, psk: lineage.secret },
    });
    noise.write(new Uint8Array());
    if (noise.read(answered ?? new Uint8Array()) === undefined) return false;
    return noise.split()[0].decrypt(sealed ?? new Uint8Array()) !== undefined;
  });
}

describe.each(ways)('whoever has recorded all, suite $number by $name,', (way) => {
  const { primitives, suite } = way;
  const statics = [1, 2].map((fill) => primitives.agreementKey(secretOf(fill)));
  const [first, second] = statics;
  if (first === undefined || second === undefined) throw new Error('no keys');

  /** A rotation whose ephemeral key is known, so that it can be kept or not. */
  function recorded() {
    const ephemeral = primitives.freshKey();
    const known: Primitives = { ...primitives, freshKey: () => ephemeral };
    const offer = Offer.of(optionsOf(known, suite, 1), lineageOf(primitives, 2));
    const offered = offer?.message ?? new Uint8Array();
    const answered = answer(optionsOf(primitives, suite, 2), lineageOf(primitives, 1), offered);
    const renewed = offer?.answered(answered?.message ?? new Uint8Array());
    const sealed = new Uint8Array(18);
    renewed?.ciphers.sending.encryptInto(sealed, text('hi'));
    const wire = [offered, answered?.message ?? new Uint8Array(), sealed];
    return { ephemeral, wire, lineage: lineageOf(primitives, 2) };
  }

  it('and has both static keys, and what was before, does not read what was sealed then', () => {
    const { ephemeral, wire, lineage } = recorded();
    const loot: Loot = { statics: [first, second], lineage };
    expect(opens(suite, primitives, loot, wire)).toBe(false);
    // That it is no fault of this thief: with what was forgotten, it reads.
    const kept = { ephemeral, seed: 1 };
    expect(opens(suite, primitives, { ...loot, kept }, wire)).toBe(true);
  });

  it('and has the static and ephemeral keys, but not what was before, does not either', () => {
    const { ephemeral, wire, lineage } = recorded();
    const kept = { ephemeral, seed: 1 };
    const forgotten = { ...lineage, secret: Secret.of(new Uint8Array(32)) };
    const loot: Loot = { statics: [first, second], lineage: forgotten, kept };
    expect(opens(suite, primitives, loot, wire)).toBe(false);
  });
});
