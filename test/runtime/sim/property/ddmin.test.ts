import { describe, expect, it } from 'vitest';
import { ddmin } from '../../../../runtime/sim/property/ddmin.ts';
import fc from '../../../fast-check.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('delta debugging', () => {
  it('leaves exactly what is needed, in its order', async () => {
    const sets = fc.uniqueArray(fc.nat(29), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sets, async (needed) => {
        const fails = async (items: readonly number[]) =>
          needed.every((item) => items.includes(item));
        expect(await ddmin(upTo(30), fails)).toEqual(needed.sort((a, b) => a - b));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('leaves nothing of which one alone can go, though more than one way fails', async () => {
    const fails = async (items: readonly number[]) => items.length % 3 === 0 && items.length >= 6;
    expect(await ddmin(upTo(12), fails)).toHaveLength(6);
  });

  it('asks few times where most can go', async () => {
    let asked = 0;
    const fails = async (items: readonly number[]) => {
      asked += 1;
      return items.includes(77);
    };
    expect([await ddmin(upTo(100), fails), asked]).toEqual([[77], 12]);
  });

  it('keeps what it has when nothing fails any more', async () => {
    expect(await ddmin([1, 2, 3], async () => false)).toEqual([1, 2, 3]);
    expect(await ddmin([1, 2, 3], async () => true)).toEqual([]);
  });
});
