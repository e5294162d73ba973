import { describe, expect, it } from 'vitest';
import { readHello, tagged, tags, writePrefer } from '../../../../actors/peer/wire/hello.ts';
import { Initiator } from '../../../../actors/peer/wire/initiator.ts';
import { primitives } from '../../../../runtime/world/primitives.ts';
import fc from '../../../fast-check.ts';
import { optionsOf, pairOf, play, sentBy, wordOf } from './handshakes.ts';

const dialling = (): Initiator => {
  const initiator = new Initiator(optionsOf(primitives, 1));
  initiator.begin();
  return initiator;
};

describe('an initiator', () => {
  it('says hello again with the suite that is preferred, and offers the same', () => {
    const initiator = new Initiator(optionsOf(primitives, 1));
    const hellos = [initiator.begin(), initiator.receive(writePrefer(1))]
      .flatMap(sentBy)
      .map((message) => readHello(message));
    expect(hellos.map((hello) => [hello?.offered, hello?.chosen])).toEqual([
      [[2, 1], 2],
      [[2, 1], 1],
    ]);
  });

  it('is talked into no suite that it did not offer, and into none a second time', () => {
    const words = [[2], [7], [1, 1], [1, 2]].map((asked) => {
      const initiator = dialling();
      return asked.map((suite) => wordOf(initiator.receive(writePrefer(suite))));
    });
    expect(words).toEqual([['suite'], ['suite'], ['waiting', 'suite'], ['waiting', 'suite']]);
    expect(wordOf(dialling().receive(tagged(tags.prefer, new Uint8Array(3))))).toBe('malformed');
  });

  it.each([1, 4, 5, 0, 6, 255])('expects no message %i while it waits for a reply', (tag) => {
    const initiator = dialling();
    expect(wordOf(initiator.receive(tagged(tag, new Uint8Array(200))))).toBe('unexpected');
    expect(wordOf(initiator.receive(writePrefer(1)))).toBe('unexpected');
  });

  it('expects nothing more once live', () => {
    const sides = pairOf(primitives);
    const { messages } = play(sides);
    expect(messages.map((message) => wordOf(sides.initiator.receive(message)))).toEqual(
      messages.map(() => 'unexpected'),
    );
  });

  it('answers any bytes with a refusal, and never throws', () => {
    const any = fc.tuple(fc.nat({ max: 6 }), fc.uint8Array({ maxLength: 300, size: 'max' }));
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 3 }), (given) => {
        const initiator = dialling();
        const words = given.map(([tag, body]) => wordOf(initiator.receive(tagged(tag, body))));
        expect(words).not.toContain('live');
      }),
      { numRuns: 300 },
    );
  });
});
