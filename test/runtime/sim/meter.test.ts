import { describe, expect, it } from 'vitest';
import { SimMeter } from '../../../runtime/sim/meter.ts';

describe('the meter of a simulated process', () => {
  it('reads what a scenario says, and knows who still looks', () => {
    const meter = new SimMeter();
    const [gauge, other] = [meter.open(() => {}), meter.open(() => {})];
    expect(gauge.read()).toEqual({ loopDelayMs: 0, cpuRatio: 0, memoryRatio: 0 });
    meter.load = { loopDelayMs: 700, cpuRatio: 0.5, memoryRatio: 0.1 };
    expect([gauge.read(), other.read()]).toEqual([meter.load, meter.load]);
    gauge.close();
    expect(meter.opened).toBe(1);
  });

  it('tells whoever looks before it reads something else', () => {
    const meter = new SimMeter();
    const told: number[] = [];
    const gauge = meter.open(() => told.push(gauge.read().loopDelayMs));
    for (const loopDelayMs of [700, 5]) meter.load = { ...meter.load, loopDelayMs };
    gauge.close();
    meter.load = { ...meter.load, loopDelayMs: 90 };
    expect([gauge.isSteady, told]).toEqual([true, [0, 700]]);
  });
});
