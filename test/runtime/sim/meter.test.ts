import { describe, expect, it } from 'vitest';
import { SimMeter } from '../../../runtime/sim/meter.ts';

describe('the meter of a simulated process', () => {
  it('reads what a scenario says, and knows who still looks', () => {
    const meter = new SimMeter();
    const [gauge, other] = [meter.open(), meter.open()];
    expect(gauge.read()).toEqual({ loopDelayMs: 0, cpuRatio: 0, memoryRatio: 0 });
    meter.load = { loopDelayMs: 700, cpuRatio: 0.5, memoryRatio: 0.1 };
    expect([gauge.read(), other.read()]).toEqual([meter.load, meter.load]);
    gauge.close();
    expect(meter.opened).toBe(1);
  });
});
