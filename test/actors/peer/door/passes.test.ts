import { describe, expect, it } from 'vitest';
import { Passes } from '../../../../actors/peer/door/passes.ts';
import { SeededRandom } from '../../../../runtime/sim/random.ts';
import { primitives } from '../../../../runtime/world/primitives.ts';
import { everyFlip } from '../../../storage/sealing.ts';

const WEEK_MS = 7 * 86_400_000;

const granting = (seed = 1) => new Passes(primitives, new SeededRandom(seed).stream('passes'), 0);

describe('a pass', () => {
  it('is good for a week, as often as it is shown', () => {
    const passes = granting();
    const pass = passes.grant(WEEK_MS - 1);
    const at = [WEEK_MS - 1, WEEK_MS, WEEK_MS, 2 * WEEK_MS - 1, 2 * WEEK_MS];
    expect(at.map((nowMs) => passes.isGood(pass, nowMs))).toEqual([true, true, true, true, false]);
  });

  it('is of whoever granted it, bit by bit', () => {
    const passes = granting();
    const pass = passes.grant(0);
    expect(granting(2).isGood(pass, 0)).toBe(false);
    for (const flipped of everyFlip(pass)) expect(passes.isGood(flipped, 0)).toBe(false);
    expect([...passes.grant(0)]).not.toEqual([...pass]);
  });
});
