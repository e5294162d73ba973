import { describe, expect, it } from 'vitest';
import { Lines } from '../../runtime/lines.ts';
import { refusalOf } from './options/refusal.ts';

const take = (lines: Lines, ...pieces: readonly string[]): readonly string[] =>
  pieces.flatMap((piece) => [...lines.take(Buffer.from(piece))]);

describe('lines', () => {
  it('are put together from pieces, and taken apart from one', () => {
    expect(take(new Lines(9), 'a', 'b\nc\n\nde', '', 'f\ng')).toEqual(['ab', 'c', '', 'def']);
  });

  it('keep a character that was cut in two', () => {
    const [whole] = [Buffer.from('ü\n')];
    const lines = new Lines(9);
    const taken = [whole.subarray(0, 1), whole.subarray(1)].flatMap((each) => [
      ...lines.take(each),
    ]);
    expect(taken).toEqual(['ü']);
  });

  it('have a limit, whether they end or not', () => {
    const refused = 'RangeError: a line must have at most 4 bytes';
    expect(take(new Lines(4), '1234', '\n', '1234\n')).toEqual(['1234', '1234']);
    expect(refusalOf(() => take(new Lines(4), '12', '345'))).toBe(refused);
    expect(refusalOf(() => take(new Lines(4), '12345\n'))).toBe(refused);
  });

  it('come before the one that is too long', () => {
    const taken: string[] = [];
    const refused = refusalOf(() => {
      for (const line of new Lines(4).take(Buffer.from('a\n12345\nb\n'))) taken.push(line);
    });
    expect([taken, refused]).toEqual([['a'], 'RangeError: a line must have at most 4 bytes']);
  });
});
