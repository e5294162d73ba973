import { describe, expect, it } from 'vitest';
import {
  CONTINUITY_BYTES,
  commitmentOf,
  isSigned,
  OVERLAP_MS_MAX,
  readContinuity,
  signContinuity,
} from '../../../../actors/peer/wire/continuity.ts';
import { concat, hex, sha256, text, u32, u64 } from '../../../../storage/bytes.ts';
import fc from '../../../fast-check.ts';
import { backends } from './backends.ts';
import { Owner } from './continuity.fixture.ts';

describe.each(backends)('a continuity record by %s', (_, primitives) => {
  const owner = new Owner(primitives, [1, 2, 3]);
  const next = sha256(text('holdfast/v1/commitment'), owner.key(2).publicKey);
  const times = { notBeforeMs: 5, previousUntilMs: 6, notAfterMs: 7 };
  const fields = { kind: 'rotation' as const, seq: 1, ...times, next };

  it('has the bytes that the specification says', () => {
    const [old, young] = [owner.key(0), owner.key(1)];
    const bodyOf = (kind: number, ...until: readonly number[]) =>
      concat(Uint8Array.of(kind), u32(1), old.publicKey, young.publicKey, ...until.map(u64), next);
    const [rotation, revocation] = [bodyOf(1, 5, 6, 7), bodyOf(2, 5, 5, 7)];
    const signedBy = (domain: string, by: number, body: Uint8Array) =>
      concat(text(`holdfast/v1/${domain}`), Uint8Array.of(by), body);
    expect(signContinuity(fields, old, young).bytes).toEqual(
      concat(
        rotation,
        old.sign(signedBy('rotation', 0, rotation)),
        young.sign(signedBy('rotation', 1, rotation)),
      ),
    );
    const revoked = { ...fields, kind: 'revocation', previousUntilMs: 5 } as const;
    expect(signContinuity(revoked, old, young).bytes).toEqual(
      concat(
        revocation,
        old.sign(signedBy('revocation', 0, revocation)),
        young.sign(signedBy('revocation', 1, revocation)),
      ),
    );
  });

  it('is read as it was signed, and has both signatures', () => {
    const keys = { previous: owner.key(0).publicKey, key: owner.key(1).publicKey };
    const { bytes } = signContinuity(fields, owner.key(0), owner.key(1));
    const record = readContinuity(bytes);
    expect(record).toEqual({ ...fields, ...keys, bytes });
    expect(record && isSigned(primitives, record)).toBe(true);
  });

  it('commits to the next key, which nobody learns of it', () => {
    const key = owner.key(2).publicKey;
    expect(commitmentOf(primitives, key)).toEqual(next);
    expect(hex(owner.record(1).bytes)).not.toContain(hex(key));
  });

  it('is forged with any byte changed', () => {
    const { bytes } = owner.record(1);
    const at = fc.nat({ max: CONTINUITY_BYTES - 1 });
    fc.assert(
      fc.property(at, fc.integer({ min: 1, max: 255 }), (where, flip) => {
        const changed = readContinuity(bytes.with(where, (bytes[where] ?? 0) ^ flip));
        expect(changed === undefined || !isSigned(primitives, changed)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('is none with another length, and never an exception', () => {
    const { bytes } = owner.record(1);
    expect([
      readContinuity(bytes.subarray(1)),
      readContinuity(concat(bytes, Uint8Array.of(0))),
      readContinuity(new Uint8Array()),
    ]).toEqual([undefined, undefined, undefined]);
    const whole = fc.uint8Array({ minLength: CONTINUITY_BYTES, maxLength: CONTINUITY_BYTES });
    fc.assert(fc.property(whole, (given) => void readContinuity(given)));
  });
});

describe.each(backends)('no continuity record by %s', (_, primitives) => {
  const owner = new Owner(primitives, [1, 2, 3]);
  const next = owner.record(1).next;
  const times = { notBeforeMs: 5, previousUntilMs: 6, notAfterMs: 7 };
  const fields = { kind: 'rotation' as const, seq: 1, ...times, next };

  it.each([
    ['an inception of a later number', { kind: 'inception' }],
    ['the time turned round', { notAfterMs: 5 }],
    ['an overlap that ends before it begins', { previousUntilMs: 4 }],
    ['an overlap of more than 30 days', { previousUntilMs: 6 + OVERLAP_MS_MAX }],
    ['an overlap after a revocation', { kind: 'revocation' }],
    ['a rotation of number 0', { seq: 0 }],
  ] as const)('cannot be signed with %s', (_, changed) => {
    const sign = () => signContinuity({ ...fields, ...changed }, owner.key(0), owner.key(1));
    expect(sign).toThrow(RangeError);
  });

  it('cannot be signed for a key that follows itself, or for a first one of two keys', () => {
    const inception = { ...fields, kind: 'inception', seq: 0, previousUntilMs: 5 } as const;
    expect(() => signContinuity(fields, owner.key(1), owner.key(1))).toThrow(RangeError);
    expect(() => signContinuity(inception, owner.key(0), owner.key(1))).toThrow(RangeError);
  });

  it('is none with a key of small order', () => {
    const { bytes } = owner.record(1);
    const small = Uint8Array.of(1, ...new Uint8Array(31));
    expect(readContinuity(concat(bytes.slice(0, 37), small, bytes.slice(69)))).toBeUndefined();
  });
});
