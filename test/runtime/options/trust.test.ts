import { describe, expect, it } from 'vitest';
import { stranger } from '../../../machines/trust.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import {
  banOptions,
  grantOptions,
  judgement,
  savedTrust,
  signalOf,
  unbanOptions,
} from '../../../runtime/options/trust.ts';
import { refusalOf } from './refusal.ts';

describe('what an operator decides about a peer', () => {
  it.each([
    [grantOptions, { level: 'king' }, 'RangeError: it.level must be one of untrusted, basic, '],
    [grantOptions, {}, 'TypeError: it.level must be one of'],
    [grantOptions, { level: 'basic', forMs: 1 }, 'TypeError: it.forMs is not an option'],
    [banOptions, { forMs: 1 }, 'TypeError: it.reason must be a text'],
    [banOptions, { forMs: 0, reason: 'x' }, 'RangeError: it.forMs must be a whole number from 1'],
    [banOptions, { forMs: 1.5, reason: 'x' }, 'RangeError: it.forMs must be a whole number'],
    [unbanOptions, 7, 'TypeError: it must be an object'],
  ])('is no %#', (schema, given, refusal) => {
    expect(refusalOf(() => readOptions(schema, 'it', given))).toContain(refusal);
  });

  it('has a reason, given or not', () => {
    expect([grantOptions.parse({ level: 'basic' }), unbanOptions.parse({})]).toEqual([
      { level: 'basic', reason: 'asked for' },
      { reason: 'asked for' },
    ]);
  });
});

describe('trust that was saved', () => {
  const saved = { v: 1, ...stranger };

  it('is what it was', () => {
    expect(savedTrust.parse(JSON.parse(JSON.stringify(saved)))).toEqual(stranger);
  });

  it.each([
    { v: 2 },
    { earned: -1 },
    { penalty: 101 },
    { penalty: Number.NaN },
    { atMs: '5' },
    { earnings: { sinceMs: 0 } },
    { granted: 'king' },
    { bannedUntilMs: Number.POSITIVE_INFINITY },
    { bans: -1 },
    { bans: 0.5 },
    { more: 1 },
  ])('is refused with %j', (wrong) => {
    expect(savedTrust.safeParse({ ...saved, ...wrong }).success).toBe(false);
  });
});

describe('the record of a judgement', () => {
  const before = stranger;
  const rest = { atMs: 7, score: 50, level: 'basic', earnedMax: 70, bannedUntilMs: 0, before };

  it.each([
    [{ signal: 'payload.invalid' }, { atMs: 7, type: 'payload.invalid', times: undefined }],
    [
      { signal: 'rate.exceeded', times: 3 },
      { atMs: 7, type: 'rate.exceeded', times: 3 },
    ],
    [
      { signal: 'rules.violated', rule: 'x' },
      { atMs: 7, type: 'rules.violated' },
    ],
    [{ signal: 'peer.unbanned' }, { atMs: 7, type: 'peer.unbanned' }],
    [
      { signal: 'peer.banned', forMs: 9 },
      { atMs: 7, type: 'peer.banned', forMs: 9 },
    ],
    [
      { signal: 'level.granted', granted: 'critical' },
      { atMs: 7, type: 'level.granted', level: 'critical' },
    ],
  ])('%j has the signal %j', (record, signal) => {
    expect(signalOf(judgement.parse({ ...rest, ...record }))).toEqual(signal);
  });

  it.each([{}, { signal: 'told.by.others' }, { signal: 'peer.banned' }])('is not %j', (record) => {
    expect(judgement.safeParse({ ...rest, ...record }).success).toBe(false);
  });
});
