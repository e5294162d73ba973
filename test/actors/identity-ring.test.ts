import { describe, expect, it } from 'vitest';
import {
  begunRing,
  chainOf,
  movedRing,
  mustLead,
  signerOf,
  turnedRing,
} from '../../actors/identity-ring.ts';
import { readContinuity } from '../../actors/peer/wire/continuity.ts';
import { followChain } from '../../actors/peer/wire/continuity-chain.ts';
import { primitives } from '../../runtime/world/primitives.ts';
import type { KeyRing } from '../../storage/key-ring.ts';
import fc from '../fast-check.ts';
import { codeOf, drawn, secretOf } from '../storage/sealing.ts';

const maker = () => ({ primitives, random: drawn(), firstSeed: secretOf(1) });
const turn = { nowMs: 1_000, lastsMs: 100, overlapMs: 10 };

const statesOf = ({ keys }: KeyRing) => keys.map(({ seq, state }) => `${seq} ${state}`).join(', ');
const recordsOf = ({ keys }: KeyRing) => keys.flatMap(({ record }) => readContinuity(record) ?? []);

describe('the keys of an identity', () => {
  it('begin with the one that is derived, and one that nobody else has', () => {
    const tools = maker();
    const ring = begunRing(tools, turn);
    expect([statesOf(ring), ring.keys.map(({ seed }) => seed === undefined)]).toEqual([
      '0 present, 1 next',
      [true, false],
    ]);
    expect(recordsOf(ring)).toMatchObject([
      { kind: 'inception', seq: 0, notBeforeMs: 1_000, previousUntilMs: 1_000, notAfterMs: 1_100 },
    ]);
    expect(recordsOf(ring)[0]?.key).toEqual(primitives.identityKey(secretOf(1)).publicKey);
  });

  it('take turns: the old one overlaps, or is destroyed if it was revoked', () => {
    const tools = maker();
    const begun = begunRing(tools, turn);
    const rotated = turnedRing(tools, begun, 'rotation', { ...turn, nowMs: 2_000 });
    const revoked = turnedRing(tools, rotated, 'revocation', { ...turn, nowMs: 3_000 });
    expect([rotated, revoked].map(statesOf)).toEqual([
      '0 overlapping, 1 present, 2 next',
      '0 archived, 1 destroyed, 2 present, 3 next',
    ]);
    expect([begun, rotated, revoked].map(({ generation }) => generation)).toEqual([1, 2, 3]);
    expect(recordsOf(revoked).slice(1)).toMatchObject([
      { kind: 'rotation', seq: 1, notBeforeMs: 2_000, previousUntilMs: 2_010, notAfterMs: 2_100 },
      { kind: 'revocation', seq: 2, previousUntilMs: 3_000 },
    ]);
    const seeds = revoked.keys.map((key) => codeOf(() => signerOf(tools, key)));
    expect(seeds).toEqual(['whole', 'KEY_MISSING', 'whole', 'whole']);
  });

  it('are never used earlier than the one before, though a clock is turned back', () => {
    const tools = maker();
    const rotated = turnedRing(tools, begunRing(tools, turn), 'rotation', { ...turn, nowMs: 5 });
    expect(recordsOf(rotated)[1]).toMatchObject({ notBeforeMs: 1_000, previousUntilMs: 1_010 });
    mustLead(tools, rotated);
  });

  it('are archived and destroyed, and the records of those that were stay', () => {
    const tools = maker();
    const rotated = turnedRing(tools, begunRing(tools, turn), 'rotation', turn);
    const archived = movedRing(rotated, 'archived', [0], 7);
    const destroyed = movedRing(archived, 'destroyed', [0], 8);
    expect([archived, destroyed].map((ring) => [statesOf(ring), ring.keys[0]?.sinceMs])).toEqual([
      ['0 archived, 1 present, 2 next', 7],
      ['0 destroyed, 1 present, 2 next', 8],
    ]);
    mustLead(tools, destroyed);
  });

  it('lead whoever knows one of the last 16 to the present one, however they changed', () => {
    const kinds = fc.array(fc.constantFrom('rotation' as const, 'revocation' as const), {
      maxLength: 24,
    });
    fc.assert(
      fc.property(kinds, (turns) => {
        const tools = maker();
        let ring = begunRing(tools, turn);
        for (const kind of turns) {
          ring = turnedRing(tools, ring, kind, turn);
          mustLead(tools, ring);
        }
        const records = recordsOf(ring).slice(-16);
        for (const { key } of records) {
          const known = { publicKey: key, records: [] };
          const found = followChain(primitives, known, chainOf(ring));
          expect(found.followed && found.known.records.at(-1)?.seq).toBe(turns.length);
        }
        expect(ring.keys.length).toBeLessThanOrEqual(26);
      }),
      { numRuns: 8 },
    );
  });

  it('take turns as often as they have to: of more than 64 the oldest have to go', () => {
    const tools = maker();
    let ring = begunRing(tools, turn);
    for (let nth = 0; nth < 70; nth++) {
      ring = turnedRing(tools, ring, 'rotation', turn);
      mustLead(tools, ring);
    }
    expect(statesOf(ring).split(', ')).toEqual([
      ...Array.from({ length: 62 }, (_, nth) => `${nth + 8} overlapping`),
      ...['70 present', '71 next'],
    ]);
  });

  it('are damaged if their records do not lead to the present one', () => {
    const tools = maker();
    const rotated = turnedRing(tools, begunRing(tools, turn), 'rotation', turn);
    const other = { ...tools, firstSeed: secretOf(2) };
    const [first, present, next] = rotated.keys;
    if (!first || !present || !next) throw new Error('three keys were expected');
    const swapped = { ...rotated, keys: [first, { ...present, seed: next.seed }, next] };
    expect([
      codeOf(() => mustLead(other, begunRing(tools, turn))),
      codeOf(() => mustLead(tools, swapped)),
      codeOf(() => mustLead(tools, rotated)),
    ]).toEqual(['CORRUPT', 'CORRUPT', 'whole']);
  });
});
