import { describe, expect, it } from 'vitest';
import { sequenceOf } from '../../../../runtime/inspector/page/sequence.ts';
import { sequenceMermaid, timesText } from '../../../../runtime/inspector/page/sequence-mermaid.ts';
import fc from '../../../fast-check.ts';
import { event, fact, move, note } from './happened.ts';

const always = { fromMs: 0, toMs: Number.POSITIVE_INFINITY };

describe('a sequence as Mermaid', () => {
  it('has arrows, causes, notes, rounds and what was left out', () => {
    const round = (atMs: number) => [event(atMs, 'a', 'b', 'ask'), event(atMs, 'b', 'a', 'tell')];
    const sequence = sequenceOf(
      [
        note(0, 'up'),
        event(1, undefined, 'a', 'go'),
        event(2, 'a', 'b', 'shut'),
        move(4, 'b', 'shut'),
        fact(5, 'custom.a', 'a', {}, { id: '1' }),
        fact(5, 'custom.b', 'b', {}, { causationid: '1' }),
        ...[10, 20, 30].flatMap(round),
        event(40, 'a', 'b', 'beat', 7),
      ],
      ['a', 'b'],
      always,
    );
    expect(sequenceMermaid({ ...sequence, earlier: 3 })).toBe(`sequenceDiagram
    actor outside
    participant p0 as a
    participant p1 as b
    Note over p0,p1: 3 earlier steps are left out
    Note over p0,p1: 0 ms up
    outside->>p0: 1 ms go
    p0->>p1: 2→4 ms shut, then shut
    Note over p0: 5 ms custom.a
    p0-->>p1: 5 ms custom.b
    loop 3 times
        p0->>p1: 10 ms ask
        p1->>p0: 10 ms tell
    end
    p0->>p1: 40 ms, ×7 beat
`);
  });

  it('takes no name for syntax, and none for more than a line', () => {
    const hostile = 'a;b#c:d\nNote over p0: <x>\u2028\u0007';
    const sequence = sequenceOf([event(1, hostile, 'end', hostile)], [hostile, 'end'], always);
    expect(sequenceMermaid(sequence)).toBe(`sequenceDiagram
    participant p0 as a#59;b#35;c#58;d Note over p0#58; #lt;x#gt;
    participant p1 as end.
    p0->>p1: 1 ms a#59;b#35;c#58;d Note over p0#58; #lt;x#gt;
`);
  });

  it('has one line for each thing it says, whatever the names are', () => {
    const shape =
      /^(sequenceDiagram| {4}(participant p\d+ as [^;:\n]+|(p\d+|outside)->>p\d+: [^;:\n]+))?$/;
    const name = fc.string({ unit: 'grapheme', maxLength: 200 });
    fc.assert(
      fc.property(name, name, (one, other) => {
        fc.pre(one !== other);
        const lines = [event(1, one, other, other), event(2, other, one, one)];
        const drawn = sequenceMermaid(sequenceOf(lines, [one, other], always)).split('\n');
        const plain = drawn.map((line) => line.replace(/#(\d+|[lg]t);/g, ''));
        expect(plain.filter((line) => !shape.test(line))).toEqual([]);
        expect(drawn).toHaveLength(6);
      }),
    );
  });
});

describe('the time of a scene', () => {
  it('is a moment, a way, or the first and the last of many', () => {
    const sequence = sequenceOf(
      [event(1.4, 'a', 'b', 'x'), event(2, 'a', 'b', 'y'), event(9, 'a', 'b', 'y')],
      ['a', 'b'],
      always,
    );
    expect(sequence.scenes.map((scene) => scene.is !== 'loop' && timesText(scene))).toEqual([
      '1 ms',
      '2–9 ms, ×2',
    ]);
  });
});
