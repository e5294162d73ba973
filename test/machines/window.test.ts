import { describe, expect, it } from 'vitest';
import {
  openWindow,
  type Totals,
  type WindowOptions,
  type WindowState,
} from '../../machines/window.ts';
import fc from '../fast-check.ts';

const DAY_MS = 86_400_000;

type TimeOptions = Extract<WindowOptions, { kind: 'time' }>;
type CountOptions = Extract<WindowOptions, { kind: 'count' }>;

interface Call {
  readonly isFailure: boolean;
  readonly durationMs: number;
  readonly atMs: number;
}

// --- the reference: every call is kept, and counted anew at every look -----------------------

const stepOf = ({ durationMs }: TimeOptions, ms: number): number =>
  Math.floor(ms / (durationMs / 10));

function seenBy(options: WindowOptions, past: readonly Call[], nowMs: number): readonly Call[] {
  if (options.kind === 'count') return past.slice(-options.callsMax);
  if (options.kind === 'consecutive') {
    return past.slice(past.findLastIndex(({ isFailure }) => !isFailure) + 1);
  }
  return past.filter(({ atMs }) => stepOf(options, nowMs) - stepOf(options, atMs) < 10);
}

const slowMsOf = (options: WindowOptions): number =>
  (options.kind === 'consecutive' ? undefined : options.slowMs) ?? Number.POSITIVE_INFINITY;

const totalsOf = (options: WindowOptions, calls: readonly Call[]): Totals => ({
  calls: calls.length,
  failures: calls.filter(({ isFailure }) => isFailure).length,
  slow: calls.filter(({ durationMs }) => durationMs >= slowMsOf(options)).length,
});

function opensAt(options: WindowOptions, seen: readonly Call[]): boolean {
  const { calls, failures, slow } = totalsOf(options, seen);
  if (options.kind === 'consecutive') return failures >= options.failuresMax;
  const newest = totalsOf(options, seen.slice(-1));
  if (newest.failures + newest.slow === 0 || calls < options.callsMin) return false;
  return failures >= calls * options.failureRatio || slow >= calls * options.slowRatio;
}

// --- what they are given ----------------------------------------------------------------------

/** Sixteenths are exact in binary: what is compared is the windows, not the rounding. */
const ratio = fc.integer({ min: 1, max: 16 }).map((sixteenths) => sixteenths / 16);

const shares = {
  callsMin: fc.integer({ min: 1, max: 8 }),
  failureRatio: ratio,
  slowMs: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
  slowRatio: ratio,
};

const consecutive: fc.Arbitrary<WindowOptions> = fc.record({
  kind: fc.constant('consecutive' as const),
  failuresMax: fc.integer({ min: 1, max: 5 }),
});

const count: fc.Arbitrary<CountOptions> = fc.record({
  kind: fc.constant('count' as const),
  callsMax: fc.integer({ min: 1, max: 12 }),
  ...shares,
});

const time: fc.Arbitrary<TimeOptions> = fc.record({
  kind: fc.constant('time' as const),
  durationMs: fc.integer({ min: 10, max: 60 }).map((tens) => tens * 10),
  ...shares,
});

const gapMs = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 6, arbitrary: fc.nat(70) },
  { weight: 2, arbitrary: fc.nat(700) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 * DAY_MS }) },
);

const history = fc
  .array(fc.tuple(gapMs, fc.boolean(), fc.nat(80)), { maxLength: 60 })
  .map((drawn): readonly Call[] => {
    let atMs = 0;
    return drawn.map(([gap, isFailure, durationMs]) => {
      atMs += gap;
      return { isFailure, durationMs, atMs };
    });
  });

function replay(options: WindowOptions, calls: readonly Call[]) {
  const window = openWindow(options);
  for (const { isFailure, durationMs, atMs } of calls) {
    // Looked at before and after, it dates every success exactly.
    window.totals(atMs);
    window.record(isFailure, durationMs, atMs);
    window.totals(atMs);
  }
  return window;
}

const asData = (state: WindowState): WindowState => JSON.parse(JSON.stringify(state));

