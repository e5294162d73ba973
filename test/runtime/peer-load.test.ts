import { expect, it } from 'vitest';
import { loadSettings } from '../../actors/load.actor.ts';
import { PeerLoad } from '../../runtime/peer-load.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { SimMeter } from '../../runtime/sim/meter.ts';
import { kernelOn } from '../actors/audit-stage.ts';

it('the load is looked at once it is begun, not before, and not after the end', () => {
  const clock = new VirtualClock();
  const meter = new SimMeter();
  meter.load = { loopDelayMs: 200, cpuRatio: 0.1, memoryRatio: 0.1 };
  const load = new PeerLoad(kernelOn(clock, []), meter, loadSettings, () => {});
  clock.advance(20_000);
  expect([load.isChallenging, clock.pending]).toEqual([false, 0]);
  const calm = { because: 'calm', loopDelayMs: 0, cpuRatio: 0, memoryRatio: 0 };
  expect(load.standing).toEqual({ mode: 'normal', sinceMs: 0, ...calm, isWatched: false });
  load.begin();
  load.begin();
  clock.advance(20_000);
  expect([load.isChallenging, clock.pending]).toEqual([true, 1]);
  load.stop();
  load.begin();
  clock.advance(20_000);
  expect([load.isChallenging, clock.pending]).toEqual([false, 0]);
});
