import { z } from 'zod';
import { keyChange, revokedKey, rotatedKey } from './keys.ts';
import { masterKeyOptions } from './master-key.ts';

const nothing = z.strictObject({}, { error: 'must be an object' });

/** What each method of the control socket takes that is about keys. */
export const keyControlParams = {
  'keys.list': nothing,
  'keys.rotate': keyChange.extend({ purpose: rotatedKey, to: masterKeyOptions.optional() }),
  'keys.revoke': keyChange.extend({ purpose: revokedKey }),
  'keys.archive': nothing,
  'keys.exportPublic': nothing,
} as const;

export type KeyControlMethod = keyof typeof keyControlParams;
