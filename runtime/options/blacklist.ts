import { z } from 'zod';
import { HERE, isReason, isSignerName } from '../../actors/peer/door/blacklist.ts';
import { publicKeyOfPeer } from '../../actors/peer/wire/peer-id.ts';
import { noteKeyTypes } from '../../storage/proofs/note-key.ts';
import { NONSENSE, wholeNumber } from './number.ts';
import { verifierKey } from './verifier-key.ts';

const isObject = { error: 'must be an object' };
const REASON = 'must be one line of 1 to 200 characters';
const PEER = 'must be a peer id of 52 letters and digits';

const reason = z.string({ error: REASON }).refine(isReason, REASON);
const id = z.string({ error: PEER }).refine((given) => publicKeyOfPeer(given) !== undefined, PEER);

/** What `blame` takes. */
export const blameOptions = z.strictObject(
  { reason: reason.describe('goes on record, and to whoever takes the list') },
  isObject,
);

/** What `forgive` takes. */
export const forgiveOptions = z.strictObject(
  { reason: reason.default('asked for').describe('goes on record') },
  isObject,
);

const SIGNER = `must be of another name than ${HERE}`;

/** What `importBlacklist` takes. */
export const importOptions = z.strictObject(
  {
    signers: z
      .array(
        verifierKey(noteKeyTypes.signature).refine(({ name }) => isSignerName(name), {
          error: SIGNER,
          params: NONSENSE,
        }),
        { error: 'must be a list of 1 to 16 verifier keys' },
      )
      .min(1, 'must be a list of 1 to 16 verifier keys')
      .max(16, 'must be a list of 1 to 16 verifier keys')
      .describe('verifier keys of those who are believed, one of whom must have signed it'),
  },
  isObject,
);

/** What is kept of one that is listed. */
export const savedBlame = z.strictObject(
  {
    v: z.literal(1, { error: 'must be 1' }),
    reason,
    by: z.string({ error: 'must be a text' }).min(1).max(1_024),
    line: wholeNumber(1, 1_000_000).optional(),
    sinceMs: z.number({ error: 'must be a finite number' }),
  },
  { error: 'must be an object that was saved' },
);

/** Of a method of the control socket. */
export const blamed = id;

export type BlameOptionsInput = z.input<typeof blameOptions>;
export type ForgiveOptionsInput = z.input<typeof forgiveOptions>;
export type ImportOptionsInput = z.input<typeof importOptions>;
