import { z } from 'zod';
import { canonicalAddress, isLoopback } from '../../actors/peer/address.ts';
import { sha256, text } from '../../storage/bytes.ts';
import { Secret } from '../../storage/secret.ts';
import { wholeNumber } from './number.ts';

const HOST = 'must be an address of this machine, as 127.0.0.1 or ::';
const TOKEN = 'must be a string of 16 to 512 letters, digits and any of -._~+/=';

export const token = z.string({ error: TOKEN }).regex(/^[\w.~+/=-]{16,512}$/, TOKEN);

export const diagnostics = z.strictObject(
  {
    port: wholeNumber(0, 65_535)
      .optional()
      .describe('where health, metrics and diagnostics are served; 0 for any that is free'),
    host: z
      .string({ error: HOST })
      .refine((host) => canonicalAddress(host) !== undefined, HOST)
      .default('127.0.0.1')
      .describe('address of this machine to listen at; beyond loopback, a token must be given'),
    token: token
      .transform((given) => Secret.of(sha256(text(given))))
      .optional()
      .describe('whoever bears it may ask for more than the three probes'),
  },
  { error: 'must be an object' },
);

const ADDRESS = 'must be a string';

/** Where a request comes from; undefined if nobody knows. */
export const fetchOptions = z.strictObject(
  { remoteAddress: z.string({ error: ADDRESS }).optional() },
  { error: 'must be an object' },
);

export type FetchOptions = z.input<typeof fetchOptions>;
export type DiagnosticsOptions = z.output<typeof diagnostics>;

/** @throws {RangeError} for a place that others reach, without a token to tell who may ask. */
export function checkReach({ port, host, token }: DiagnosticsOptions): void {
  if (port === undefined || token !== undefined || isLoopback(canonicalAddress(host) ?? '')) return;
  throw new RangeError(
    `createRuntime.diagnostics.token must be given too: others may reach ${host}`,
  );
}
