import { z } from 'zod';
import { number } from './number.ts';

const aType = 'must be a non-empty string';

export const askOptions = z.strictObject(
  {
    reply: z.string({ error: aType }).min(1, aType).describe('type of the emitted answer'),
    timeoutMs: number(1, 3_600_000).optional().describe('default timeouts.askMs'),
    signal: z
      .instanceof(AbortSignal, { error: 'must be an AbortSignal' })
      .optional()
      .describe('gives up the wait when it aborts'),
  },
  { error: 'must be an object with at least reply' },
);
