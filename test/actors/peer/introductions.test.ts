import { expect, it } from 'vitest';
import { Introductions } from '../../../actors/peer/introductions.ts';
import type { Payload } from '../../../actors/peer/requests/payload.ts';
import { primitives } from '../../../runtime/world/primitives.ts';
import { selfOf } from './raw-peer.ts';
import { pairOf, partyOf, play } from './wire/handshakes.ts';

const [PROVE, ROTATED] = ['holdfast.prove', 'holdfast.rotated'] as const;

function given(isTrue = true) {
  const live = play(pairOf(primitives)).responder.at(-1);
  if (live?.kind !== 'live') throw new Error('they are not live');
  const told: Uint8Array[] = [];
  const introductions = new Introductions({
    clock: { monotonicMs: () => 0 },
    self: { ...selfOf(2), credentials: partyOf(primitives, 2) },
    role: 'responder',
    onChain: (chain) => {
      told.push(chain);
      return isTrue;
    },
  });
  const serve = (name: string, bytes: Uint8Array) => {
    const answers: Payload[] = [];
    const payload = { encoding: 'bytes', bytes } as const;
    const answer = (answered: Payload) => answers.push(answered);
    const broken = introductions.serve({ name, payload, answer }, live.session);
    return [broken, answers.map(({ bytes: { length } }) => length)];
  };
  return { introductions, serve, told };
}

it('a peer proves itself, and hears that another one has another key', () => {
  const { introductions, serve, told } = given();
  expect([PROVE, ROTATED, 'price'].map((name) => introductions.has(name))).toEqual([
    ...[true, true, false],
  ]);
  expect(serve(PROVE, new Uint8Array(32))).toEqual([undefined, [64]]);
  expect(serve(ROTATED, Uint8Array.of(1, 2))).toEqual([undefined, [0]]);
  expect(told).toEqual([Uint8Array.of(1, 2)]);
});

it('a challenge that is none, and a lie about a key, break the rules', () => {
  const { serve } = given(false);
  expect(serve(PROVE, new Uint8Array(31))).toEqual(['challenge', []]);
  expect(serve(ROTATED, Uint8Array.of(1))).toEqual(['continuity', []]);
});

it('each has a rate of its own, and a size', () => {
  const { introductions } = given();
  const codes = (name: string, sizes: readonly number[]) =>
    sizes.map((size) => introductions.refusalOf(name, size)?.code ?? 'served');
  expect(codes(ROTATED, [4_048, 4_049, 1, 1, 1, 1])).toEqual([
    ...['served', 'PAYLOAD_INVALID', 'served', 'served', 'served', 'RATE_LIMITED'],
  ]);
  expect(codes(PROVE, [32, 33])).toEqual(['served', 'PAYLOAD_INVALID']);
});
