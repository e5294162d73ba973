import { describe, expect, it } from 'vitest';
import { Recent } from '../../../../actors/peer/door/recent.ts';

/** Each value is its own name. */
function remembering(max: number) {
  const recent = new Recent<string>(max);
  const use = (...names: readonly string[]): void => {
    for (const name of names) recent.use(name, () => name);
  };
  const kept = (names: string): string =>
    [...names].filter((name) => recent.find(name) !== undefined).join('');
  return { recent, use, kept };
}

describe('values that are remembered', () => {
  it('are made when there is none of the name', () => {
    const { recent } = remembering(4);
    expect([recent.use('a', () => '1'), recent.use('a', () => '2'), recent.find('b')]).toEqual([
      '1',
      '1',
      undefined,
    ]);
    expect(recent.size).toBe(1);
  });

  it('are so many at most: those used longest ago make room', () => {
    const { recent, use, kept } = remembering(4);
    use('a', 'b', 'c');
    expect([kept('abc'), recent.size]).toEqual(['abc', 3]);
    use('a', 'd');
    expect([kept('abcd'), recent.size]).toEqual(['acd', 3]);
  });

  it('are forgotten once they are over, wherever they are', () => {
    const { recent, use, kept } = remembering(4);
    use('a', 'b', 'c');
    recent.sweep((value) => value !== 'b');
    expect([kept('abc'), recent.size]).toEqual(['b', 1]);
    recent.clear();
    expect(recent.size).toBe(0);
  });
});
