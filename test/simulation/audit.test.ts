import { describe, expect, it } from 'vitest';
import { addCoverage } from '../../runtime/sim/coverage.ts';
import type { Fault } from '../../runtime/sim/scenario.ts';
import { once } from '../once.ts';
import { runAudit } from './audit.ts';
import { runPlay } from './plays.ts';

const seeds = Array.from({ length: 5 }, (_, index) => index + 1);

/** What some run at least must have come upon: else it would promise nothing. */
const wanted = [
  ...['an anchor is kept', 'records are held', 'segments are shredded'],
  ...['the audit key is rotated', 'a part of the log is read'],
];

/** One fault each, in the middle of the work. */
const during = { atMs: 20_000, forMs: 30_000 };
const alone: readonly Fault[] = [
  { kind: 'disk.slow', ...during, latencyMs: 12_000 },
  { kind: 'disk.hang', ...during },
  { kind: 'disk.full', ...during },
  { kind: 'disk.readOnly', ...during },
  { kind: 'disk.fail', ...during },
  { kind: 'disk.vanish', atMs: 20_000 },
  { kind: 'disk.rot', atMs: 20_000, file: 7, offset: 12_345 },
  { kind: 'disk.torn', nth: 4 },
  { kind: 'process.crash', atMs: 20_000, downMs: 5_000 },
  { kind: 'process.crashAtWrite', nth: 60, downMs: 5_000 },
  { kind: 'clock.jump', atMs: 20_000, byMs: -86_400_000 },
  { kind: 'clock.pause', ...during },
];

describe('an audit log, at work in a simulated world', () => {
  const runs = new Map(seeds.map((seed) => [seed, once(() => runPlay('audit', seed))]));

  it.each([...runs])('keeps every promise, whatever goes wrong, from seed %i', async (_, run) => {
    expect((await run()).violations).toEqual([]);
  });

  it('comes upon what it is about', async () => {
    const seen = await Promise.all([...runs.values()].map((run) => run()));
    const { sometimes } = seen.map(({ coverage }) => coverage).reduce(addCoverage);
    expect(wanted.filter((name) => !sometimes[name])).toEqual([]);
  });

  const under = new Map(alone.map((fault) => [fault.kind, once(() => runAudit(1, [fault]))]));

  it.each([...under])('keeps every promise under %s', async (_, run) => {
    expect((await run()).violations).toEqual([]);
  });

  it('keeps every promise if unsynced writes are lost at a crash', async () => {
    const crash: Fault = { kind: 'process.crash', atMs: 40_000, downMs: 5_000 };
    const run = await runAudit(1, [{ kind: 'disk.unsynced', ...during }, crash]);
    expect(run.violations).toEqual([]);
  });

  it('restores the isolation of a breaker after a crash', async () => {
    const crash: Fault = { kind: 'process.crash', atMs: 60_000, downMs: 100 };
    const seen = await Promise.all([2, 3, 4, 5].map((seed) => runAudit(seed, [crash])));
    expect(seen.flatMap(({ violations }) => violations)).toEqual([]);
    const restored = seen.map(({ coverage }) => {
      return coverage.sometimes['an isolation outlives the process'] ?? 0;
    });
    expect(restored.some((times) => times > 0)).toBe(true);
  });

  it('is the same run again from the same seed', async () => {
    const first = await runs.get(1)?.();
    expect((await runPlay('audit', 1)).traceHash).toBe(first?.traceHash);
  });

  it('reaches every mode of the log but the last', async () => {
    const met = [await under.get('disk.fail')?.(), await under.get('disk.full')?.()];
    const states = met.flatMap((run) => run?.coverage.states.audit ?? []);
    const modes = [...new Set(states.filter((path) => !path.includes('.')))].sort();
    expect(modes).toEqual(['readOnly', 'readWrite', 'spooling']);
  });
});
