import { describe, expect, it } from 'vitest';
import { verifyAnchored } from '../../storage/anchor.ts';
import { StorageError } from '../../storage/faults.ts';
import type { Verification } from '../../storage/verification.ts';
import { leafAt, rootByHand } from './proofs/rfc6962.ts';

const leaves = async function* (from: number, to: number) {
  for (let index = from; index < to; index++) yield leafAt(index);
};

const found: Verification = {
  verdict: 'shredded',
  size: 9,
  checked: 4,
  unanchored: 9,
  segments: [{ segment: 1, verdict: 'shredded', first: 0, size: 9 }],
  problems: [],
};

/** What is said of `found`, beside an anchor of that size with that root. */
const beside = (size: number, root = rootByHand(0, size), read = leaves) =>
  verifyAnchored(found, { origin: 'log', size, root, extensions: [] }, read, async () => {});

describe('a log beside an anchor', () => {
  it.each([0, 1, 8, 9])(
    'is vouched for up to record %d, if it goes on from there',
    async (size) => {
      expect(await beside(size)).toEqual({ ...found, unanchored: 9 - size });
    },
  );

  it('was rolled back if it is shorter', async () => {
    const because = 'records 9 to 11 are missing, which the anchor has';
    expect(await beside(12)).toEqual({
      ...found,
      verdict: 'rolledBack',
      problems: [{ verdict: 'rolledBack', because }],
    });
  });

  it('was tampered with if its first records are others', async () => {
    const because = 'the first 5 records are not those of the anchor';
    expect(await beside(5, rootByHand(1, 6))).toEqual({
      ...found,
      verdict: 'tampered',
      problems: [{ verdict: 'tampered', because }],
    });
  });

  it('is unverifiable if its leaves cannot be read', async () => {
    const because = 'the leaves of records 0 to 3 cannot be read';
    const none = async function* () {
      yield leafAt(0);
      throw new StorageError('CORRUPT', because);
    };
    expect(await beside(5, rootByHand(0, 5), none)).toEqual({
      ...found,
      verdict: 'unverifiable',
      problems: [{ verdict: 'unverifiable', because: `beside the anchor, ${because}` }],
    });
  });
});
