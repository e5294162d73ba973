import { describe, expect, it } from 'vitest';
import {
  type ContinuityRecord,
  commitmentOf,
  signContinuity,
} from '../../../../actors/peer/wire/continuity.ts';
import {
  CHAIN_RECORDS_MAX,
  followChain,
  type KnownKey,
} from '../../../../actors/peer/wire/continuity-chain.ts';
import type { Primitives } from '../../../../actors/peer/wire/primitives.ts';
import { primitives } from '../../../../runtime/world/primitives.ts';
import { concat } from '../../../../storage/bytes.ts';
import fc from '../../../fast-check.ts';
import { chainOf, Owner } from './continuity.fixture.ts';

const seeds = Array.from({ length: 24 }, (_, at) => at + 1);
const owner = new Owner(primitives, seeds);
/** Has the keys up to number 3, and goes on from there with its own. */
const thief = new Owner(primitives, [1, 2, 3, 4, ...seeds.slice(4).map((seed) => seed + 100)]);

const never = (seq: number): KnownKey => ({ publicKey: owner.key(seq).publicKey, records: [] });
const seen = (...records: readonly ContinuityRecord[]): KnownKey => ({
  publicKey: records.at(-1)?.key ?? new Uint8Array(),
  records,
});

/** The number of the key that it leads to, or why it leads nowhere. */
function led(known: KnownKey, chain: Uint8Array, with_: Primitives = primitives): unknown {
  const found = followChain(with_, known, chain);
  return found.followed ? found.known.records.at(-1)?.seq : found.because;
}

const whole = chainOf(...owner.records(0, 4));

