import { z } from 'zod';
import { wholeNumber } from './number.ts';

const time = z.number({ error: 'must be a finite number' });
const count = wholeNumber(0, 2 ** 31 - 1);

/** What `save` of a breaker gave. */
export const breakerState = z.strictObject(
  {
    v: z.literal(1, { error: 'must be 1' }),
    savedAtMs: time,
    circuit: z.enum(['closed', 'open', 'halfOpen']),
    openings: count,
    openForMs: time.min(0),
    retryAtMs: time,
    succeeded: count,
    isolations: z
      .array(
        z.strictObject({
          id: count,
          by: z.string().min(1).max(200),
          reason: z.string().min(1).max(1_000),
          sinceMs: time,
        }),
      )
      .max(1_000),
    window: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('consecutive'), failures: count }),
      z.strictObject({
        kind: z.literal('count'),
        calls: z.array(wholeNumber(0, 3)).max(1_000_000),
      }),
      z.strictObject({
        kind: z.literal('time'),
        stepMs: time.min(1),
        steps: z.array(count).length(30),
      }),
    ]),
  },
  { error: 'must be an object that save gave' },
);
