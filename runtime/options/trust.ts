import { z } from 'zod';
import { levels, type TrustSignal } from '../../machines/trust.ts';
import { number, oneOf, wholeNumber } from './number.ts';

const FOREVER_MS = 100 * 365 * 86_400_000;

const reason = z.string({ error: 'must be a text' }).min(1).max(1_000);
const level = oneOf(levels);
const time = z.number({ error: 'must be a finite number' });
const sum = number(0, 100);
const allowance = z.strictObject(
  { sinceMs: time, used: number(0, 1_000) },
  { error: 'must be an object with sinceMs and used' },
);

const fields = {
  earned: sum,
  penalty: sum,
  atMs: time,
  earnings: allowance,
  rateCosts: allowance,
  granted: level,
  bannedUntilMs: time,
  bans: wholeNumber(0, 2 ** 31 - 1),
};

/** What is kept of the trust in one identity. */
export const savedTrust = z
  .strictObject(
    { v: z.literal(1, { error: 'must be 1' }), ...fields },
    { error: 'must be an object that was saved' },
  )
  .transform(({ v, ...trust }) => trust);

/** What is kept of the ban of a range. */
export const savedBan = z.strictObject(
  { v: z.literal(1, { error: 'must be 1' }), reason, untilMs: time },
  { error: 'must be an object that was saved' },
);

const judged = {
  atMs: time,
  rule: z.string().optional(),
  reason: z.string().optional(),
  score: time,
  level,
  earnedMax: time,
  before: z.strictObject(fields),
};

/** What a record says of one judgement. */
export const judgement = z.discriminatedUnion('signal', [
  z.object({
    ...judged,
    signal: z.enum([
      ...(['request.answered', 'health.answered', 'request.timedOut', 'health.timedOut'] as const),
      ...(['payload.invalid', 'rate.exceeded', 'promise.broken'] as const),
    ]),
    times: wholeNumber(1, 2 ** 53 - 1).optional(),
  }),
  z.object({ ...judged, signal: z.enum(['rules.violated', 'peer.unbanned']) }),
  z.object({ ...judged, signal: z.literal('level.granted'), granted: level }),
  z.object({ ...judged, signal: z.literal('peer.banned'), forMs: time }),
  z.object({ ...judged, signal: z.literal('peer.followed'), of: z.strictObject(fields) }),
]);
export type Judgement = z.output<typeof judgement>;

/** The signal of which a judgement was made. */
export function signalOf(judged: Judgement): TrustSignal {
  const { atMs } = judged;
  switch (judged.signal) {
    case 'level.granted':
      return { atMs, type: judged.signal, level: judged.granted };
    case 'peer.banned':
      return { atMs, type: judged.signal, forMs: judged.forMs };
    case 'peer.followed':
      return { atMs, type: judged.signal, of: judged.of };
    case 'rules.violated':
    case 'peer.unbanned':
      return { atMs, type: judged.signal };
    default:
      return { atMs, type: judged.signal, times: judged.times };
  }
}

/** What `grant` takes. */
export const grantOptions = z.strictObject(
  {
    level: level.describe('that no failing and no time lowers; `untrusted` takes it back'),
    reason: reason.default('asked for').describe('goes on record'),
  },
  { error: 'must be an object' },
);

/** What `ban` takes. */
export const banOptions = z.strictObject(
  {
    reason: reason.describe('goes on record'),
    forMs: wholeNumber(1, FOREVER_MS).describe('a ban that runs for longer stays'),
  },
  { error: 'must be an object' },
);

/** What `unban` takes. */
export const unbanOptions = z.strictObject(
  { reason: reason.default('asked for').describe('goes on record') },
  { error: 'must be an object' },
);

export type GrantOptionsInput = z.input<typeof grantOptions>;
export type BanOptionsInput = z.input<typeof banOptions>;
export type UnbanOptionsInput = z.input<typeof unbanOptions>;
