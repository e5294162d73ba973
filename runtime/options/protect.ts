import { z } from 'zod';
import type { HoldfastError } from '../errors.ts';
import { breakerShape, classify } from './breaker.ts';
import { modeName } from './mode.ts';
import { NONSENSE, number, oneOf, wholeNumber } from './number.ts';

const HOUR_MS = 3_600_000;

/** What a call is refused with: to try again at once is what they are there to prevent. */
const REFUSALS = [
  ...['BREAKER_OPEN', 'BREAKER_ISOLATED', 'BULKHEAD_FULL', 'MODE_REFUSING', 'READ_ONLY'],
  'RUNTIME_STOPPED',
];

const budget = z
  .strictObject(
    {
      ratio: number(0, 1).default(0.2).describe('retries per call, in the long run'),
      burst: wholeNumber(1, 10_000).default(10).describe('retries that may be made at once'),
    },
    { error: 'must be an object with ratio and burst' },
  )
  .default({ ratio: 0.2, burst: 10 });

const retry = z
  .strictObject(
    {
      attemptsMax: wholeNumber(2, 100).default(3).describe('the first one included'),
      minMs: number(1, HOUR_MS).default(100).describe('least wait; the first is up to 3 times it'),
      maxMs: number(1, HOUR_MS).default(10_000).describe('longest wait'),
      codes: z
        .array(z.string({ error: 'must be a string' }), { error: 'must be a list of codes' })
        .readonly()
        .optional()
        .describe(
          'only failures whose error, or its cause, has one of these; ' +
            'default: all whose error does not say `retryable: false`',
        ),
      budget,
    },
    { error: 'must be an object' },
  )
  .refine(({ minMs, maxMs }) => minMs <= maxMs, {
    error: 'must have minMs <= maxMs',
    params: NONSENSE,
  });

const bulkhead = z.strictObject(
  {
    callsMax: wholeNumber(1, 100_000).default(25).describe('calls at once'),
    queueMax: wholeNumber(0, 100_000).default(0).describe('calls that may wait for room'),
    queueMs: number(1, HOUR_MS).default(5_000).describe('longest wait for room'),
    leaseMs: number(1, 24 * HOUR_MS)
      .default(300_000)
      .describe('a call that never settles counts for so long'),
  },
  { error: 'must be an object' },
);

type Fallback = (error: HoldfastError | unknown, ...args: readonly unknown[]) => unknown;

const shape = z.strictObject(
  {
    timeoutMs: number(1, HOUR_MS)
      .optional()
      .describe('for each attempt; default 30,000, or deadlineMs if that is less'),
    deadlineMs: number(1, HOUR_MS)
      .optional()
      .describe('for the whole call, waits and retries included'),
    idempotent: z
      .boolean({ error: 'must be true or false' })
      .default(false)
      .describe('calling twice does no harm: needed to retry'),
    effect: oneOf(['read', 'write']).default('write').describe('what the call does to the world'),
    mode: modeName
      .optional()
      .describe('a mode of your own that may refuse it, or have it read only'),
    retry: retry.optional(),
    breaker: z
      .strictObject(breakerShape, { error: 'must be an object' })
      .optional()
      .describe('as for runtime.breaker, without classify'),
    bulkhead: bulkhead.optional(),
    fallback: z
      .custom<Fallback>((given) => typeof given === 'function', { error: 'must be a function' })
      .optional()
      .describe('answers in place of a failure; gets the error, and the arguments'),
    classify: classify
      .optional()
      .describe('success, failure or ignored, by result; default: what throws is a failure'),
  },
  { error: 'must be an object' },
);

type Given = z.output<typeof shape>;
type Nonsense = readonly [path: readonly string[], message: string];

/** What each part allows and all together do not. */
function* nonsenseOf({ timeoutMs, deadlineMs, ...given }: Given): Generator<Nonsense> {
  if (deadlineMs !== undefined && timeoutMs !== undefined && timeoutMs > deadlineMs) {
    yield [['timeoutMs'], `must be at most deadlineMs, ${deadlineMs}`];
  }
  if (given.retry !== undefined && !given.idempotent) {
    yield [['retry'], 'must come with idempotent: true'];
  }
  const refused = given.retry?.codes?.find((code) => REFUSALS.includes(code));
  if (refused !== undefined) {
    yield [['retry', 'codes'], `must not hold ${refused}, which refuses the retry too`];
  }
  const callsMax = given.bulkhead?.callsMax ?? Number.POSITIVE_INFINITY;
  if (given.breaker !== undefined && given.breaker.probesMax > callsMax) {
    yield [['breaker', 'probesMax'], `must be at most bulkhead.callsMax, ${callsMax}`];
  }
}

export const protectOptions = shape.superRefine((given, context) => {
  for (const [path, message] of nonsenseOf(given)) {
    context.addIssue({ code: 'custom', path: [...path], message, params: NONSENSE });
  }
});

export type ProtectOptions = z.output<typeof protectOptions>;
export type ProtectOptionsInput = z.input<typeof protectOptions>;
export type RetryOptions = z.output<typeof retry>;
