import { z } from 'zod';
import type { Backoff } from '../../machines/backoff.ts';
import { DAY_MS, NONSENSE, number, oneOf, wholeNumber } from './number.ts';

const expected = 'must be an object with minMs, maxMs and factor';

/** An exponential wait, with the ceilings that `usual` has where none are given. */
export function backoffOf(usual: Backoff, leastMs = 0) {
  return z
    .strictObject(
      {
        minMs: number(leastMs, DAY_MS).default(usual.minMs).describe('ceiling of the first delay'),
        maxMs: number(0, DAY_MS).default(usual.maxMs).describe('ceiling of every delay'),
        factor: number(1, 10)
          .default(usual.factor)
          .describe('growth of the ceiling per failure in a row'),
      },
      { error: expected },
    )
    .refine(({ minMs, maxMs }) => minMs <= maxMs, {
      error: 'must have minMs <= maxMs',
      params: NONSENSE,
    })
    .default({ ...usual });
}

/** How a child comes back: a leaf, or a supervisor, which is a child too. */
export const restartShape = {
  restart: oneOf(['permanent', 'transient', 'temporary'])
    .default('transient')
    .describe('permanent: always; transient: unless it finished; temporary: never'),
  backoff: backoffOf({ minMs: 200, maxMs: 30_000, factor: 2 }),
  stableAfterMs: number(0, DAY_MS)
    .default(10_000)
    .describe('a run this long starts the backoff afresh'),
};

export const restartsMax = wholeNumber(0, 10_000);
export const windowMs = number(1, DAY_MS);
