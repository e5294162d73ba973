import { describe, expect, it } from 'vitest';
import { drawSequence } from '../../../../runtime/sim/property/mermaid.ts';

describe('a sequence diagram', () => {
  it('draws messages, broadcasts, what happens at one, and what happens to all', () => {
    const drawn = drawSequence([
      { atMs: 0, text: 'disk.full', to: [], isFault: true },
      { atMs: 1, text: 'vote', from: 'work/a', to: ['b'] },
      { atMs: 2, text: 'ask', from: 'b', to: ['work/a', 'c', 'd'] },
      { atMs: 3, text: 'leads', to: ['c'] },
    ]);
    expect(drawn).toBe(`sequenceDiagram
    participant p0 as work/a
    participant p1 as b
    participant p2 as c
    participant p3 as d
    Note over p0,p3: 0 ms disk.full
    p0->>p1: 1 ms vote
    Note over p1: 2 ms ask to 3
    Note over p2: 3 ms leads
`);
  });

  it('takes no text for syntax, and none for more than a line', () => {
    const text = 'a: 1; #2\n<b>\u0007';
    const drawn = drawSequence([{ atMs: 0, text, to: ['x;y'] }]);
    expect(drawn).toBe(`sequenceDiagram
    participant p0 as x#59;y
    Note over p0: 0 ms a#58; 1#59; #35;2 #lt;b#gt; 
`);
    const [, , long] = drawSequence([{ atMs: 0, text: 'x'.repeat(500), to: ['a'] }]).split('\n');
    expect(long).toBe(`    Note over p0: 0 ms ${'x'.repeat(115)}…`);
  });

  it('puts all beyond twelve participants together, and needs none', () => {
    const names = Array.from({ length: 14 }, (_, index) => `n${index}`);
    const drawn = drawSequence(names.map((name) => ({ atMs: 0, text: 'up', to: [name] })));
    expect(drawn.split('\n').filter((line) => /others|p12/.test(line))).toEqual([
      '    participant p12 as others',
      '    Note over p12: 0 ms up',
      '    Note over p12: 0 ms up',
    ]);
    expect(drawSequence([{ atMs: 5, text: 'late', to: [] }])).toBe(`sequenceDiagram
    participant p0 as run
    Note over p0: 5 ms late
`);
  });
});
