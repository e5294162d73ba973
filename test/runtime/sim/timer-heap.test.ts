import { describe, expect, it } from 'vitest';
import { type Timer, TimerHeap } from '../../../runtime/sim/timer-heap.ts';
import fc from '../../fast-check.ts';

const timer = (dueAtMs: number, order: number): Timer => ({ dueAtMs, order, task: undefined });

/** A number pushes a timer that is due then; `pop` takes the first. */
const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant('pop' as const)));

describe('a heap of timers', () => {
  it('has the same timer on top as a sorted list, after whatever pushes and pops', () => {
    const holds = fc.property(steps, (script) => {
      const heap = new TimerHeap();
      const sorted: Timer[] = [];
      for (const [order, step] of script.entries()) {
        if (step === 'pop') {
          heap.pop();
          sorted.shift();
        } else {
          heap.push(timer(step, order));
          sorted.push(timer(step, order));
          sorted.sort((a, b) => a.dueAtMs - b.dueAtMs || a.order - b.order);
        }
        expect(heap.top).toEqual(sorted[0]);
      }
    });
    fc.assert(holds, { numRuns: 500 });
  });
});
