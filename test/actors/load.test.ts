import { describe, expect, it } from 'vitest';
import { Load, loadSettings } from '../../actors/load.actor.ts';
import type { Reading } from '../../actors/world.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { SimMeter } from '../../runtime/sim/meter.ts';
import { kernelOn } from './audit-stage.ts';

const calm = { loopDelayMs: 1, cpuRatio: 0.1, memoryRatio: 0.1 };

function loaded() {
  const clock = new VirtualClock();
  const meter = new SimMeter();
  const told: unknown[] = [];
  const shed: number[] = [];
  const load = new Load(kernelOn(clock, told), meter, loadSettings, () =>
    shed.push(clock.monotonicMs()),
  );
  /** What it is after each second of a load. */
  const during = (reading: Partial<typeof calm>, seconds: number): string[] =>
    Array.from({ length: seconds }, () => {
      meter.load = { ...calm, ...reading };
      clock.advance(1_000);
      return `${load.mode}${load.isChallenging ? ', challenging' : ''}`;
    });
  return { clock, meter, told, shed, load, during };
}

const times = <Value>(value: Value, count: number): Value[] => Array(count).fill(value);

describe('the load of a process', () => {
  it('leads from challenges to shedding, a peer a second, and back', () => {
    const { during, shed, told } = loaded();
    expect(during({ loopDelayMs: 700 }, 7)).toEqual([
      ...times('normal', 4),
      ...times('shedding, challenging', 3),
    ]);
    expect(shed).toEqual([5_000, 6_000, 7_000]);
    expect(during(calm, 20)).toEqual([
      ...times('shedding, challenging', 9),
      ...times('normal', 11),
    ]);
    expect(shed).toEqual(Array.from({ length: 12 }, (_, nth) => 5_000 + 1_000 * nth));
    const late = { ...calm, loopDelayMs: 700 };
    expect(told).toEqual([
      ['load.moved', 'load', { from: 'normal', to: 'pressured', because: 'loopDelayMs', ...late }],
      [
        'load.moved',
        'load',
        { from: 'pressured', to: 'shedding', because: 'loopDelayMs', ...late },
      ],
      ['load.moved', 'load', { from: 'shedding', to: 'pressured', because: 'calm', ...calm }],
      ['load.moved', 'load', { from: 'pressured', to: 'normal', because: 'calm', ...calm }],
    ]);
  });

  it.each([
    ['loopDelayMs', 101, 501],
    ['cpuRatio', 0.81, 0.96],
    ['memoryRatio', 0.86, 0.96],
  ] as const)(
    'is challenged by %s above its first threshold, and shed above its second',
    (measure, first, second) => {
      const { during, shed } = loaded();
      expect(during({ [measure]: first }, 5).at(-1)).toBe('pressured, challenging');
      expect(shed).toEqual([]);
      expect(during({ [measure]: second }, 5).at(-1)).toBe('shedding, challenging');
      expect(shed).toEqual([10_000]);
    },
  );

  it('is not held against the calm that came before it', () => {
    const { clock, during } = loaded();
    during(calm, 3);
    clock.advance(60_000);
    expect(during({ loopDelayMs: 200 }, 5)).toEqual([
      ...times('normal', 4),
      'pressured, challenging',
    ]);
  });

  it('is not looked at while it is calm and steady', () => {
    const { clock, during } = loaded();
    during(calm, 3);
    const rests = [clock.pending];
    clock.advance(60_000);
    rests.push(clock.pending);
    during({ loopDelayMs: 200 }, 8);
    rests.push(clock.pending);
    during(calm, 12);
    clock.advance(1_000);
    rests.push(clock.pending);
    expect(rests).toEqual([0, 0, 1, 0]);
  });

  it('is looked at every second where nobody tells that it changes', () => {
    const clock = new VirtualClock();
    const looks: number[] = [];
    const read = (): Reading => {
      looks.push(clock.monotonicMs());
      return calm;
    };
    const meter = { open: () => ({ isSteady: false, read, close() {} }) };
    const load = new Load(kernelOn(clock), meter, loadSettings, () => {});
    clock.advance(3_500);
    load.stop();
    expect([looks, clock.pending]).toEqual([[1_000, 2_000, 3_000], 0]);
  });

  it('leaves no timer and no gauge behind', () => {
    const { load, clock, meter, during } = loaded();
    during({ loopDelayMs: 700 }, 6);
    load.stop();
    expect([clock.pending, meter.opened]).toEqual([0, 0]);
  });
});
