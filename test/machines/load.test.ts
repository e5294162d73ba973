import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { type LoadEmitted, type LoadMode, loadMachine } from '../../machines/load.machine.ts';
import fc from '../fast-check.ts';
import { input, loads } from './load.fixture.ts';

type Load = keyof typeof loads;

/** A load chart, sampled once a second, or after as long as told. */
function sampled() {
  const actor = createActor(loadMachine, { input });
  const told: LoadEmitted[] = [];
  actor.on('load.moved', (fact) => told.push(fact));
  actor.start();
  let nowMs = 0;
  const sample = (load: (typeof loads)[Load], afterMs = 1_000): LoadMode => {
    nowMs += afterMs;
    actor.send({ type: 'load.sampled', nowMs, ...load });
    const { value, context } = actor.getSnapshot();
    expect(context.mode).toBe(value);
    return context.mode;
  };
  /** The mode after each second of a load. */
  const during = (load: Load, seconds: number): readonly LoadMode[] =>
    Array.from({ length: seconds }, () => sample(loads[load]));
  return { actor, told, sample, during };
}

const times = (mode: LoadMode, count: number): LoadMode[] => Array(count).fill(mode);

/** One that stands in `mode`, calm or not for no time yet. */
function standing(mode: LoadMode) {
  const stage = sampled();
  if (mode !== 'normal') stage.during(mode === 'pressured' ? 'pressed' : 'overloaded', 5);
  stage.told.length = 0;
  return stage;
}

/** After so many seconds, of the load at the left, where it stands. */
const table: Record<Load, Record<LoadMode, readonly [seconds: number, to: LoadMode] | null>> = {
  calm: { normal: null, pressured: [10, 'normal'], shedding: [10, 'normal'] },
  hovering: { normal: null, pressured: null, shedding: [10, 'pressured'] },
  pressed: { normal: [5, 'pressured'], pressured: null, shedding: [10, 'pressured'] },
  straining: { normal: [5, 'pressured'], pressured: null, shedding: null },
  overloaded: { normal: [5, 'shedding'], pressured: [5, 'shedding'], shedding: null },
};

const cells = Object.entries(table).flatMap(([load, row]) =>
  Object.entries(row).map(([mode, cell]) => ({ load, mode, cell }) as const),
);

describe(loadMachine.id, () => {
  it.each(cells)('$mode, when it is $load', ({ load, mode, cell }) => {
    const { during } = standing(mode as LoadMode);
    const [seconds, to] = cell ?? [30, mode as LoadMode];
    const expected = [...times(mode as LoadMode, seconds - 1), to, to];
    expect(during(load as Load, seconds + 1)).toEqual(expected);
  });

  it.each([
    ['loopDelayMs', 100, 100.1],
    ['cpuRatio', 0.8, 0.801],
    ['memoryRatio', 0.8, 0.801],
  ] as const)('%s alone makes it pressured, above %d', (measure, at, above) => {
    const { sample, told } = sampled();
    const atIt = Array.from({ length: 9 }, () => sample({ ...loads.calm, [measure]: at }));
    const aboveIt = Array.from({ length: 5 }, () => sample({ ...loads.calm, [measure]: above }));
    expect([atIt, aboveIt]).toEqual([times('normal', 9), [...times('normal', 4), 'pressured']]);
    expect(told.map(({ because }) => because)).toEqual([measure]);
  });

  it.each([
    ['loopDelayMs', 50],
    ['cpuRatio', 0.6],
    ['memoryRatio', 0.6],
  ] as const)('is not normal again until %s is below %d', (measure, at) => {
    const { sample, during } = standing('pressured');
    const modes = Array.from({ length: 30 }, () => sample({ ...loads.calm, [measure]: at }));
    expect(modes).toEqual(times('pressured', 30));
    expect(during('calm', 10)).toEqual([...times('pressured', 9), 'normal']);
  });

  it('starts to count anew with every sample that says otherwise', () => {
    const { during } = sampled();
    const peaks = [during('pressed', 4), during('hovering', 1), during('pressed', 4)].flat();
    expect(peaks).toEqual(times('normal', 9));
    during('pressed', 1);
    const lulls = [during('calm', 9), during('hovering', 1), during('calm', 9)].flat();
    expect(lulls).toEqual(times('pressured', 19));
  });

  it('takes one late sample, of a suspended process, for no proof of a long time', () => {
    const { sample, told } = sampled();
    expect(sample(loads.overloaded, 60_000)).toBe('normal');
    expect(sample(loads.calm, 61_000)).toBe('normal');
    expect(told).toEqual([]);
  });

  it('believes the second of two late samples', () => {
    const { sample, told } = sampled();
    expect([5_000, 10_000].map((atMs) => sample(loads.overloaded, atMs))).toEqual([
      'normal',
      'shedding',
    ]);
    const calm = [15_000, 20_000].map((atMs) => sample(loads.calm, atMs));
    expect(calm).toEqual(['shedding', 'normal']);
    const moves = told.map(({ from, to, because }) => [from, to, because]);
    expect(moves).toEqual([
      ['normal', 'pressured', 'loopDelayMs'],
      ['pressured', 'shedding', 'loopDelayMs'],
      ['shedding', 'pressured', 'calm'],
      ['pressured', 'normal', 'calm'],
    ]);
  });

  it('tells each move with the sample that made it', () => {
    const { during, told } = sampled();
    during('pressed', 6);
    expect(told).toEqual([
      {
        type: 'load.moved',
        from: 'normal',
        to: 'pressured',
        because: 'loopDelayMs',
        sample: { nowMs: 5_000, ...loads.pressed },
      },
    ]);
  });

  it('tells what is heard by tags', () => {
    const tags = (['normal', 'pressured', 'shedding'] as const).map((mode) =>
      [...standing(mode).actor.getSnapshot().tags].sort(),
    );
    expect(tags).toEqual([[], ['challenging'], ['challenging', 'shedding']]);
  });

  it('never comes back to normal twice within 15 s, whatever the load does', () => {
    const steps = fc.array(fc.constantFrom<Load>('calm', 'hovering', 'pressed', 'overloaded'), {
      maxLength: 120,
    });
    fc.assert(
      fc.property(steps, (all) => {
        const { told, sample } = sampled();
        for (const load of all) sample(loads[load]);
        const falls = told.filter(({ because, to }) => because === 'calm' && to === 'normal');
        const gaps = falls.slice(1).map((fall, index) => {
          return fall.sample.nowMs - (falls[index]?.sample.nowMs ?? 0);
        });
        expect(gaps.every((gapMs) => gapMs >= 15_000)).toBe(true);
      }),
    );
  });

  it('always comes back to normal within 10 s of calm', () => {
    const steps = fc.array(fc.constantFrom<Load>('calm', 'straining', 'pressed', 'overloaded'));
    fc.assert(
      fc.property(steps, (all) => {
        const { during, sample } = sampled();
        for (const load of all) sample(loads[load]);
        expect(during('calm', 10).at(-1)).toBe('normal');
      }),
    );
  });
});
