import { z } from 'zod';
import { nameOfCalls } from './name-of-calls.ts';
import { number, oneOf, wholeNumber } from './number.ts';
import { restartShape, restartsMax, windowMs } from './restart.ts';

export const MAILBOX_EVENTS_MAX = 1024;

export const childOptions = z.strictObject(
  {
    ...restartShape,
    restartsMax: restartsMax.optional().describe('default that of its supervisor'),
    windowMs: windowMs.optional().describe('default that of its supervisor'),
    input: z.unknown().optional().describe('input of the logic, the same for every incarnation'),
    shutdownMs: number(0, 3_600_000)
      .default(5_000)
      .describe('time to finish when stopped; 0 stops at once'),
    mailbox: z
      .strictObject(
        {
          eventsMax: wholeNumber(1, 1_000_000)
            .default(MAILBOX_EVENTS_MAX)
            .describe('events that may wait; more are refused'),
          attemptsMax: wholeNumber(1, 100)
            .default(1)
            .describe('incarnations one event may bring down before it is quarantined'),
        },
        { error: 'must be an object with eventsMax and attemptsMax' },
      )
      .default({ eventsMax: MAILBOX_EVENTS_MAX, attemptsMax: 1 }),
    restartOnOpen: nameOfCalls
      .optional()
      .describe('a breaker; when it opens, this child fails, and its supervisor decides'),
    restore: oneOf(['fresh', 'lastGood'])
      .default('fresh')
      .describe('what a restart starts from: the initial state, or the last good one'),
    persist: z
      .strictObject(
        {
          logicVersion: wholeNumber(0, 2 ** 31 - 1).describe(
            'saves its state in `dataDir`, to start from when the process is started again; ' +
              'what another version saved is set aside',
          ),
        },
        { error: 'must be an object with logicVersion' },
      )
      .optional(),
  },
  { error: 'must be an object' },
);

export type ChildOptions = z.output<typeof childOptions>;
export type ChildOptionsInput = z.input<typeof childOptions>;
