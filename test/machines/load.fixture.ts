import type { LoadEvent, LoadSettings } from '../../machines/load.machine.ts';

export const settings: LoadSettings = {
  pressured: {
    above: { loopDelayMs: 100, cpuRatio: 0.8, memoryRatio: 0.8, forMs: 5_000 },
    below: { loopDelayMs: 50, cpuRatio: 0.6, memoryRatio: 0.6, forMs: 10_000 },
  },
  shedding: {
    above: { loopDelayMs: 500, cpuRatio: 0.95, memoryRatio: 0.95, forMs: 5_000 },
    below: { loopDelayMs: 250, cpuRatio: 0.85, memoryRatio: 0.85, forMs: 10_000 },
  },
};

export const input = { settings, nowMs: 0 };

const calm = { loopDelayMs: 1, cpuRatio: 0.1, memoryRatio: 0.1 };

export const loads = {
  calm,
  hovering: { ...calm, loopDelayMs: 70 },
  pressed: { ...calm, loopDelayMs: 200 },
  straining: { ...calm, loopDelayMs: 300 },
  overloaded: { ...calm, loopDelayMs: 501 },
};

const sampled = (load: keyof typeof loads, times: readonly number[]): readonly LoadEvent[] =>
  times.map((nowMs) => ({ type: 'load.sampled', nowMs, ...loads[load] }));

/** Few of those between: a walk tries all in any order. */
export const events = [
  ...sampled('overloaded', [4_000, 20_000]),
  ...sampled('calm', [40_000, 60_000]),
  ...sampled('pressed', [4_000, 20_000]),
  ...sampled('straining', [20_000]),
  ...sampled('hovering', [20_000]),
];
