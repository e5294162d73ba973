import { describe, expect, it } from 'vitest';
import { type Finding, HealthActor } from '../../actors/health.actor.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import fc from '../fast-check.ts';
import { kernelOn } from './audit-stage.ts';

const settings = {
  ...{ everyMs: 30_000, timeoutMs: 5_000 },
  ...{ failuresMax: 3, passesMin: 2, hangingMax: 2 },
};
const HANGS_MS_MAX = 60_000;
/** Two are as late as their breaker may make them, or what hangs; then two in a row pass. */
const HEALED_MS = 4 * settings.everyMs + HANGS_MS_MAX + 3 * settings.everyMs;

const acts = fc.array(
  fc.oneof(
    fc.constantFrom('pass' as const, 'warn' as const, 'fail' as const, 'throws' as const),
    fc.integer({ min: 1, max: HANGS_MS_MAX }),
  ),
  { maxLength: 40 },
);

describe('a check of health, whatever it does', () => {
  it('passes within its bound once all is well, and runs and tells not too much', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (doing) => {
        const clock = new VirtualClock();
        const told: unknown[] = [];
        const runs: { readonly atMs: number; endMs: number }[] = [];
        const after = (ms: number): Promise<Finding> =>
          new Promise((resolve) => {
            clock.after(ms, () => resolve({ status: 'pass' }));
          });
        const check = (): Finding | Promise<Finding> => {
          const act = doing[runs.length] ?? 'pass';
          const atMs = clock.monotonicMs();
          runs.push({ atMs, endMs: atMs + (typeof act === 'number' ? act : 0) });
          if (typeof act === 'number') return after(act);
          if (act === 'throws') throw new Error('refused');
          return { status: act };
        };
        const actor = new HealthActor({
          ...{ kernel: kernelOn(clock, told), name: 'db', settings, check },
          describe: String,
        });
        actor.begin();
        while (runs.length < doing.length) await clock.advanceAsync(1_000);
        await clock.advanceAsync(HEALED_MS);
        const { status } = actor.standing;
        const types = told.map((fact) => (fact as [string])[0]);
        const crowd = runs.map(({ atMs }) =>
          runs.filter((run) => run.endMs > atMs && run.atMs <= atMs),
        );
        actor.stop();
        await clock.advanceAsync(HANGS_MS_MAX);
        expect([status, clock.pending]).toEqual(['pass', 0]);
        expect(types.filter((type, nth) => type === types[nth - 1])).toEqual([]);
        expect(Math.max(0, ...crowd.map(({ length }) => length))).toBeLessThanOrEqual(2);
      }),
      { numRuns: 60 },
    );
  });
});
