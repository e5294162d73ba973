import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import type { Cancel } from '../../../storage/ports.ts';
import fc from '../../fast-check.ts';

/** The same clock in twenty slow lines. */
class ReferenceClock {
  nowMs = 0;
  timers: { dueAtMs: number; task: () => void }[] = [];
  waiting: (() => void)[] = [];

  monotonicMs = () => this.nowMs;
  soon = (task: () => void) => void this.waiting.push(task);

  after(delayMs: number, task: () => void): Cancel {
    const timer = { dueAtMs: this.nowMs + delayMs, task };
    this.timers = [...this.timers, timer].sort((a, b) => a.dueAtMs - b.dueAtMs);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      for (const task of this.waiting.splice(0)) task();
      const [first] = this.timers;
      if (first && first.dueAtMs <= (this.waiting.length > 0 ? this.nowMs : untilMs)) {
        this.timers.shift();
        this.nowMs = first.dueAtMs;
        first.task();
      } else if (this.waiting.length === 0) break;
    }
    this.nowMs = untilMs;
  }
}

/** A task that arms others when it runs, and takes one back of those armed so far. */
interface Plan {
  readonly delayMs: number | 'soon';
  readonly cancels: number | null;
  readonly arms: readonly Plan[];
}

const { plan } = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: fc.record({
    delayMs: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant('soon' as const)),
    cancels: fc.option(fc.nat({ max: 20 })),
    arms: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie('plan'), { maxLength: 3 })),
  }),
}));

const scripts = fc.record({
  plans: fc.array(plan, { maxLength: 8 }),
  advancesMs: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 6 }),
});

type Runs = Pick<VirtualClock, 'monotonicMs' | 'after' | 'soon'>;

/** Arms `plans`; the result grows by `number of the task @ time` as they run. */
function arm(clock: Runs, plans: readonly Plan[]): string[] {
  const ran: string[] = [];
  const cancels: Cancel[] = [];
  let armed = 0;
  const armOne = ({ delayMs, cancels: index, arms }: Plan): void => {
    const name = armed++;
    const task = (): void => {
      ran.push(`${name} @ ${clock.monotonicMs()}`);
      if (index !== null) cancels[index]?.();
      for (const next of arms) armOne(next);
    };
    if (delayMs === 'soon') clock.soon(task);
    else cancels.push(clock.after(delayMs, task));
  };
  for (const first of plans) armOne(first);
  return ran;
}

describe('a virtual clock', () => {
  it('runs the same tasks at the same times as a sorted list', () => {
    const holds = fc.property(scripts, ({ plans, advancesMs }) => {
      const [clock, reference] = [new VirtualClock(), new ReferenceClock()];
      const [ran, wanted] = [arm(clock, plans), arm(reference, plans)];
      for (const ms of advancesMs) {
        clock.advance(ms);
        reference.advance(ms);
        expect(ran).toEqual(wanted);
        expect([clock.monotonicMs(), clock.pending]).toEqual([
          reference.nowMs,
          reference.timers.length,
        ]);
      }
    });
    fc.assert(holds, { numRuns: 1_000 });
  });

  it('runs them alike in one advance, in many, and in asynchronous ones', async () => {
    const holds = fc.asyncProperty(scripts, async ({ plans, advancesMs }) => {
      const [one, many, patient] = [new VirtualClock(), new VirtualClock(), new VirtualClock()];
      const [wanted, ...others] = [one, many, patient].map((clock) => arm(clock, plans));
      one.advance(advancesMs.reduce((sum, ms) => sum + ms, 0));
      for (const ms of advancesMs) {
        many.advance(ms);
        await patient.advanceAsync(ms);
      }
      if (advancesMs.length === 0) {
        many.advance(0);
        await patient.advanceAsync(0);
      }
      expect(others).toEqual([wanted, wanted]);
    });
    await fc.assert(holds, { numRuns: 200 });
  });
});
