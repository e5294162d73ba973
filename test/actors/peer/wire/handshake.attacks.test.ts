import { describe, expect, it } from 'vitest';
import type { Credentials } from '../../../../actors/peer/wire/handshake.ts';
import { readHello, tagged, tags, writeHello } from '../../../../actors/peer/wire/hello.ts';
import { staticKeyClaim, writeIdentity } from '../../../../actors/peer/wire/identity-payload.ts';
import { Initiator } from '../../../../actors/peer/wire/initiator.ts';
import type { AgreementKey, Primitives } from '../../../../actors/peer/wire/primitives.ts';
import { Responder } from '../../../../actors/peer/wire/responder.ts';
import { primitives as ours } from '../../../../runtime/world/primitives.ts';
import type { SigningKey } from '../../../../storage/ed25519.ts';
import { backends, secretOf, unhex } from './backends.ts';
import {
  eachSuite,
  type OnPath,
  optionsOf,
  outcome,
  pairOf,
  partyOf,
  play,
  sentBy,
  wordOf,
} from './handshakes.ts';

/** Replaces message number `at` by what `change` makes of it. */
const changing =
  (at: number, change: (message: Uint8Array) => Uint8Array): OnPath =>
  (message, index) =>
    index === at ? change(message) : message;

const flip = (message: Uint8Array, at: number, mask: number): Uint8Array =>
  message.with(at, (message[at] ?? 0) ^ mask);

/** Who ends up live when one byte of one message is changed. */
function tamper(sides: ReturnType<typeof pairOf>, message: number, at: number, mask: number) {
  const path = changing(message, (bytes) => flip(bytes, at, mask));
  return outcome(play(sides, path)).map((word) => word === 'live');
}

const ways = backends.flatMap(([name, primitives]) =>
  eachSuite.map(([number, suites]) => ({ name, primitives, number, suites })),
);

for (const { name, primitives, number, suites } of ways) {
  describe(`whoever is on the path, against ${name}, suite ${number},`, () => {
    const sides = () => pairOf(primitives, { suites });
    const lengths = play(sides()).messages.map(({ length }) => length);
    // A byte in three; of the slower twin, one in eleven; of longer messages an eighth of that.
    const stride = (name === '@noble' ? 11 : 3) * (number === 2 ? 8 : 1);

    it.each(lengths.map((length, message) => [message, length]))(
      'changes no byte of message %i without ending it',
      (message, length) => {
        const live: (readonly boolean[])[] = [];
        for (let at = message % stride; at < length; at += stride) {
          live.push(tamper(sides(), message, at, 1 << (at % 8)));
        }
        // The last message is the responder's seal: it has verified the other one already.
        expect(new Set(live.map(String))).toEqual(
          new Set([message === 4 ? 'false,true' : 'false,false']),
        );
      },
    );

    it('cuts and lengthens none either', () => {
      const changes = [
        (bytes: Uint8Array) => bytes.subarray(0, -1),
        (bytes: Uint8Array) => Uint8Array.of(...bytes, 0),
        (bytes: Uint8Array) => bytes.subarray(0, 1),
        (bytes: Uint8Array) => tagged(bytes[0] ?? 0, new Uint8Array(65_535)),
      ];
      const live = lengths.flatMap((_, message) =>
        changes.map((change) => outcome(play(sides(), changing(message, change)))[0]),
      );
      expect(live).not.toContain('live');
    });
  });
}

