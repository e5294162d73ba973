import { z } from 'zod';
import { oneOf } from './number.ts';
import { restartShape } from './restart.ts';

export const supervisorOptions = z.strictObject(
  {
    strategy: oneOf(['oneForOne', 'oneForAll', 'restForOne'])
      .default('oneForOne')
      .describe('who is restarted with a failed child: nobody, all, or those started after it'),
    ...restartShape,
  },
  { error: 'must be an object' },
);

export type SupervisorOptions = z.output<typeof supervisorOptions>;
export type SupervisorOptionsInput = z.input<typeof supervisorOptions>;
