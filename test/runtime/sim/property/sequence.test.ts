import { describe, expect, it } from 'vitest';
import { sequenceOf } from '../../../../runtime/sim/property/sequence.ts';
import type { TraceLine } from '../../../../runtime/sim/trace.ts';

const note = (atMs: number, text: string, fields: Readonly<Record<string, string | number>>) =>
  ({ atMs, process: 1, kind: 'note', text, fields }) as const;

const fact = (atMs: number, id: string, type: string, subject: string, causationid?: string) =>
  ({
    ...{ atMs, process: 1, kind: 'fact', id, type, subject, data: {} },
    ...(causationid === undefined ? {} : { causationid }),
  }) as const satisfies TraceLine;

const violated = (atMs: number, detail: string): TraceLine => ({
  ...{ atMs, process: 1, kind: 'violation', invariant: 'one leader', detail },
});

const end = (atMs: number, detail: string) => ({
  ...{ atMs, text: `VIOLATION one leader: ${detail}`, to: [], isFault: true },
});

describe('the sequence of a failure', () => {
  it('holds those who had part in it, and nothing that came after', () => {
    const scenes = sequenceOf([
      note(1, 'hello', { from: 'd', to: 'e' }),
      note(2, 'vote', { from: 'c', to: 'b', term: 1 }),
      note(3, 'vote', { from: 'b', to: 'a' }),
      note(4, 'vote', { from: 'a', to: 'd' }),
      note(5, 'leads', { at: 'a' }),
      note(5, 'rain', { at: 'e' }),
      violated(6, 'a leads twice'),
      note(7, 'late', { at: 'a' }),
      violated(8, 'd leads'),
    ]);
    expect(scenes).toEqual([
      { atMs: 2, text: 'vote term=1', from: 'c', to: ['b'] },
      { atMs: 3, text: 'vote', from: 'b', to: ['a'] },
      { atMs: 5, text: 'leads', to: ['a'] },
      end(6, 'a leads twice'),
    ]);
  });

  it('tells machines apart, whatever is the same on them', () => {
    const on = (machine: string, line: TraceLine): TraceLine => ({ ...line, machine });
    const [a, b] = ['10.0.0.1', '10.0.0.2'];
    const scenes = sequenceOf([
      on(a, fact(1, 'x1', 'actor.failed', 'shop/mail')),
      on(b, fact(1, 'x1', 'actor.failed', 'shop/till')),
      on(b, note(1, 'rain', {})),
      on(a, note(1, 'snow', {})),
      on(a, fact(2, 'x2', 'supervisor.decided', 'work', 'x1')),
      violated(5, `${a}/work and ${a} gave up`),
    ]);
    expect(scenes).toEqual([
      { atMs: 1, text: 'actor.failed', to: [`${a}/shop/mail`] },
      { atMs: 1, text: 'snow', to: [a] },
      { atMs: 2, text: 'supervisor.decided', from: `${a}/shop/mail`, to: [`${a}/work`] },
      end(5, `${a}/work and ${a} gave up`),
    ]);
  });

  it('follows facts to those that caused them, and leaves logs out', () => {
    const scenes = sequenceOf([
      fact(1, 'x1', 'actor.failed', 'work/mail'),
      { ...{ atMs: 1, process: 1, kind: 'log', level: 'warn', fields: {} }, message: 'failed' },
      fact(2, 'x2', 'supervisor.decided', 'work', 'x1'),
      fact(3, 'x3', 'actor.started', 'other'),
      { ...fact(3, 'x5', 'actor.failed', 'work', 'x1'), process: 2 },
      fact(4, 'x4', 'supervisor.told', 'work', 'x2'),
      violated(5, 'work gave up'),
    ]);
    expect(scenes).toEqual([
      { atMs: 1, text: 'actor.failed', to: ['work/mail'] },
      { atMs: 2, text: 'supervisor.decided', from: 'work/mail', to: ['work'] },
      { atMs: 3, text: 'actor.failed', to: ['work'] },
      { atMs: 4, text: 'supervisor.told', to: ['work'] },
      end(5, 'work gave up'),
    ]);
  });

  it('begins with whom something happened to last, if the violation names nobody', () => {
    const scenes = sequenceOf([
      note(1, 'rain', { at: 'e' }),
      note(2, 'go', { from: 'a', to: 'b' }),
      violated(3, 'too late'),
    ]);
    expect(scenes).toEqual([{ atMs: 2, text: 'go', from: 'a', to: ['b'] }, end(3, 'too late')]);
    const bare = [note(1, 'rain', { at: 'e' }), note(2, 'it is up', {}), violated(3, 'late')];
    expect(sequenceOf(bare)).toEqual([
      { atMs: 2, text: 'it is up', to: ['process 1'] },
      end(3, 'late'),
    ]);
  });

  it('tells the moves of a machine, of the last one if the violation names nobody', () => {
    const move = (atMs: number, subject: string, ...transitions: string[]): TraceLine => ({
      ...{ atMs, process: 1, kind: 'move', subject, transitions },
    });
    const moves = [
      move(1, 'hall/lamp', 'off press -> on'),
      move(2, 'shop/till', 'idle order -> paying'),
      move(5, 'shop/till', 'paying late -> retry', 'retry -> paying'),
      note(9, 'all faults have healed', {}),
    ];
    const told = [
      { atMs: 2, text: 'idle order -> paying', to: ['shop/till'] },
      { atMs: 5, text: 'paying late -> retry, retry -> paying', to: ['shop/till'] },
    ];
    const healed = { atMs: 9, text: 'all faults have healed', to: ['process 1'] };
    expect(sequenceOf([...moves, violated(9, 'paid twice')])).toEqual([
      ...told,
      healed,
      end(9, 'paid twice'),
    ]);
    expect(sequenceOf([...moves, violated(9, 'shop/till stays')])).toEqual([
      ...told,
      end(9, 'shop/till stays'),
    ]);
  });

  it('keeps faults, of whomever', () => {
    const at = { process: 1, kind: 'fault' } as const;
    const scenes = sequenceOf([
      { ...at, atMs: 1, fault: { kind: 'process.crash', atMs: 1, downMs: 9 } },
      { ...at, atMs: 2, fault: { kind: 'disk.rot', atMs: 2, file: 0, offset: 3 }, hit: 'log/1' },
      { ...at, atMs: 3, fault: { kind: 'site', site: 'bank is slow', nth: 2 } },
      violated(4, 'x'),
    ]);
    const fault = { to: [], isFault: true };
    expect(scenes).toEqual([
      { ...fault, atMs: 1, text: 'process.crash, downMs 9' },
      { ...fault, atMs: 2, text: 'disk.rot, file 0, offset 3 hits log/1' },
      { ...fault, atMs: 3, text: 'bank is slow, visit 2' },
      end(4, 'x'),
    ]);
  });

  it('folds a broadcast, from three on, and what happens again and again', () => {
    const cast = ['b', 'c', 'd'].map((to) => note(1, 'ask', { from: 'a', to }));
    const scenes = sequenceOf([
      ...cast,
      note(2, 'ask', { from: 'a', to: 'b' }),
      note(2, 'ask', { from: 'a', to: 'c' }),
      note(2, 'rest', { at: 'a' }),
      note(2, 'rest', { at: 'a' }),
      note(3, 'beat', { at: 'a' }),
      note(4, 'beat', { at: 'a' }),
      note(5, 'beat', { at: 'a' }),
      violated(6, 'a b c d'),
    ]);
    expect(scenes).toEqual([
      { atMs: 1, text: 'ask', from: 'a', to: ['b', 'c', 'd'] },
      { atMs: 2, text: 'ask', from: 'a', to: ['b'] },
      { atMs: 2, text: 'ask', from: 'a', to: ['c'] },
      { atMs: 2, text: 'rest', to: ['a'] },
      { atMs: 2, text: 'rest', to: ['a'] },
      { atMs: 3, text: 'beat (3 times, until 5 ms)', to: ['a'] },
      end(6, 'a b c d'),
    ]);
  });

  it('says how much it leaves out of a long story', () => {
    const trace = Array.from({ length: 50 }, (_, atMs) => note(atMs, `step ${atMs}`, { at: 'a' }));
    const scenes = sequenceOf([...trace, violated(60, 'a')]);
    expect(scenes.map(({ text }) => text)).toEqual([
      '10 earlier steps',
      ...trace.slice(10).map(({ text }) => text),
      'VIOLATION one leader: a',
    ]);
  });
});