function agreesWithReference(options: WindowOptions, calls: readonly Call[], idleMs: number) {
  const window = openWindow(options);
  for (const [index, { isFailure, durationMs, atMs }] of calls.entries()) {
    const seen = seenBy(options, calls.slice(0, index + 1), atMs);
    window.totals(atMs);
    expect(window.record(isFailure, durationMs, atMs)).toBe(opensAt(options, seen));
    expect(window.totals(atMs)).toEqual(totalsOf(options, seen));
  }
  const nowMs = (calls.at(-1)?.atMs ?? 0) + idleMs;
  expect(window.totals(nowMs)).toEqual(totalsOf(options, seenBy(options, calls, nowMs)));
}

describe('a window', () => {
  it.each([
    ['consecutive', consecutive],
    ['count', count],
    ['time', time],
  ])('of kind %s says what counting all its calls anew would, at every call', (_kind, options) => {
    fc.assert(fc.property(options, history, gapMs, agreesWithReference), { numRuns: 500 });
  });

  it.each([
    ['consecutive', consecutive],
    ['count', count],
    ['time', time],
  ])('of kind %s goes on from its saved state as if nothing had been', (_kind, options) => {
    fc.assert(
      fc.property(options, history, gapMs, gapMs, (given, calls, idleMs, otherMs) => {
        const nowMs = (calls.at(-1)?.atMs ?? 0) + idleMs;
        const [left, next] = [replay(given, calls), openWindow(given)];
        const saved = asData(left.save(nowMs));
        next.load(saved, otherMs, 0);
        expect(next.save(otherMs)).toEqual(saved);
        expect(next.totals(otherMs)).toEqual(left.totals(nowMs));
        expect(next.record(true, 0, otherMs)).toBe(left.record(true, 0, nowMs));
      }),
    );
  });

  it('reads a clock only if it must', () => {
    const all = { callsMin: 1, failureRatio: 1, slowRatio: 1 };
    const windows = [
      openWindow({ kind: 'consecutive', failuresMax: 1 }),
      openWindow({ kind: 'count', callsMax: 1, ...all }),
      openWindow({ kind: 'count', callsMax: 1, ...all, slowMs: 5 }),
      openWindow({ kind: 'time', durationMs: 100, ...all }),
      openWindow({ kind: 'time', durationMs: 100, ...all, slowMs: 5 }),
    ];
    expect(windows.map(({ isTimed, isDated }) => [isTimed, isDated])).toEqual([
      [false, false],
      [false, false],
      [true, false],
      [false, false],
      [true, true],
    ]);
  });

  it('takes nothing over from a window of another kind', () => {
    fc.assert(
      fc.property(consecutive, count, time, history, (...[failures, calls, span, past]) => {
        const nowMs = past.at(-1)?.atMs ?? 0;
        const kinds = [failures, calls, span];
        const states = kinds.map((options) => replay(options, past).save(nowMs));
        for (const options of kinds) {
          const window = openWindow(options);
          for (const state of states) {
            if (state.kind !== options.kind) window.load(state, nowMs, 0);
          }
          expect(window.totals(nowMs)).toEqual({ calls: 0, failures: 0, slow: 0 });
        }
      }),
    );
  });
});

describe('a window of failures in a row', () => {
  it('opens at the last of them, and begins anew with every success', () => {
    const window = openWindow({ kind: 'consecutive', failuresMax: 3 });
    const calls = [true, true, false, true, true, true, true];
    expect(calls.map((isFailure) => window.record(isFailure, 0, 0))).toEqual([
      ...[false, false, false],
      ...[false, false, true, true],
    ]);
    expect(window.totals(0)).toEqual({ calls: 4, failures: 4, slow: 0 });
  });

  it('that allows fewer than it took over opens at the next failure', () => {
    const window = openWindow({ kind: 'consecutive', failuresMax: 2 });
    window.load({ kind: 'consecutive', failures: 7 }, 0, 5_000);
    expect([window.totals(0).failures, window.record(true, 0, 0)]).toEqual([7, true]);
  });
});

