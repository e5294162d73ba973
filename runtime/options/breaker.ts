import { z } from 'zod';
import type { Classify } from '../classify.ts';
import { DAY_MS, NONSENSE, number, wholeNumber } from './number.ts';
import { backoffOf } from './restart.ts';

const CALLS_MIN = 20;

const ratio = () => number(0.001, 1);

const shares = {
  callsMin: wholeNumber(1, 1_000_000)
    .optional()
    .describe('fewer calls never open it; default 20, or callsMax if that is less'),
  failureRatio: ratio().default(0.5).describe('share of calls that failed, at which it opens'),
  slowMs: number(1, DAY_MS).optional().describe('a call that takes this long is slow'),
  slowRatio: ratio().default(1).describe('share of calls that were slow, at which it opens'),
};

const consecutive = z.strictObject({
  kind: z.literal('consecutive'),
  failuresMax: wholeNumber(1, 1_000_000).default(5).describe('failures in a row that open it'),
});

const count = z.strictObject({
  kind: z.literal('count'),
  callsMax: wholeNumber(1, 1_000_000).default(100).describe('newest calls that are looked at'),
  ...shares,
});

const time = z.strictObject({
  kind: z.literal('time'),
  durationMs: number(100, DAY_MS).default(10_000).describe('newest span that is looked at'),
  ...shares,
});

const window = z
  .discriminatedUnion('kind', [consecutive, count, time], {
    error: 'must be an object with kind: consecutive, count or time',
  })
  .transform((given) => {
    if (given.kind === 'consecutive') return given;
    const usual = given.kind === 'count' ? Math.min(CALLS_MIN, given.callsMax) : CALLS_MIN;
    return { ...given, callsMin: given.callsMin ?? usual };
  })
  .refine((given) => given.kind !== 'count' || given.callsMin <= given.callsMax, {
    error: 'must have callsMin <= callsMax',
    params: NONSENSE,
  });

export const classify = z.custom<Classify>((given) => typeof given === 'function', {
  error: 'must be a function',
});

/** Those of its thresholds, which its actor knows. */
export const breakerShape = {
  window: window.default({ kind: 'consecutive', failuresMax: 5 }),
  open: backoffOf({ minMs: 1_000, maxMs: 300_000, factor: 2 }, 1),
  probesMax: wholeNumber(1, 1_000)
    .default(1)
    .describe('calls that try it once it is due; as many must succeed to close it'),
  probeMs: number(1, DAY_MS)
    .default(30_000)
    .describe('a call that tries it and has not reported by then has failed'),
};

export const breakerOptions = z.strictObject(
  {
    ...breakerShape,
    classify: classify
      .optional()
      .describe('success, failure or ignored, by result; default: what throws is a failure'),
  },
  { error: 'must be an object' },
);

export type BreakerOptions = z.output<typeof breakerOptions>;
export type BreakerOptionsInput = z.input<typeof breakerOptions>;

export const isolateOptions = z.strictObject(
  {
    by: z
      .string({ error: 'must be a string of 1 to 200 characters' })
      .min(1, 'must be a string of 1 to 200 characters')
      .max(200, 'must be a string of 1 to 200 characters')
      .default('the embedder')
      .describe('who wants it'),
  },
  { error: 'must be an object' },
);
