import { describe, expect, it } from 'vitest';
import { Fingerprints } from '../../../../actors/peer/suspicion/fingerprints.ts';

/** Ids that begin each in their own way. */
const idOf = (nth: number): string => String.fromCharCode(97 + nth).repeat(52);

describe('identities from one address', () => {
  it('look like one once four come within ten seconds', () => {
    const seen = new Fingerprints();
    const came = [0, 1, 2, 3].map((nth) => seen.came(idOf(nth), '192.0.2.1', 3_000 * nth));
    expect(came).toEqual([[], [], [], [idOf(0), idOf(1), idOf(2), idOf(3)]]);
  });

  it('do not if they come by and by, nor if one comes again and again', () => {
    const seen = new Fingerprints();
    const came = [0, 1, 2, 3].flatMap((nth) => seen.came(idOf(nth), '192.0.2.1', 4_000 * nth));
    const again = [0, 1, 2, 3].flatMap((nth) => seen.came(idOf(9), '192.0.2.2', nth));
    expect([came, again]).toEqual([[], []]);
  });

  it('are those of one /48 of IPv6, and of one address alone of IPv4', () => {
    const seen = new Fingerprints();
    const wide = [0, 1, 2, 3].flatMap((nth) => seen.came(idOf(nth), `2001:db8:0:${nth}::1`, 0));
    const near = [4, 5, 6, 7].flatMap((nth) => seen.came(idOf(nth), `192.0.2.${nth}`, 0));
    expect([wide.length, near]).toEqual([4, []]);
  });
});

describe('ids that begin alike', () => {
  const alike = (end: string): string => `same${end}`.padEnd(52, 'a');

  it('look like one once there are three, wherever they come from', () => {
    const seen = new Fingerprints();
    const came = ['x', 'y', 'z'].map((end, nth) =>
      seen.came(alike(end), `10.${nth}.0.1`, nth * 1e6),
    );
    expect(came).toEqual([[], [], [alike('x'), alike('y'), alike('z')]]);
  });

  it('are no news if one of them comes again', () => {
    const seen = new Fingerprints();
    for (const end of ['x', 'y', 'z']) seen.came(alike(end), '10.0.0.1', 0);
    expect(seen.came(alike('x'), '10.9.0.1', 1e6)).toEqual([]);
  });
});
