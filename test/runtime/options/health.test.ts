import { describe, expect, it } from 'vitest';
import { checkName, healthOptions } from '../../../runtime/options/health.ts';

describe('a check of an embedder', () => {
  it('runs every 30 s for 5 s at most, and affects nothing unless told', () => {
    expect(healthOptions.parse({})).toEqual({
      ...{ everyMs: 30_000, timeoutMs: 5_000, affects: 'nothing' },
    });
  });

  it.each(['db', 'a', 'orders.db-2', `a${'b'.repeat(63)}`])('may be called %s', (name) => {
    expect(checkName.safeParse(name).success).toBe(true);
  });

  it.each(['', 'Db', '2db', 'a b', 'a\n', 'a/b', 'a"', 'ä', `a${'b'.repeat(64)}`, 7, undefined])(
    'may not be called %o',
    (name) => {
      expect(checkName.safeParse(name).success).toBe(false);
    },
  );
});
