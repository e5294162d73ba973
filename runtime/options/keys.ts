import { z } from 'zod';
import { FORMER_NAMES_MAX } from '../../actors/peer/kinship.ts';
import { publicKeyOfPeer } from '../../actors/peer/wire/peer-id.ts';
import { masterKeyOptions } from './master-key.ts';
import { DAY_MS, oneOf, wholeNumber } from './number.ts';

const isObject = { error: 'must be an object' };
const HOUR_MS = 3_600_000;
const aReason = 'must be a text of 1 to 1000 characters';
const reason = z.string({ error: aReason }).min(1, aReason).max(1_000, aReason);

export const keys = z.strictObject(
  {
    identityMs: wholeNumber(HOUR_MS, 3_650 * DAY_MS)
      .default(30 * DAY_MS)
      .describe(
        'with a `dataDir` an identity key is rotated once it is so old, up to a tenth earlier',
      ),
    overlapMs: wholeNumber(0, 30 * DAY_MS)
      .default(7 * DAY_MS)
      .describe('after its rotation an identity key is the same peer for so long'),
    archiveMs: wholeNumber(0, 3_650 * DAY_MS)
      .default(90 * DAY_MS)
      .describe('then it is kept, wrapped, for so long, and destroyed'),
  },
  isObject,
);

export const rotatedKey = oneOf(['identity', 'session', 'audit', 'master']);
export const revokedKey = oneOf(['identity']);

export const keyChange = z.strictObject(
  { reason: reason.default('an operator asked for it').describe('for the record') },
  isObject,
);

export const masterChange = keyChange.extend({
  to: masterKeyOptions.describe('where the next master key comes from'),
});

const peerId = z.string().refine((id) => publicKeyOfPeer(id) !== undefined, 'must be a peer id');

/** What is kept of the earlier keys of a peer: ids, and records of continuity in base64. */
export const savedKin = z.strictObject(
  {
    v: z.literal(1, { error: 'must be 1' }),
    former: z.array(peerId).max(FORMER_NAMES_MAX),
    chain: z.string(),
  },
  { error: 'must be an object that was saved' },
);