for (const [name, primitives] of backends) {
  describe(`whoever is on the path, against ${name},`, () => {
    it('gets nothing from what was recorded: not into another connection, not twice', () => {
      const recorded = play(pairOf(primitives)).messages;
      const fresh = primitives.agreementKey(secretOf(77));
      const replayed = (at: number) => changing(at, (message) => recorded[at] ?? message);
      const intoResponder = [0, 2, 3].map((at) =>
        outcome(play(pairOf(primitives, {}, { ephemeral: fresh }), replayed(at))),
      );
      const intoInitiator = [1, 4].map((at) =>
        outcome(play(pairOf(primitives, { ephemeral: fresh }), replayed(at))),
      );
      expect(intoResponder).toEqual([
        ['live', 'live'],
        ['sealing', 'forged'],
        ['sealing', 'seal'],
      ]);
      expect(intoInitiator).toEqual([
        ['forged', 'waiting'],
        ['seal', 'live'],
      ]);
    });

    it('reflects no message', () => {
      const { initiator, responder } = pairOf(primitives);
      const [hello] = sentBy(initiator.begin());
      expect(wordOf(initiator.receive(hello ?? new Uint8Array(0)))).toBe('unexpected');
      const [reply] = sentBy(responder.receive(hello ?? new Uint8Array(0)));
      expect(wordOf(responder.receive(reply ?? new Uint8Array(0)))).toBe('unexpected');
      const { messages } = play(pairOf(primitives));
      const seals = changing(4, () => messages[3] ?? new Uint8Array(0));
      expect(outcome(play(pairOf(primitives), seals))).toEqual(['seal', 'live']);
      const credentials = partyOf(primitives, 1);
      expect(outcome(play(pairOf(primitives, {}, { credentials })))).toEqual(['self', 'waiting']);
    });

    it('chooses no suite for them', () => {
      const offer = (offered: number[], chosen: number) =>
        changing(0, (message) => {
          const noise = readHello(message)?.noise ?? message;
          // What it has of the hybrid's is a whole message of the classical one.
          const own = chosen === 1 ? noise.subarray(0, 32) : noise;
          return writeHello({ offered, chosen, noise: own });
        });
      const edits = [offer([1], 1), offer([1, 2], 1), offer([2, 1, 3], 2), offer([2], 2)];
      expect(edits.map((edit) => outcome(play(pairOf(primitives), edit)))).toEqual(
        edits.map(() => ['forged', 'waiting']),
      );
      const { initiator, responder } = pairOf(primitives);
      initiator.begin();
      const again = sentBy(initiator.receive(Uint8Array.of(tags.prefer, 0, 1)));
      const [prefer] = again.flatMap((message) => sentBy(responder.receive(message)));
      expect(wordOf(initiator.receive(prefer ?? new Uint8Array(0)))).toBe('suite');
    });

    it('sends no key of small order', () => {
      const weak = new Uint8Array(32);
      const hello = writeHello({ offered: [1], chosen: 1, noise: weak });
      expect(
        outcome(
          play(
            pairOf(primitives),
            changing(0, () => hello),
          ),
        ),
      ).toEqual(['waiting', 'forged']);
      const reply = changing(1, (message) =>
        Uint8Array.of(tags.reply, ...weak, ...message.slice(33)),
      );
      expect(outcome(play(pairOf(primitives), reply))).toEqual(['forged', 'waiting']);
    });
  });
}

/** A static key that leads to zeros whatever the other's is, and needs no secret. */
const weakKey = (point: string): AgreementKey => ({
  publicKey: unhex(point),
  agree: () => new Uint8Array(32),
});

