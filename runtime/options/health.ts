import { z } from 'zod';
import { number, oneOf } from './number.ts';

const NAME = 'must be a string of 1 to 64 small letters, digits, dots, dashes, a letter first';

export const checkName = z.string({ error: NAME }).regex(/^[a-z][a-z0-9.-]{0,63}$/, NAME);

export const healthOptions = z.strictObject(
  {
    everyMs: number(1_000, 3_600_000)
      .default(30_000)
      .describe('from the end of one check to the next, less a tenth at most, by chance'),
    timeoutMs: number(10, 600_000)
      .default(5_000)
      .describe('a check that takes longer hangs, and has failed'),
    affects: oneOf(['readiness', 'nothing'])
      .default('nothing')
      .describe('whether the runtime is not ready until it has passed, and while it fails'),
  },
  { error: 'must be an object' },
);

export type HealthOptionsInput = z.input<typeof healthOptions>;
export type HealthOptions = z.output<typeof healthOptions>;
