import { expect, it } from 'vitest';
import {
  keyChange,
  keys,
  masterChange,
  revokedKey,
  rotatedKey,
} from '../../../runtime/options/keys.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

it('an identity key is used for 30 days, overlaps for a week and is kept for 90 days', () => {
  const usual = { identityMs: 30 * DAY_MS, overlapMs: 7 * DAY_MS, archiveMs: 90 * DAY_MS };
  expect(keys.parse({})).toEqual(usual);
  const often = { identityMs: HOUR_MS, overlapMs: 0, archiveMs: 0 };
  expect(keys.parse(often)).toEqual(often);
});

it.each([
  ['identityMs', HOUR_MS - 1],
  ['identityMs', 3_650 * DAY_MS + 1],
  ['overlapMs', -1],
  ['overlapMs', 30 * DAY_MS + 1],
  ['archiveMs', 0.5],
  ['sessionMs', DAY_MS],
])('keys that last for no sensible time are refused: %s %d', (name, value) => {
  expect(keys.safeParse({ [name]: value }).success).toBe(false);
});

it('a change of keys has a purpose and a reason', () => {
  expect(keyChange.parse({})).toEqual({ reason: 'an operator asked for it' });
  expect(keyChange.safeParse({ reason: 'x'.repeat(1_001) }).success).toBe(false);
  const taken = ['identity', 'audit', 'session', 'master'].map((purpose) => [
    rotatedKey.safeParse(purpose).success,
    revokedKey.safeParse(purpose).success,
  ]);
  expect(taken).toEqual([
    [true, true],
    [true, false],
    [true, false],
    [true, false],
  ]);
  const to = { env: 'NEXT_KEY' };
  const reason = 'an operator asked for it';
  expect(masterChange.parse({ to })).toEqual({ to, reason });
  expect(masterChange.safeParse({}).success).toBe(false);
});