describe.each(backends)('a peer that lies, against %s,', (_, primitives) => {
  /** A public key that is not its own, and signatures that are. */
  const borrowed = (publicKey: Uint8Array): SigningKey => ({
    ...primitives.identityKey(secretOf(9)),
    publicKey,
  });

  /** The identity of number 2, whose seed the thief has not, with the word `payload` for a key. */
  const thief = (payload: Uint8Array, staticKey: AgreementKey): Credentials => ({
    identity: borrowed(partyOf(primitives, 2).identity.publicKey),
    staticKey,
    payload,
  });

  const wordFor = (publicKey: Uint8Array, staticKey: Uint8Array): Uint8Array =>
    writeIdentity({
      publicKey,
      signature: primitives.identityKey(secretOf(2)).sign(staticKeyClaim(staticKey)),
    });

  it('has stolen a signature: it passes as an identity, and ends at the seal', () => {
    const staticKey = primitives.agreementKey(secretOf(109));
    const { publicKey } = partyOf(primitives, 2).identity;
    const credentials = thief(wordFor(publicKey, staticKey.publicKey), staticKey);
    const dials = play(
      pairOf(primitives, { credentials }, { credentials: partyOf(primitives, 1) }),
    );
    expect(outcome(dials)).toEqual(['sealing', 'seal']);
    expect(dials.responder.map(({ kind }) => kind)).toEqual(['waiting', 'sealing', 'refused']);
    const listens = play(pairOf(primitives, {}, { credentials }));
    expect(listens.initiator.map(wordOf)).toEqual(['waiting', 'sealing', 'seal']);
  });

  it('has stolen the signature of another key, which is no identity here', () => {
    const staticKey = primitives.agreementKey(secretOf(109));
    const credentials = thief(partyOf(primitives, 2).payload, staticKey);
    expect(outcome(play(pairOf(primitives, {}, { credentials })))).toEqual(['identity', 'waiting']);
  });

  it('has a static key of small order', () => {
    const staticKey = weakKey('00'.repeat(32));
    const { publicKey } = partyOf(primitives, 2).identity;
    const credentials = thief(wordFor(publicKey, staticKey.publicKey), staticKey);
    expect(outcome(play(pairOf(primitives, {}, { credentials })))[0]).toBe('forged');
    const listener = { credentials: partyOf(primitives, 1) };
    expect(outcome(play(pairOf(primitives, { credentials }, listener)))).toEqual([
      'sealing',
      'forged',
    ]);
  });

  it('has an identity of small order, under which anybody can sign', () => {
    const point = unhex(`01${'00'.repeat(31)}`);
    const signature = unhex(`01${'00'.repeat(63)}`);
    const { staticKey } = partyOf(primitives, 2);
    const payload = writeIdentity({ publicKey: point, signature });
    const credentials = { identity: borrowed(point), staticKey, payload };
    expect(outcome(play(pairOf(primitives, {}, { credentials })))).toEqual(['identity', 'waiting']);
  });
});

describe.each(backends)('a peer that is between two, against %s,', (_, primitives) => {
  it('has the seal of a better handshake, and computes all of X25519, in vain', () => {
    const sealed: Uint8Array[] = [];
    const seen: Primitives = {
      ...primitives,
      verify(publicKey, message, signature) {
        sealed.push(signature.slice());
        return primitives.verify(publicKey, message, signature);
      },
    };
    const between = (number: number): Credentials => ({
      ...partyOf(primitives, number),
      identity: {
        publicKey: partyOf(primitives, number).identity.publicKey,
        sign: () => sealed.at(-1) ?? new Uint8Array(64),
      },
    });
    const towardsInitiator = { primitives: seen, credentials: between(2) };
    const first = play(pairOf(primitives, {}, towardsInitiator));
    expect(outcome(first)).toEqual(['seal', 'live']);
    const classical = eachSuite.find(([number]) => number === 1)?.[1] ?? [];
    const towardsResponder = { credentials: between(1), suites: classical };
    expect(outcome(play(pairOf(primitives, towardsResponder)))).toEqual(['sealing', 'seal']);
  });
});

describe.each(backends)('a peer that says too little, to %s,', (_, primitives) => {
  it('has something else where its seal should be', () => {
    const { initiator } = pairOf(primitives);
    const responder = new Responder(optionsOf(primitives, 2));
    const [hello] = sentBy(initiator.begin());
    const [reply] = sentBy(responder.receive(hello ?? new Uint8Array(0)));
    const [finish, seal] = sentBy(initiator.receive(reply ?? new Uint8Array(0)));
    responder.receive(finish ?? new Uint8Array(0));
    expect(wordOf(responder.receive(finish ?? new Uint8Array(0)))).toBe('seal');
    expect(wordOf(responder.receive(seal ?? new Uint8Array(0)))).toBe('unexpected');
  });
});

it('two that dial each other at once are two connections, each with one initiator', () => {
  const [one, other] = [1, 2].map((number) => new Initiator(optionsOf(ours, number)));
  const hello = sentBy(other?.begin())[0] ?? new Uint8Array(0);
  one?.begin();
  expect(wordOf(one?.receive(hello))).toBe('unexpected');
});
