import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { buildPackage } from '../package.ts';
import { seedsFor } from '../seeds.ts';
import { Victim } from './kill.ts';

beforeAll(buildPackage, 60_000);

describe('an owner of a log that is killed while it writes', () => {
  const victim = new Victim();
  afterAll(() => victim.remove());

  it.each(seedsFor({ ci: 4, full: 500 }))(
    'has lost no record it was promised, and raises no alarm, after kill %i',
    async (round) => {
      const draw = new SeededRandom(round).stream('kill').draw();
      if (round % 2 === 0) await victim.kill(round, 'rotating', 1 + Math.floor(1_000 * draw));
      // Often at the start, when the log is being opened; sometimes after rotations.
      else await victim.kill(round, 'ready', 1 + Math.floor(1_500 * draw ** 3));
      const { verdict, problems, segments } = await victim.verify();
      const alarms = [...segments, ...problems].filter((found) => !calm.includes(found.verdict));
      expect(alarms).toEqual([]);
      expect(calm).toContain(verdict);
      expect(await victim.lost()).toEqual([]);
    },
  );
});

const calm = ['ok', 'tornTail', 'shredded'];
