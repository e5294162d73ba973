import { z } from 'zod';
import { DAY_MS, number, oneOf, wholeNumber } from './number.ts';

const expected = 'must be an object with minMs, maxMs and factor';

const backoff = z
  .strictObject(
    {
      minMs: number(0, DAY_MS).default(200).describe('ceiling of the first delay'),
      maxMs: number(0, DAY_MS).default(30_000).describe('ceiling of every delay'),
      factor: number(1, 10).default(2).describe('growth of the ceiling per failure in a row'),
    },
    { error: expected },
  )
  .refine(({ minMs, maxMs }) => minMs <= maxMs, { error: 'must have minMs <= maxMs' });

/** How a child comes back: a leaf, or a supervisor, which is a child too. */
export const restartShape = {
  restart: oneOf(['permanent', 'transient', 'temporary'])
    .default('transient')
    .describe('permanent: always; transient: unless it finished; temporary: never'),
  backoff: backoff.default({ minMs: 200, maxMs: 30_000, factor: 2 }),
  stableAfterMs: number(0, DAY_MS)
    .default(10_000)
    .describe('a run this long starts the backoff afresh'),
};

export const restartsMax = wholeNumber(0, 10_000);
export const windowMs = number(1, DAY_MS);
