import { z } from 'zod';

/**
 * Asks a key service for the master key of a store: 32 bytes, the same for the same store. It is
 * asked twice before a store is under one that is new, and refused if they differ.
 */
export type KeyProvider = (request: {
  readonly storeId: string;
  readonly signal: AbortSignal;
}) => Promise<Uint8Array>;

const text = (min: number, max: number) => {
  const expected = `must be a string of ${min} to ${max} characters`;
  return z.string({ error: expected }).min(min, expected).max(max, expected);
};

const sources = z.union(
  [
    z.strictObject({
      file: text(1, 4_096).describe('a file of 64 hex digits, mode 0600'),
      create: z.boolean().default(false).describe('makes the file if it is missing'),
    }),
    z.strictObject({ env: text(1, 200).describe('a variable that holds 64 hex digits') }),
    z.strictObject({ passphrase: text(12, 1_024).describe('stretched by argon2id') }),
    z.strictObject({
      provider: z.custom<KeyProvider>((given) => typeof given === 'function'),
    }),
  ],
  {
    error:
      'must be { file, create? }, { env }, { passphrase } (12 to 1024 characters) or { provider }',
  },
);

export const masterKeyOptions = sources.describe(
  'where the key comes from that everything in `dataDir` is sealed under',
);

/** As it is given. */
export type MasterKeyInput = z.input<typeof masterKeyOptions>;

export type MasterKeySource = z.output<typeof masterKeyOptions>;
