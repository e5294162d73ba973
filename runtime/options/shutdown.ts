import { z } from 'zod';
import { number } from './number.ts';

export const shutdownOptions = z.strictObject(
  {
    deadlineMs: number(0, 3_600_000).optional().describe('default timeouts.shutdownMs'),
  },
  { error: 'must be an object' },
);
