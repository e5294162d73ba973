import { describe, expect, it } from 'vitest';
import { readHello, tagged, tags, writeHello } from '../../../../actors/peer/wire/hello.ts';
import { Initiator } from '../../../../actors/peer/wire/initiator.ts';
import { Responder } from '../../../../actors/peer/wire/responder.ts';
import { type Suite, suites } from '../../../../actors/peer/wire/suites.ts';
import { primitives } from '../../../../runtime/world/primitives.ts';
import fc from '../../../fast-check.ts';
import { optionsOf, pairOf, play, sentBy, wordOf } from './handshakes.ts';

const noise = optionsOf(primitives, 9).ephemeral.publicKey;

/** It accepts the classical suite alone, unless told. */
const listening = (accepted: readonly Suite[] = suites.slice(1)): Responder =>
  new Responder(optionsOf(primitives, 2, { suites: accepted }));

const words = (...messages: Uint8Array[]): readonly (string | undefined)[] => {
  const responder = listening();
  return messages.map((message) => wordOf(responder.receive(message)));
};

const hello = (offered: number[], chosen: number): Uint8Array =>
  writeHello({ offered, chosen, noise });

describe('a responder', () => {
  it('prefers another suite once, and takes the same offer again, with that one chosen', () => {
    expect(words(hello([2, 1], 2), hello([2, 1], 1))).toEqual(['waiting', 'waiting']);
    expect(words(hello([2, 1], 2), hello([2, 1], 2))).toEqual(['waiting', 'suite']);
    expect(words(hello([2, 1], 2), hello([3, 1], 1))).toEqual(['waiting', 'suite']);
    expect(words(hello([2, 1], 2), hello([1], 1))).toEqual(['waiting', 'suite']);
    expect(words(hello([2, 3], 2))).toEqual(['noSuite']);
  });

  it.each([2, 3, 4, 5, 0, 6, 255])('expects no message %i first', (tag) => {
    expect(words(tagged(tag, new Uint8Array(38)), hello([1], 1))).toEqual([
      'unexpected',
      'unexpected',
    ]);
  });

  it('expects no second hello after its reply', () => {
    expect(words(hello([1], 1), hello([1], 1))).toEqual(['waiting', 'unexpected']);
  });

  it('takes a first message of 32 bytes, and of no other length', () => {
    const lengths = [0, 31, 33, 65_529].map((length) => {
      const first = new Uint8Array(length);
      first.set(noise.subarray(0, length));
      return words(writeHello({ offered: [1], chosen: 1, noise: first }))[0];
    });
    expect(lengths).toEqual(['malformed', 'malformed', 'malformed', 'malformed']);
    expect(words(Uint8Array.of(tags.hello))).toEqual(['malformed']);
  });

  it('takes a first message of 1,216 bytes in the hybrid suite, and of no other length', () => {
    const whole = sentBy(new Initiator(optionsOf(primitives, 9)).begin())[0] ?? noise;
    const { noise: first } = readHello(whole) ?? { noise };
    expect(first.length).toBe(1_216);
    const given = [first, first.subarray(1), first.subarray(0, 32), Uint8Array.of(...first, 0)];
    const told = given.map((message) =>
      wordOf(listening(suites).receive(writeHello({ offered: [2], chosen: 2, noise: message }))),
    );
    expect(told).toEqual(['waiting', 'malformed', 'malformed', 'malformed']);
  });

  it('expects nothing more once live', () => {
    const sides = pairOf(primitives);
    const { messages } = play(sides);
    expect(messages.map((message) => wordOf(sides.responder.receive(message)))).toEqual(
      messages.map(() => 'unexpected'),
    );
  });

  it('answers any bytes with a refusal, and never throws', () => {
    const any = fc.tuple(fc.nat({ max: 6 }), fc.uint8Array({ maxLength: 300, size: 'max' }));
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 3 }), (given) => {
        const told = words(hello([1], 1), ...given.map(([tag, body]) => tagged(tag, body)));
        expect(told).not.toContain('live');
        expect(told.at(-1)).not.toBe('waiting');
      }),
      { numRuns: 300 },
    );
  });
});
