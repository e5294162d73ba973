import { z } from 'zod';
import {
  anchor,
  consistencyOptions,
  holdOptions,
  readRange,
  releaseOptions,
  rotateKeyOptions,
} from './audit.ts';
import { wholeNumber } from './number.ts';
import { redactedFields } from './redact.ts';

const index = wholeNumber(0, Number.MAX_SAFE_INTEGER);
const timeOr = (expected: string) => z.iso.datetime({ offset: true, error: expected });
const time = timeOr('must be an RFC 3339 time');
const before = 'must be an index or an RFC 3339 time';
const isObject = { error: 'must be an object' };
const reason = 'must be a string of 1 to 200 characters';
const methodName = 'must be a string of 1 to 64 characters';

/** One line to the control socket. */
export const controlRequest = z.strictObject(
  {
    id: z.union([index, z.string().max(64)], {
      error: 'must be a whole number, or a string of at most 64 characters',
    }),
    method: z.string({ error: methodName }).min(1, methodName).max(64, methodName),
    params: z.record(z.string(), z.unknown(), isObject).default({}),
  },
  isObject,
);

export type ControlRequest = z.output<typeof controlRequest>;

const nothing = z.strictObject({}, isObject);
const range = readRange.extend({ since: time.optional(), until: time.optional() });

/** What each method of the control socket takes. Times stay text: they are read further down. */
export const controlParams = {
  'audit.verify': z.strictObject({ anchor: anchor.optional() }, isObject),
  'audit.checkpoint': nothing,
  'audit.beginSeals': nothing,
  'audit.prove': z.strictObject({ index }, isObject),
  'audit.proveConsistency': consistencyOptions,
  'audit.status': nothing,
  'audit.read': range,
  'audit.export': range.extend({ redact: redactedFields }),
  'audit.tail': z.strictObject({ fromIndex: index.optional() }, isObject),
  'audit.shred': z.strictObject(
    {
      before: z.union([index, timeOr(before)], { error: before }),
      reason: z.string({ error: reason }).min(1, reason).max(200, reason),
    },
    isObject,
  ),
  'audit.hold': holdOptions,
  'audit.release': releaseOptions,
  'audit.rotate': nothing,
  'audit.rotateKey': rotateKeyOptions,
} as const;

export type ControlMethod = keyof typeof controlParams;
export type ControlParams<Method extends ControlMethod> = z.output<(typeof controlParams)[Method]>;
export type ControlParamsInput<Method extends ControlMethod> = z.input<
  (typeof controlParams)[Method]
>;
