import { describe, expect, it } from 'vitest';
import { type Candidate, evictee } from '../../machines/eviction.ts';
import fc from '../fast-check.ts';

/** Somebody that nothing speaks for. */
const nobody: Candidate = {
  id: 'nobody',
  netgroup: '198.51.0.0/16',
  netgroupDraw: 0,
  pingMs: Number.POSITIVE_INFINITY,
  usefulAtMs: Number.NEGATIVE_INFINITY,
  sinceMs: 0,
  trust: 50,
};

/** So many of one netgroup, the first the oldest. */
const crowd = (count: number, of: Partial<Candidate> = {}): Candidate[] =>
  Array.from({ length: count }, (_, at) => ({ ...nobody, id: `crowd ${at}`, sinceMs: at, ...of }));

/** Those that are left when one after the other has to go, until all are kept. */
function survivors(candidates: readonly Candidate[]): readonly Candidate[] {
  const gone = evictee(candidates);
  return gone === undefined ? candidates : survivors(candidates.filter((one) => one !== gone));
}

const idsOf = (candidates: readonly Candidate[]): string[] => candidates.map(({ id }) => id);

const candidates = fc
  .array(
    fc.record({
      netgroup: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      pingMs: fc.nat(300),
      usefulAtMs: fc.nat(1_000),
      sinceMs: fc.nat(1_000),
      trust: fc.nat(100),
    }),
    { maxLength: 80 },
  )
  .map((all) =>
    all.map((one, at): Candidate => {
      return { ...one, id: `${at}`, netgroupDraw: (one.netgroup.charCodeAt(0) * 7919) % 13 };
    }),
  );

describe('who is evicted', () => {
  it('is nobody where there is nobody, or only one who stands for a netgroup', () => {
    expect([evictee([]), evictee([nobody])]).toEqual([undefined, undefined]);
  });

  it('is the youngest of the largest netgroup', () => {
    const diverse = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((netgroup) =>
      crowd(2, { netgroup, sinceMs: 1_000 }),
    );
    expect(evictee([...crowd(40), ...diverse])?.id).toBe('crowd 39');
  });

  it('is the newcomer, where it comes from a netgroup that has too many already', () => {
    const newcomer = { ...nobody, id: 'newcomer', sinceMs: 99 };
    expect(evictee([...crowd(20), newcomer])).toBe(newcomer);
  });

  it('is one of the crowd, where the newcomer comes from elsewhere', () => {
    const newcomer = { ...nobody, id: 'newcomer', netgroup: '203.0.0.0/16', sinceMs: 99 };
    expect(evictee([...crowd(20), newcomer])?.id).toBe('crowd 19');
  });

  it.each([
    ['near', { pingMs: 5 }, { pingMs: 6 }],
    ['of use', { usefulAtMs: 6 }, { usefulAtMs: 5 }],
  ] as const)('is none of the eight that are most %s', (_, best, good) => {
    const kept = crowd(8, { ...best, sinceMs: 900 }).map((one) => ({
      ...one,
      id: `best ${one.id}`,
    }));
    const all = [...crowd(30, { ...good, sinceMs: 10 }), ...kept];
    expect(idsOf(survivors(all))).toEqual(expect.arrayContaining(idsOf(kept)));
    expect(evictee(all)?.sinceMs).toBe(10);
  });

  it('is none of four netgroups that no attacker can choose', () => {
    const groups = [5, 9, 3, 7, 1, 8].map((netgroupDraw) => ({
      ...nobody,
      id: `${netgroupDraw}`,
      netgroup: `g${netgroupDraw}`,
      netgroupDraw,
      sinceMs: 9e9,
    }));
    expect(idsOf(survivors(groups))).toEqual(['5', '9', '7', '8']);
  });

  it('is not of the half that has been there longest', () => {
    const gone: string[] = [];
    let left = crowd(9);
    for (let one = evictee(left); one !== undefined; one = evictee(left)) {
      gone.push(one.id);
      left = left.filter((other) => other !== one);
    }
    expect(gone).toEqual(crowd(8).map((_, at) => `crowd ${8 - at}`));
  });

  it('is somebody younger, even where the old ones are the largest netgroup', () => {
    const young = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((netgroup) =>
      crowd(2, { netgroup, sinceMs: 1_000 }),
    );
    expect(evictee([...crowd(9), ...young])?.sinceMs).toBe(1_000);
  });

  it('is first whoever has less trust than a stranger, of any netgroup', () => {
    const suspect = { ...nobody, id: 'suspect', netgroup: 'x', trust: 49, sinceMs: 50 };
    const second = { ...suspect, id: 'second', netgroup: 'x', sinceMs: 51 };
    expect(evictee([...crowd(100), suspect, second])?.id).toBe('second');
  });

  it('is the same in whatever order they are asked, and always one of them', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        const distinct = all.map((one, at) => ({
          ...one,
          pingMs: one.pingMs + at / 1_000,
          usefulAtMs: one.usefulAtMs + at / 1_000,
          sinceMs: one.sinceMs + at / 1_000,
        }));
        const gone = evictee(distinct);
        expect(evictee([...distinct].reverse())).toBe(gone);
        expect(gone === undefined || distinct.includes(gone)).toBe(true);
        if (distinct.length > 24) expect(gone).toBeDefined();
      }),
    );
  });
});

const HOUR = 3_600_000;

describe('a thousand Sybils of one /16', () => {
  it.each([60, 100, 400])('drive none of 50 honest peers out of %d places in 24 h', (places) => {
    const honest = Array.from({ length: 50 }, (_, at): Candidate => {
      const netgroup = `${at + 1}.7.0.0/16`;
      const shared = { id: `honest ${at}`, netgroup, netgroupDraw: (at * 37) % 101, trust: 50 };
      return { ...shared, pingMs: 80 + at, usefulAtMs: at * 1_000, sinceMs: at * 60_000 };
    });
    let inside: Candidate[] = [...honest];
    let refused = 0;
    for (let round = 0; round < 24 * 40; round++) {
      const nowMs = HOUR + round * 90_000;
      // Nearer, of more use, and of more trust than anybody honest.
      const sybil = { ...nobody, id: `sybil ${round % 1_000}`, netgroupDraw: 102, sinceMs: nowMs };
      inside = inside.map((one) =>
        one.netgroup === nobody.netgroup
          ? { ...one, pingMs: 1, usefulAtMs: nowMs, trust: 70 }
          : one,
      );
      inside.push(sybil);
      if (inside.length <= places) continue;
      const gone = evictee(inside);
      if (gone === sybil) refused += 1;
      inside = inside.filter((one) => one !== gone);
    }
    const left = inside.filter(({ id }) => id.startsWith('honest'));
    expect(idsOf(left)).toEqual(idsOf(honest));
    expect([inside.length, refused > 0]).toEqual([places, true]);
  });

  it('do not keep an honest newcomer out', () => {
    const sybils = crowd(1_000, { pingMs: 1, usefulAtMs: 9e9, trust: 70, sinceMs: 5 });
    const newcomer = { ...nobody, id: 'honest', netgroup: '203.0.0.0/16', sinceMs: 9e9 };
    expect(evictee([...sybils, newcomer])?.netgroup).toBe(nobody.netgroup);
  });
});
