import { z } from 'zod';
import { type Isolation, isAsStrong, isolations } from '../../machines/isolation.ts';
import { NONSENSE, oneOf, wholeNumber } from './number.ts';

const MIB = 1_048_576;
const CODE = `must be a string of 1 to ${MIB} characters`;
const TENANT = 'must be a string of 1 to 128 characters';

const isFunction = (given: unknown): boolean => typeof given === 'function';

/** What one call may take, and who hears of it. */
const call = {
  timeoutMs: wholeNumber(1, 600_000)
    .default(5_000)
    .describe('wall time of the code, host calls too'),
  cpuMs: wholeNumber(1, 600_000).default(5_000).describe('of the code alone'),
  outputBytesMax: wholeNumber(0, 64 * MIB)
    .default(65_536)
    .describe('of all that it prints'),
  resultBytesMax: wholeNumber(16, 16 * MIB)
    .default(MIB)
    .describe('of what it returns, and of each answer of the host, as JSON'),
  hostCallsMax: wholeNumber(0, 100_000).default(256).describe('how often it may ask the host'),
  hostBytesMax: wholeNumber(0, 1_024 * MIB)
    .default(16 * MIB)
    .describe('of what it asks the host, and is answered: JSON, and 64 for each value in it'),
  onPrinted: z
    .custom<(text: string) => void>(isFunction, 'must be a function')
    .optional()
    .describe('called with what it prints, as it comes'),
  signal: z
    .instanceof(AbortSignal, { error: 'must be an AbortSignal' })
    .optional()
    .describe('ends it, and the guest it runs in'),
};

/** Where it runs. */
const place = {
  isolation: oneOf(isolations).optional().describe('`floor` if that is given, else `isolate`'),
  floor: oneOf(isolations).optional().describe('what it may fall to; by default `isolation`'),
  memoryBytesMax: wholeNumber(16 * MIB, 1_024 * MIB)
    .default(32 * MIB)
    .describe('of the program, above what its level takes by itself'),
  host: z
    .record(z.string(), z.custom<HostFunction>(isFunction, 'must be a function'), {
      error: 'must be an object of functions',
    })
    .default({})
    .describe(
      'what the code may ask for, as `await host.call(name, input)`, with at most 1,048,576 ' +
        'bytes of JSON; of an error it is told 1,024 characters',
    ),
};

/** Answers what a guest asks for. Of what it throws, the guest is told 1,024 characters. */
export type HostFunction = (
  /** JSON, and not to be believed. */
  input: unknown,
  context: { readonly signal: AbortSignal },
) => unknown;

export const sandboxCode = z.string({ error: CODE }).min(1, CODE).max(MIB, CODE);

interface Place {
  readonly isolation?: Isolation | undefined;
  readonly floor?: Isolation | undefined;
}

const isNoWeaker = ({ isolation, floor }: Place): boolean =>
  isolation === undefined || floor === undefined || isAsStrong(isolation, floor);

const WEAKER = {
  path: ['floor'],
  error: 'must be no stronger than isolation',
  params: NONSENSE,
};

const given = { error: 'must be an object' };

export const sandboxOptions = z
  .strictObject(
    {
      code: sandboxCode.describe('a script, whose completion value, awaited, is the output'),
      input: z
        .unknown()
        .optional()
        .describe('JSON of at most 16,777,216 bytes; the code finds it as `input`'),
      ...place,
      ...call,
    },
    given,
  )
  .refine(isNoWeaker, WEAKER);

export const boxOptions = z
  .strictObject(
    {
      ...place,
      tenant: z
        .string({ error: TENANT })
        .min(1, TENANT)
        .max(128, TENANT)
        .optional()
        .describe('whose it is, for the records'),
    },
    given,
  )
  .refine(isNoWeaker, WEAKER);

export const boxCallOptions = z.strictObject(call, given);

export type SandboxOptions = z.output<typeof sandboxOptions>;
export type SandboxOptionsInput = z.input<typeof sandboxOptions>;
export type BoxOptions = z.output<typeof boxOptions>;
export type BoxOptionsInput = z.input<typeof boxOptions>;
export type BoxCallOptions = z.output<typeof boxCallOptions>;
export type BoxCallOptionsInput = z.input<typeof boxCallOptions>;
