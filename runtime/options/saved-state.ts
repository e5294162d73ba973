import { z } from 'zod';
import { wholeNumber } from './number.ts';

const time = z.number();
const count = wholeNumber(0, 2 ** 31 - 1);

/** Delayed events that one actor, with all that lives in it, may be saved with. */
export const DEADLINES_MAX = 10_000;

/** An actor as it is saved. Times are milliseconds; `dueAtWallMs` since 1970. */
export const savedState = z.strictObject({
  v: z.literal(1),
  logicVersion: count,
  incarnation: count,
  snapshot: z.looseObject({ status: z.literal('active') }),
  deadlines: z
    .array(
      z.strictObject({
        id: z.string().max(1_000),
        path: z.array(z.string().max(1_000)).max(64),
        event: z.looseObject({ type: z.string().max(1_000) }),
        dueAtWallMs: time,
        leftMs: time.min(0),
      }),
    )
    .max(DEADLINES_MAX),
});

export type SavedState = z.output<typeof savedState>;
