import { z } from 'zod';
import { oneOf } from './number.ts';
import { restartShape, restartsMax, windowMs } from './restart.ts';

export const supervisorOptions = z.strictObject(
  {
    strategy: oneOf(['oneForOne', 'oneForAll', 'restForOne'])
      .default('oneForOne')
      .describe('who is restarted with a failed child: nobody, all, or those started after it'),
    restartsMax: restartsMax
      .default(5)
      .describe('restarts of any one child within windowMs before this supervisor fails'),
    windowMs: windowMs.default(60_000).describe('the span in which restarts are counted'),
    ...restartShape,
  },
  { error: 'must be an object' },
);

export type SupervisorOptions = z.output<typeof supervisorOptions>;
export type SupervisorOptionsInput = z.input<typeof supervisorOptions>;
