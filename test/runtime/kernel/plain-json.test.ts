import { describe, expect, it } from 'vitest';
import { notPlain } from '../../../runtime/kernel/plain-json.ts';
import fc from '../../fast-check.ts';

class Money {
  readonly cents = 5;
}

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
};

const loop: { again?: unknown } = {};
loop.again = loop;

describe('plain JSON', () => {
  it('is whatever comes back from JSON as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(notPlain(value)).toBeUndefined();
      }),
    );
  });

  it('may lack a field that is undefined, and have one without a prototype', () => {
    expect(notPlain({ error: undefined, context: Object.create(null) })).toBeUndefined();
  });

  it.each([
    [{ context: { when: new Date(0) } }, 'context.when is a Date'],
    [{ a: new Map() }, 'a is a Map'],
    [{ a: new Money() }, 'a is a Money'],
    [{ a: Object.create({ b: 1 }) }, 'a is a Object'],
    [{ a: [1, undefined] }, 'a[1] is undefined'],
    [{ a: [{ b: () => 1 }] }, 'a[0].b is a function'],
    [{ a: Symbol('a') }, 'a is a symbol'],
    [{ a: 5n }, 'a is a bigint'],
    [{ a: Number.NaN }, 'a is NaN'],
    [{ a: -Infinity }, 'a is -Infinity'],
    [loop, 'it is more than 200 deep'],
    [nested(201), 'it is more than 200 deep'],
    [Array(100_000).fill(0), 'it is too large'],
    [['x'.repeat(1_000_001), 1], 'it is too large'],
  ])('is not %#', (value, because) => {
    expect(notPlain(value)).toBe(because);
  });

  it('may be 200 deep', () => {
    expect(notPlain(nested(200))).toBeUndefined();
  });
});
