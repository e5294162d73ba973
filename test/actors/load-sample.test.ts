import { describe, expect, it } from 'vitest';
import { LoadSample } from '../../actors/load-sample.ts';
import type { Reading } from '../../actors/world.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { SimMeter } from '../../runtime/sim/meter.ts';

const calm = { loopDelayMs: 0, cpuRatio: 0, memoryRatio: 0 };
const busy = { loopDelayMs: 700, cpuRatio: 0.9, memoryRatio: 0.5 };

function sampled(known?: Reading) {
  const clock = new VirtualClock();
  const meter = new SimMeter();
  const sample = new LoadSample({ clock, meter, known: () => known });
  const heard: Reading[] = [];
  const ask = (): void => void sample.take().then((reading) => heard.push(reading));
  return { clock, meter, sample, heard, ask };
}

describe('a sample of the load', () => {
  it('takes a second, during which alone a gauge is open, for all who ask meanwhile', async () => {
    const { clock, meter, heard, ask } = sampled();
    ask();
    await clock.advanceAsync(999);
    ask();
    const opened = meter.opened;
    meter.load = busy;
    await clock.advanceAsync(1);
    ask();
    await clock.advanceAsync(0);
    expect([opened, meter.opened, clock.pending, heard]).toEqual([1, 0, 0, [busy, busy, busy]]);
  });

  it('is taken anew after five seconds', async () => {
    const { clock, meter, heard, ask } = sampled();
    ask();
    await clock.advanceAsync(4_999);
    meter.load = busy;
    ask();
    await clock.advanceAsync(1);
    ask();
    await clock.advanceAsync(1_000);
    expect(heard).toEqual([calm, calm, busy]);
  });

  it('is what somebody has read who looks all the time', async () => {
    const { clock, meter, heard, ask } = sampled(busy);
    ask();
    await clock.advanceAsync(0);
    expect([meter.opened, clock.pending, heard]).toEqual([0, 0, [busy]]);
  });

  it('leaves no timer and no gauge behind', async () => {
    const { clock, meter, sample, heard, ask } = sampled();
    ask();
    await clock.advanceAsync(500);
    sample.stop();
    sample.stop();
    await clock.advanceAsync(5_000);
    expect([meter.opened, clock.pending, heard]).toEqual([0, 0, []]);
  });
});
