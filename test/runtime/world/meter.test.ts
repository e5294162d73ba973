import { describe, expect, it, onTestFinished } from 'vitest';
import type { Reading } from '../../../actors/world.ts';
import { clock } from '../../../runtime/world/clock.ts';
import { meter } from '../../../runtime/world/meter.ts';

function opened() {
  const gauge = meter.open(() => {});
  onTestFinished(() => gauge.close());
  return gauge;
}

/** Lets nothing else of this process run. */
function block(ms: number): void {
  const untilMs = clock.monotonicMs() + ms;
  while (clock.monotonicMs() < untilMs);
}

const pass = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));

describe('the meter of a process', () => {
  it('tells by how much its event loop was late, and what that took', async () => {
    const gauge = opened();
    await pass(50);
    block(300);
    await pass(50);
    const { loopDelayMs, cpuRatio } = gauge.read();
    expect({ isLate: loopDelayMs > 250, isBusy: cpuRatio > 0 }).toEqual({
      isLate: true,
      isBusy: true,
    });
  });

  it.each([0, 50])(
    'overlooks no delay right after a reading, %d ms before the next',
    async (ms) => {
      const gauge = opened();
      await pass(50);
      gauge.read();
      block(300);
      await pass(ms);
      expect(gauge.read().loopDelayMs > 250).toBe(true);
    },
  );

  it('takes a loop that is never late for that', async () => {
    const gauge = opened();
    const isCalm = async (): Promise<boolean> => {
      gauge.read();
      await pass(100);
      return gauge.read().loopDelayMs < 9;
    };
    while (!(await isCalm()));
  });

  it('has to be looked at, for it tells nobody that it changes', () => {
    expect(opened().isSteady).toBe(false);
  });

  it('gives shares of what there is', async () => {
    const gauge = opened();
    await pass(20);
    const isShare = (ratio: number): boolean => ratio > 0 && ratio <= 1;
    const { cpuRatio, memoryRatio }: Reading = gauge.read();
    expect([cpuRatio, memoryRatio].map(isShare)).toEqual([true, true]);
  });
});
