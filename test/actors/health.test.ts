import { describe, expect, it } from 'vitest';
import { type Finding, HealthActor } from '../../actors/health.actor.ts';
import type { Containment } from '../../actors/world.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { kernelOn } from './audit-stage.ts';

const settings = {
  ...{ everyMs: 30_000, timeoutMs: 5_000 },
  ...{ failuresMax: 3, passesMin: 2, hangingMax: 2 },
};

const times = <Value>(value: Value, count: number): Value[] => Array(count).fill(value);

const AT = Date.UTC(2026, 0, 1);

type Act = Finding['status'] | 'throws' | 'hangs' | Promise<Finding>;

/** A check that does what is next of `acts`, and passes once they are over. */
function checked(acts: readonly Act[], containment?: Containment) {
  const clock = new VirtualClock(AT);
  const told: unknown[] = [];
  const begun: number[] = [];
  const signals: AbortSignal[] = [];
  const check = (signal: AbortSignal): Finding | Promise<Finding> => {
    const act = acts[begun.length] ?? 'pass';
    begun.push(clock.monotonicMs());
    signals.push(signal);
    if (act instanceof Promise) return act;
    if (act === 'throws') throw new Error('refused');
    if (act === 'hangs') return new Promise(() => {});
    return { status: act, because: act === 'pass' ? undefined : `it is ${act}` };
  };
  const actor = new HealthActor({
    ...{ kernel: kernelOn(clock, told), name: 'db', settings, check, containment },
    describe: (error) => String(error),
  });
  const status = (): string => actor.standing.status;
  return { clock, actor, told, begun, signals, status };
}

describe('a check of health', () => {
  it('is asked for nothing until it is begun, and then when it is due', async () => {
    const { clock, actor, begun, told } = checked([]);
    const before = [clock.pending, actor.standing];
    actor.stop();
    const other = checked([]);
    other.actor.begin();
    await other.clock.advanceAsync(60_000);
    expect(before).toEqual([
      1,
      {
        ...{ status: 'fail', because: 'it was not checked yet', observed: undefined },
        ...{ atMs: AT, sinceMs: AT, isPending: true },
      },
    ]);
    expect([begun, told]).toEqual([[], []]);
    expect([other.begun, other.told]).toEqual([[0, 30_000, 60_000], []]);
    expect(other.actor.standing).toEqual({
      ...{ status: 'pass', because: undefined, observed: undefined },
      ...{ atMs: AT + 60_000, sinceMs: AT, isPending: false },
    });
  });

  it('tells once that it fails and why, and once that it passes again', async () => {
    const { clock, actor, told, status } = checked(['pass', 'fail', 'fail', 'fail', 'fail']);
    actor.begin();
    const seen = [status()];
    for (let nth = 0; nth < 6; nth++) {
      await clock.advanceAsync(30_000);
      seen.push(status());
    }
    expect(seen).toEqual(['pass', 'warn', 'warn', 'fail', 'fail', 'fail', 'pass']);
    expect(told).toEqual([
      ['health.warned', 'db', { because: 'it is fail', failures: 1 }],
      ['health.failed', 'db', { because: 'it is fail', failures: 3 }],
      ['health.passed', 'db', { because: undefined, failures: 0 }],
    ]);
    expect(actor.standing.sinceMs).toBe(AT + 180_000);
  });

  it('that throws has failed, and is tried less often through its breaker', async () => {
    const { clock, actor, told, begun, status } = checked(times('throws', 9));
    actor.begin();
    await clock.advanceAsync(600_000);
    const gaps = begun.slice(1).map((atMs, nth) => atMs - (begun[nth] ?? 0));
    // It is open for half of what it may be, for chance draws 0 here.
    expect(gaps.slice(0, 9)).toEqual([...times(30_000, 4), ...times(60_000, 5)]);
    expect(told).toEqual([
      ['health.failed', 'db', { because: 'Error: refused', failures: 1 }],
      ['health.passed', 'db', { because: undefined, failures: 0 }],
    ]);
    expect([gaps.slice(9), status()]).toEqual([times(30_000, 6), 'pass']);
  });

  it('that hangs has failed, is told so, and never runs beside as many as may hang', async () => {
    const { clock, actor, begun, signals, told, status } = checked(['pass', 'hangs', 'hangs']);
    actor.begin();
    await clock.advanceAsync(1_000_000);
    expect([begun, status()]).toEqual([[0, 30_000, 65_000], 'fail']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, true]);
    const because = 'it did not end within 5000 ms';
    expect(told).toEqual([
      ['health.warned', 'db', { because, failures: 1 }],
      ['health.failed', 'db', { because, failures: 3 }],
    ]);
  });

  it('is tried again once one that hung ends after all, whose result counts no more', async () => {
    let end = (_: Finding): void => {};
    const late = new Promise<Finding>((resolve) => {
      end = resolve;
    });
    const { clock, actor, begun, status } = checked([late, 'hangs']);
    actor.begin();
    await clock.advanceAsync(200_000);
    const before = [begun.length, status()];
    end({ status: 'pass' });
    await clock.advanceAsync(0);
    const after = [begun.length, status()];
    await clock.advanceAsync(300_000);
    expect([before, after, status()]).toEqual([[2, 'fail'], [2, 'fail'], 'pass']);
  });

  it('is held to what it started, and what throws where nobody can catch it', async () => {
    let stray = (_: unknown): void => {};
    const containment: Containment = {
      run(owner, work) {
        stray = (error) => owner?.uncaught(error);
        return work();
      },
      current: () => undefined,
    };
    const { clock, actor, told } = checked([], containment);
    actor.begin();
    stray(new Error('from a timer'));
    stray(new Error('and again'));
    await clock.advanceAsync(30_000);
    expect(told).toEqual([
      ['health.warned', 'db', { because: 'Error: from a timer', failures: 1 }],
    ]);
  });

  it('leaves no timer behind, and hears nothing any more', async () => {
    const all: Act[][] = [['pass'], times('throws', 9), ['hangs'], times('hangs', 2)];
    for (const [nth, acts] of all.entries()) {
      const { clock, actor, told, signals } = checked(acts);
      actor.begin();
      await clock.advanceAsync(nth === 2 ? 100 : 90_500);
      actor.begin();
      const known = told.length;
      actor.stop();
      actor.stop();
      actor.begin();
      await clock.advanceAsync(0);
      expect([clock.pending, told.length - known]).toEqual([0, 0]);
      expect([acts[0], signals[0]?.aborted]).toEqual([acts[0], acts[0] === 'hangs']);
    }
  });
});
