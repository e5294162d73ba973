import { z } from 'zod';
import { loadSettings } from '../../actors/load.actor.ts';
import type { LoadBand, LoadThresholds } from '../../machines/load.machine.ts';
import { NONSENSE, number } from './number.ts';

const given = { error: 'must be an object' };

const measures = ['loopDelayMs', 'cpuRatio', 'memoryRatio'] as const;

const dwell = ({ forMs }: LoadThresholds) => number(1_000, 3_600_000).default(forMs);

function thresholds(usual: LoadThresholds, forMs: z.ZodDefault<z.ZodNumber>) {
  const shape = z.strictObject(
    {
      loopDelayMs: number(1, 60_000)
        .default(usual.loopDelayMs)
        .describe('how late the event loop is, 99th percentile'),
      cpuRatio: number(0.01, 1)
        .default(usual.cpuRatio)
        .describe('time that the process computes, of that of the cores it may use'),
      memoryRatio: number(0.01, 1)
        .default(usual.memoryRatio)
        .describe('memory of the process, of what it may take'),
      forMs,
    },
    given,
  );
  return shape.default(shape.parse({}));
}

function band({ above, below }: LoadBand) {
  const shape = z
    .strictObject(
      {
        above: thresholds(
          above,
          dwell(above).describe('it begins once any of these was exceeded for so long'),
        ),
        below: thresholds(
          below,
          dwell(below).describe('it ends once all were below these for so long'),
        ),
      },
      given,
    )
    .refine((band) => measures.every((each) => band.below[each] <= band.above[each]), {
      error: 'must have thresholds below that are no higher than those above',
      params: NONSENSE,
    });
  return shape.default(shape.parse({}));
}

export const load = z.strictObject(
  { pressured: band(loadSettings.pressured), shedding: band(loadSettings.shedding) },
  given,
);
