import { z } from 'zod';
import { publicKeyOfPeer } from '../../actors/peer/wire/peer-id.ts';
import { utf8Bytes } from '../../actors/peer/wire/utf8.ts';
import { modeName } from './mode.ts';
import { oneOf, wholeNumber } from './number.ts';
import { sandboxCode } from './sandbox.ts';

const HOUR_MS = 3_600_000;

/** What validates an input: the one interface of zod, valibot, arktype and others (v1). */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult | PromiseLike<SchemaResult>;
    readonly types?: { readonly output: unknown } | undefined;
  };
}

/** What comes out of a schema. */
export type OutputOf<Schema extends StandardSchema> = Schema extends {
  readonly '~standard': { readonly types?: { readonly output: infer Output } | undefined };
}
  ? Output
  : unknown;

type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: unknown }[] };

const isSchema = (given: unknown): boolean => {
  const isThing = typeof given === 'object' || typeof given === 'function';
  if (!isThing || given === null) return false;
  const standard: unknown = Reflect.get(given, '~standard');
  return typeof Object(standard).validate === 'function';
};

const ASKED = 'must be a string of 1 to 128 bytes';

export const askedMethod = z
  .string({ error: ASKED })
  .refine((name) => name !== '' && utf8Bytes(name) <= 128, ASKED);

const METHOD = 'must be a string of 1 to 128 bytes that does not begin with holdfast.';

export const methodName = z
  .string({ error: METHOD })
  .refine((name) => name !== '' && utf8Bytes(name) <= 128 && !name.startsWith('holdfast.'), METHOD);

export const handleOptions = z.strictObject(
  {
    level: oneOf(['basic', 'verified', 'privileged', 'critical'])
      .default('verified')
      .describe('least level of whoever asks'),
    effect: oneOf(['read', 'write']).default('write').describe('what the method does to the world'),
    mode: modeName
      .optional()
      .describe('a mode of your own that may refuse it, or have it read only'),
    input: z
      .custom<StandardSchema>(isSchema, { error: 'must be a schema of Standard Schema v1' })
      .optional()
      .describe('what the payload must be, as a Standard Schema'),
    sandbox: sandboxCode
      .optional()
      .describe('code that answers in place of a handler, in a sandbox; `level` says in which'),
  },
  { error: 'must be an object' },
);

export type HandleOptions = z.output<typeof handleOptions>;
export type HandleOptionsInput = z.input<typeof handleOptions>;

const PEER = 'must be a peer id of 52 letters and digits';

const peerId = z.string({ error: PEER }).refine((id) => publicKeyOfPeer(id) !== undefined, PEER);

const signal = z
  .instanceof(AbortSignal, { error: 'must be an AbortSignal' })
  .optional()
  .describe('gives up the wait when it aborts');

const HOST = 'must be an address of this machine';

export const listenOptions = z.strictObject(
  {
    host: z
      .string({ error: HOST })
      .min(1, HOST)
      .default('127.0.0.1')
      .describe('address of this machine to listen at'),
    port: wholeNumber(0, 65_535).default(0).describe('0 for any that is free'),
  },
  { error: 'must be an object' },
);

export const connectOptions = z.strictObject(
  {
    identity: z
      .union([z.literal('any'), peerId], { error: `${PEER}, or 'any'` })
      .optional()
      .describe("who has to answer; 'any' for anybody; by default whoever answered first"),
    signal,
  },
  { error: 'must be an object' },
);

export const requestOptions = z.strictObject(
  {
    timeoutMs: wholeNumber(1, HOUR_MS).optional().describe('default timeouts.requestMs'),
    signal,
  },
  { error: 'must be an object' },
);

export type ListenOptionsInput = z.input<typeof listenOptions>;
export type ConnectOptionsInput = z.input<typeof connectOptions>;
export type RequestOptionsInput = z.input<typeof requestOptions>;