describe('a window of the last calls', () => {
  const options: CountOptions = {
    kind: 'count',
    callsMax: 4,
    callsMin: 3,
    failureRatio: 0.5,
    slowMs: 100,
    slowRatio: 0.75,
  };

  it('says nothing before it has seen as many calls as it needs', () => {
    const window = openWindow(options);
    expect([1, 2, 3].map(() => window.record(true, 0, 0))).toEqual([false, false, true]);
  });

  it('never opens on a call that was neither failed nor slow', () => {
    const window = openWindow(options);
    const said = [true, true, false, true].map((isFailure) => window.record(isFailure, 0, 0));
    expect(said).toEqual([false, false, false, true]);
  });

  it('opens on slow calls too, that succeeded', () => {
    const window = openWindow(options);
    const said = [100, 99, 100, 100.5].map((durationMs) => window.record(false, durationMs, 0));
    expect([said, window.totals(0)]).toEqual([
      [false, false, false, true],
      { calls: 4, failures: 0, slow: 3 },
    ]);
  });

  it('forgets the oldest call for the newest', () => {
    const window = openWindow(options);
    for (const isFailure of [true, true, true, false, false]) window.record(isFailure, 500, 0);
    expect(window.totals(0)).toEqual({ calls: 4, failures: 2, slow: 4 });
    expect(window.save(0)).toEqual({ kind: 'count', calls: [3, 3, 2, 2] });
  });

  it('opens at exactly the share that it is given', () => {
    const hundredths = Array.from({ length: 100 }, (_, index) => index + 1);
    const openedAt = hundredths.map((share) => {
      const window = openWindow({
        ...{ kind: 'count', callsMax: 100, callsMin: 100, slowRatio: 1 },
        failureRatio: share / 100,
      });
      window.load({ kind: 'count', calls: Array(100).fill(0) }, 0, 0);
      return hundredths.find(() => window.record(true, 0, 0));
    });
    expect(openedAt).toEqual(hundredths);
  });

  it('takes over the newest calls of a larger one, and all of a smaller one', () => {
    fc.assert(
      fc.property(count, count, history, (from, to, calls) => {
        const window = openWindow(to);
        window.load(asData(replay(from, calls).save(0)), 0, 0);
        const kept = seenBy(to, seenBy(from, calls, 0), 0);
        // What was slow stays so, whatever the new window calls slow.
        const cells = kept.map(({ isFailure, durationMs }) => {
          return (isFailure ? 1 : 0) + (durationMs >= slowMsOf(from) ? 2 : 0);
        });
        expect(window.save(0)).toEqual({ kind: 'count', calls: cells });
        expect(window.totals(0)).toEqual({
          ...totalsOf(from, kept),
          calls: kept.length,
        });
      }),
    );
  });

  it('takes a million failed calls through a window of a million', () => {
    const calls = 1_000_000;
    const window = openWindow({
      ...{ kind: 'count', callsMax: calls, callsMin: calls, failureRatio: 1, slowRatio: 1 },
    });
    let opened = 0;
    for (let call = 0; call < calls; call++) if (window.record(true, 0, 0)) opened += 1;
    expect([opened, window.totals(0)]).toEqual([1, { calls, failures: calls, slow: 0 }]);
    for (let call = 0; call < calls; call++) window.record(call % 2 === 0, 0, 0);
    expect(window.totals(0)).toEqual({ calls, failures: calls / 2, slow: 0 });
  });
});

