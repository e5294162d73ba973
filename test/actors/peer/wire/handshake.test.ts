import { describe, expect, it } from 'vitest';
import { claimedPeer, type Session, type Step } from '../../../../actors/peer/wire/handshake.ts';
import { peerIdOf } from '../../../../actors/peer/wire/peer-id.ts';
import { postQuantumSuites, suites } from '../../../../actors/peer/wire/suites.ts';
import { hex, text } from '../../../../storage/bytes.ts';
import { backends, secretOf } from './backends.ts';
import { eachSuite, optionsOf, outcome, pairOf, partyOf, play } from './handshakes.ts';

function sessionOf(step: Step | undefined): Session {
  if (step?.kind !== 'live') throw new Error('not live');
  return step.session;
}

const bothWays = backends.flatMap(([name, primitives]) =>
  eachSuite.map(([number, accepted]) => ({ name, number, primitives, accepted })),
);

describe.each(bothWays)('a handshake by $name, suite $number,', ({ number, ...way }) => {
  const { primitives, accepted } = way;

  it('makes both live, once each has proved who it is', () => {
    const told = play(pairOf(primitives, { suites: accepted }));
    const [ours, theirs] = [sessionOf(told.initiator.at(-1)), sessionOf(told.responder.at(-1))];
    expect(told.messages.map((message) => [message[0], message.length])).toEqual([
      ...(number === 2
        ? [
            [1, 1222],
            [3, 1305],
          ]
        : [
            [1, 38],
            [3, 201],
          ]),
      [4, 169],
      [5, 81],
      [5, 81],
    ]);
    expect([told.initiator, told.responder].map((steps) => steps.map(({ kind }) => kind))).toEqual([
      ['waiting', 'sealing', 'live'],
      ['waiting', 'sealing', 'live'],
    ]);
    const [first, second] = [1, 2].map((party) => partyOf(primitives, party).identity.publicKey);
    expect([ours.peer.publicKey, theirs.peer.publicKey]).toEqual([second, first]);
    expect([ours.peer.id, ours.suite, theirs.suite]).toEqual([
      ...[peerIdOf(second ?? new Uint8Array()), number, number],
    ]);
    expect(hex(ours.hash)).toBe(hex(theirs.hash));
    expect(theirs.transport.open(ours.transport.seal(text('hi')))).toEqual(text('hi'));
    expect(ours.transport.open(theirs.transport.seal(text('ho')))).toEqual(text('ho'));
  });
});

describe.each(backends)('a handshake by %s', (_, primitives) => {
  it('is another each time, whoever the peers are', () => {
    const ephemeral = primitives.agreementKey(secretOf(77));
    const hashes = [{}, { ephemeral }].map((changed) =>
      hex(sessionOf(play(pairOf(primitives, {}, changed)).responder.at(-1)).hash),
    );
    expect(new Set(hashes).size).toBe(2);
  });

  it('takes the suite that the initiator likes best, of those of both', () => {
    const classical = suites.filter(({ number }) => number === 1);
    const told = play(pairOf(primitives, {}, { suites: classical }));
    expect(told.messages.map(([tag]) => tag)).toEqual([1, 2, 1, 3, 4, 5, 5]);
    expect(sessionOf(told.initiator.at(-1)).suite).toBe(1);
    const best = play(pairOf(primitives, {}, { suites: suites.toReversed() }));
    expect(best.messages.length).toBe(5);
    expect(sessionOf(best.initiator.at(-1)).suite).toBe(2);
  });
});

describe.each(backends)('a handshake, by %s,', (_, primitives) => {
  it('fails with whoever has no suite that lasts, if one side takes no other', () => {
    const [strict, old] = [{ suites: postQuantumSuites }, { suites: suites.slice(1) }];
    const told = [play(pairOf(primitives, old, strict)), play(pairOf(primitives, strict, old))];
    expect(told.map(outcome)).toEqual([
      ['waiting', 'noSuite'],
      ['waiting', 'noSuite'],
    ]);
    expect(told.map(({ messages }) => messages.length)).toEqual([1, 1]);
  });

  it('fails between two networks, and between two carriers', () => {
    const told = [
      play(pairOf(primitives, { network: 'a' }, { network: 'b' })),
      play(pairOf(primitives, { carrier: 'ws' }, { carrier: 'relay' })),
    ];
    expect(told.map(outcome)).toEqual([
      ['forged', 'waiting'],
      ['forged', 'waiting'],
    ]);
  });

  it('reaches the peer that was dialled, or none', () => {
    const [right, wrong] = [2, 3].map((number) =>
      peerIdOf(partyOf(primitives, number).identity.publicKey),
    );
    const dialled = (id = ''): readonly (string | undefined)[] =>
      outcome(play(pairOf(primitives, { expected: { id, records: [] } })));
    expect([dialled(right), dialled(wrong)]).toEqual([
      ['live', 'live'],
      ['stranger', 'waiting'],
    ]);
  });

  it('claims an identity by its word for the static key, and for no other', () => {
    const [ours, theirs] = [optionsOf(primitives, 1), partyOf(primitives, 2)];
    const { staticKey, payload } = theirs;
    const { publicKey } = theirs.identity;
    expect(claimedPeer(ours, payload, staticKey.publicKey)).toEqual({
      id: peerIdOf(publicKey),
      publicKey,
      chain: undefined,
    });
    expect(claimedPeer(ours, payload, ours.credentials.staticKey.publicKey)).toBe('identity');
    const own = ours.credentials;
    expect(claimedPeer(ours, own.payload, own.staticKey.publicKey)).toBe('self');
  });
});