describe('a chain of records', () => {
  it('leads from every key that is in it to the last', () => {
    const from = [0, 1, 2, 3, 4].map((seq) => led(never(seq), whole));
    expect(from).toEqual([4, 4, 4, 4, 4]);
    expect(followChain(primitives, never(2), whole)).toEqual({
      followed: true,
      known: seen(...owner.records(2, 4)),
    });
  });

  it('leads on from what was seen, though it begins after that', () => {
    const known = seen(...owner.records(0, 2));
    expect(led(known, chainOf(...owner.records(3, 4)))).toBe(4);
    expect(led(known, whole)).toBe(4);
    expect(led(seen(...owner.records(0, 4)), whole)).toBe(4);
  });

  it('has 16 records at most, and as many are kept', () => {
    const long = owner.records(0, 18);
    const last = chainOf(...long.slice(-CHAIN_RECORDS_MAX));
    expect([led(never(0), chainOf(...long.slice(0, 17))), led(never(3), last)]).toEqual([
      'malformed',
      18,
    ]);
    const followed = followChain(primitives, seen(...long.slice(0, 10)), last);
    expect(followed).toEqual({ followed: true, known: seen(...long.slice(-16)) });
  });

  it('costs two signatures for each record that is new, and none for strangers', () => {
    let verified = 0;
    const counting: Primitives = {
      ...primitives,
      verify: (...args) => {
        verified += 1;
        return primitives.verify(...args);
      },
    };
    const costOf = (known: KnownKey, chain: Uint8Array): number => {
      verified = 0;
      led(known, chain, counting);
      return verified;
    };
    const stranger: KnownKey = { publicKey: new Uint8Array(32).fill(9), records: [] };
    expect([
      costOf(stranger, whole),
      costOf(seen(...owner.records(0, 4)), whole),
      costOf(seen(...owner.records(0, 2)), whole),
      costOf(never(0), whole),
    ]).toEqual([0, 0, 4, 10]);
  });

  it.each([
    ['nothing', new Uint8Array(), 'malformed'],
    ['half a record', whole.subarray(0, whole.length - 100), 'malformed'],
    ['a record left out', chainOf(owner.record(0), owner.record(2)), 'order'],
    ['records in another order', chainOf(owner.record(1), owner.record(0)), 'order'],
    ['a record twice', chainOf(owner.record(0), owner.record(0)), 'order'],
    ['another beginning', chainOf(...owner.records(1, 3)), 'unknown'],
  ])('leads nowhere with %s', (_, chain, because) => {
    expect(led(never(0), chain)).toBe(because);
  });

  it('leads nowhere from what was seen if what lies between is missing', () => {
    expect(led(seen(owner.record(0)), chainOf(owner.record(2)))).toBe('gap');
  });

  it('is old if it ends before what was seen', () => {
    const known = seen(...owner.records(0, 3));
    expect(led(known, chainOf(...owner.records(0, 2)))).toBe('replayed');
  });

  it('is believed as it was seen first', () => {
    const known = seen(...owner.records(0, 3));
    const forked = chainOf(...owner.records(0, 2), thief.record(3), thief.record(4));
    expect([led(known, forked), led(never(0), forked)]).toEqual(['forked', 4]);
  });

  it('leads nowhere by a key that was not committed to', () => {
    const stolen = new Owner(primitives, [1, 2, 103]);
    const chain = chainOf(owner.record(0), owner.record(1), stolen.record(2));
    expect(led(never(0), chain)).toBe('commitment');
  });

  it('leads nowhere by a key that had its time', () => {
    const back = new Owner(primitives, [1, 2, 1, 4]);
    expect(led(never(0), chainOf(...back.records(0, 2)))).toBe('commitment');
  });

  it('leads nowhere back in time', () => {
    const early = { notBeforeMs: 1, previousUntilMs: 2, notAfterMs: 3 };
    const chain = chainOf(owner.record(0), owner.record(1), owner.record(2, early));
    expect(led(never(0), chain)).toBe('time');
  });

  it('leads nowhere by a record of another chain', () => {
    const other = new Owner(primitives, [61, 62, 3, 4]);
    const chain = chainOf(owner.record(0), owner.record(1), other.record(2));
    expect(led(never(0), chain)).toBe('order');
  });

  it('is forged with any byte of it changed, wherever it is followed from', () => {
    const at = fc.nat({ max: whole.length - 1 });
    const known = fc.constantFrom(never(0), seen(owner.record(0)));
    fc.assert(
      fc.property(at, fc.integer({ min: 1, max: 255 }), known, (where, flip, from) => {
        const changed = whole.with(where, (whole[where] ?? 0) ^ flip);
        expect(followChain(primitives, from, changed).followed).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it('is bytes or none, and never an exception', () => {
    const bytes = fc.uint8Array({ maxLength: 600 });
    fc.assert(
      fc.property(bytes, (given) => {
        expect(followChain(primitives, never(0), concat(whole, given)).followed).toBe(
          given.length === 0,
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe('a revocation', () => {
  const revocation = owner.record(3, { kind: 'revocation', next: owner.record(3).next });
  const stolen = [...owner.records(0, 2), thief.record(3), thief.record(4)];

  it('takes the place of a rotation of its number, and of all after that', () => {
    const mended = chainOf(...owner.records(1, 2), revocation, owner.record(4));
    expect(followChain(primitives, seen(...stolen), mended)).toEqual({
      followed: true,
      known: seen(...owner.records(0, 2), revocation, owner.record(4)),
    });
  });

  it('stands if the rotation comes after it', () => {
    const known = seen(...owner.records(0, 2), revocation);
    expect(led(known, chainOf(...stolen))).toBe('revoked');
    expect(followChain(primitives, known, chainOf(revocation, owner.record(4)))).toEqual({
      followed: true,
      known: seen(...owner.records(0, 2), revocation, owner.record(4)),
    });
  });

  it('is not taken from whoever has no key of it', () => {
    const { kind, seq, notBeforeMs, previousUntilMs, notAfterMs } = revocation;
    const times = { notBeforeMs, previousUntilMs, notAfterMs };
    const next = commitmentOf(primitives, thief.key(4).publicKey);
    const stranger = thief.key(9);
    const fields = { kind, seq, next, ...times };
    const known = seen(...owner.records(0, 3));
    const forged = signContinuity(fields, owner.key(2), stranger);
    const unsigned = { ...revocation, bytes: revocation.bytes.with(252, 0).with(251, 0) };
    expect([
      led(known, chainOf(forged)),
      led(known, chainOf(unsigned)),
      led(known, chainOf(signContinuity(fields, stranger, owner.key(3)))),
    ]).toEqual(['commitment', 'signature', 'commitment']);
  });

  it('is believed as it was seen first, too', () => {
    const known = seen(...owner.records(0, 2), revocation);
    const other = thief.record(3, { kind: 'revocation' });
    expect(led(known, chainOf(other))).toBe('forked');
  });
});
