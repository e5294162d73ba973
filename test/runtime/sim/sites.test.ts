import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../runtime/sim/random.ts';
import type { Fault } from '../../../runtime/sim/scenario.ts';
import { Sites } from '../../../runtime/sim/sites.ts';

const NAMES = Array.from({ length: 40 }, (_, n) => `site ${n}`);

function visits(seed: number, names = NAMES, faults: readonly Fault[] = [], isDrawn = true) {
  const fired: string[] = [];
  const sites = new Sites(new SeededRandom(seed), faults, isDrawn, ({ site, nth }) => {
    fired.push(`${site}, visit ${nth}`);
  });
  for (let turn = 0; turn < 20; turn++) for (const name of names) sites.visit(name);
  return { sites, fired };
}

describe('buggify sites', () => {
  it('are on or off for a whole run: about half of them fire at about a quarter of visits', () => {
    const { fired } = visits(1).sites;
    const on = Object.values(fired).filter((times) => times > 0);
    const mean = on.reduce((sum, times) => sum + times, 0) / on.length;
    expect([on.length > 10 && on.length < 30, mean > 3 && mean < 8]).toEqual([true, true]);
  });

  it('draw from streams of their own: one that is gone moves none of the others', () => {
    const [first, ...others] = NAMES;
    const all = visits(3).fired.filter((text) => !text.startsWith(`${first},`));
    expect(visits(3, others).fired).toEqual(all);
    expect(visits(4, others).fired).not.toEqual(all);
  });

  it('fire at the visits that are listed, and at no other if those are all', () => {
    const faults: Fault[] = [
      { kind: 'site', site: 'site 7', nth: 3 },
      { kind: 'site', site: 'site 2', nth: 20 },
    ];
    const { fired, sites } = visits(1, NAMES, faults, false);
    expect(fired).toEqual(['site 7, visit 3', 'site 2, visit 20']);
    expect([sites.fired['site 7'], sites.fired['site 1']]).toEqual([1, 0]);
  });

  it('replay what was drawn, once it is listed', () => {
    const drawn = visits(5).fired;
    const faults = drawn.map((text): Fault => {
      const [site = '', nth] = text.split(', visit ');
      return { kind: 'site', site, nth: Number(nth) };
    });
    expect(visits(99, NAMES, faults, false).fired).toEqual(drawn);
  });

  it('fire no more once all faults have healed', () => {
    const { sites } = visits(1);
    sites.isOver = true;
    const fires = Array.from({ length: 100 }, () => NAMES.map((name) => sites.visit(name))).flat();
    expect(fires.includes(true)).toBe(false);
  });
});