describe('a window of a span', () => {
  const options: TimeOptions = {
    kind: 'time',
    durationMs: 1_000,
    callsMin: 1,
    failureRatio: 0.5,
    slowRatio: 1,
  };

  it('forgets by tenths of the span', () => {
    const window = openWindow(options);
    for (const atMs of [0, 99, 100, 950]) window.record(true, 0, atMs);
    const seen = [950, 999, 1_000, 1_099, 1_100, 1_899, 1_900].map((nowMs) => {
      return window.totals(nowMs).failures;
    });
    expect(seen).toEqual([4, 4, 2, 2, 1, 1, 0]);
  });

  it('looks at the clock at every eighth success, and dates the seven by the look before', () => {
    const window = openWindow({ ...options, callsMin: 100 });
    window.record(true, 0, 300);
    const looks = Array.from({ length: 9 }, () => {
      const { isDated } = window;
      window.record(false, 0, isDated ? 700 : Number.NaN);
      return isDated;
    });
    expect(looks.indexOf(true)).toBe(7);
    const seen = [800, 1_300, 1_700].map((nowMs) => window.totals(nowMs).calls);
    expect(seen).toEqual([10, 2, 0]);
  });

  it('never takes old successes for new ones', () => {
    const window = openWindow({ ...options, callsMin: 8 });
    window.record(true, 0, 0);
    for (let call = 0; call < 7; call++) window.record(false, 0, Number.NaN);
    expect([window.record(true, 0, DAY_MS), window.totals(DAY_MS).calls]).toEqual([false, 1]);
  });

  it('after a day of idleness is not opened by one failure', () => {
    const window = openWindow({ ...options, callsMin: 2 });
    const before = [0, 1, 2].map((nowMs) => window.record(true, 0, nowMs));
    const after = window.record(true, 0, DAY_MS);
    expect([before, after]).toEqual([[false, true, true], false]);
    expect(window.totals(DAY_MS)).toEqual({ calls: 1, failures: 1, slow: 0 });
  });

  it('saves its steps with the newest last', () => {
    const window = openWindow({ ...options, slowMs: 50 });
    window.record(true, 0, 12_345);
    window.record(false, 60, 12_399);
    window.record(true, 60, 12_400);
    expect(window.save(12_500)).toEqual({
      kind: 'time',
      stepMs: 100,
      steps: [...Array(21).fill(0), 2, 1, 1, 1, 1, 1, 0, 0, 0],
    });
  });

  it('takes over from another, into its own steps, what is still young enough', () => {
    fc.assert(
      fc.property(time, time, history, gapMs, gapMs, (from, to, calls, ageMs, laterMs) => {
        const nowMs = calls.at(-1)?.atMs ?? 0;
        const [fromStepMs, toStepMs] = [from.durationMs / 10, to.durationMs / 10];
        const steps = Array<number>(30).fill(0);
        for (const call of seenBy(from, calls, nowMs)) {
          const stepsAgo = stepOf(from, nowMs) - stepOf(from, call.atMs);
          const back = Math.floor((stepsAgo * fromStepMs + ageMs) / toStepMs);
          if (back > 9) continue;
          const fields = Object.values(totalsOf(from, [call]));
          for (const [field, by] of fields.entries()) {
            const cell = (9 - back) * 3 + field;
            steps[cell] = (steps[cell] ?? 0) + by;
          }
        }
        const window = openWindow(to);
        window.load(asData(replay(from, calls).save(nowMs)), laterMs, ageMs);
        expect(window.save(laterMs)).toEqual({ kind: 'time', stepMs: toStepMs, steps });
        for (let passed = 0; passed <= 10; passed++) {
          const left = steps.filter((_, cell) => cell % 3 === 0 && cell >= passed * 3);
          const calledSince = window.totals(laterMs + passed * toStepMs).calls;
          expect(calledSince).toBe(left.reduce((sum, by) => sum + by, 0));
        }
      }),
    );
  });

  it('takes over its own steps one to one, also those that are no whole milliseconds', () => {
    const steps = Array.from({ length: 30 }, (_, cell) => (cell % 3 === 0 ? 9 : cell % 5));
    fc.assert(
      fc.property(fc.integer({ min: 100, max: DAY_MS }), gapMs, (durationMs, nowMs) => {
        const window = openWindow({ ...options, durationMs });
        const state: WindowState = { kind: 'time', stepMs: durationMs / 10, steps };
        window.load(state, nowMs, 0);
        expect(window.save(nowMs)).toEqual(state);
      }),
    );
  });

  it('takes over nothing that is older than its span', () => {
    const window = openWindow(options);
    const saved = replay(options, [{ isFailure: true, durationMs: 0, atMs: 0 }]).save(0);
    window.load(saved, 0, 999);
    const young = window.totals(0).failures;
    window.load(saved, 5_000, 1_000);
    expect([young, window.totals(5_000).failures]).toEqual([1, 0]);
  });

  it('counts further than 31 bits', () => {
    const window = openWindow(options);
    const most = 2 ** 31 - 1;
    window.load({ kind: 'time', stepMs: 100, steps: Array(30).fill(most) }, 0, 0);
    expect(window.totals(0)).toEqual({ calls: 10 * most, failures: 10 * most, slow: 10 * most });
  });

  it('takes a million failed calls', () => {
    const window = openWindow({ ...options, durationMs: DAY_MS, callsMin: 1_000_000 });
    let opened = 0;
    for (let call = 0; call < 1_000_000; call++) if (window.record(true, 0, call)) opened += 1;
    expect([opened, window.totals(1_000_000)]).toEqual([
      1,
      { calls: 1_000_000, failures: 1_000_000, slow: 0 },
    ]);
  });
});
