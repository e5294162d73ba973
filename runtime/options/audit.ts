import { z } from 'zod';
import { isHoldName } from '../../storage/holds.ts';
import { DAY_MS, NONSENSE, number, oneOf, wholeNumber } from './number.ts';

const MIB = 1024 * 1024;

const retention = z.strictObject(
  {
    ageMs: number(1, 100 * 365 * DAY_MS)
      .default(90 * DAY_MS)
      .describe('segments are shredded so long after they ended'),
    bytesMax: wholeNumber(MIB, Number.MAX_SAFE_INTEGER)
      .default(64 * 1024 * MIB)
      .describe('of the segments that have ended and are not held; the oldest are shredded'),
    segmentsMax: wholeNumber(1, 1_000)
      .default(900)
      .describe('segments that have ended, held or not; the key page has room for 1,024'),
  },
  { error: 'must be an object' },
);

export const auditOptions = z.strictObject(
  {
    recordsPerCommitMax: wholeNumber(1, 4_096).default(4_096).describe('records of one commit'),
    queueRecordsMax: wholeNumber(1, 1_000_000)
      .default(65_536)
      .describe('records that may wait; more are refused'),
    queueBytesMax: wholeNumber(65_536, 1_024 * MIB)
      .default(64 * MIB)
      .describe('bytes of records that may wait; more are refused'),
    appendMs: number(10, 600_000)
      .default(10_000)
      .describe('a commit that takes longer has stalled, and the log is opened anew'),
    headMs: number(10, 60_000)
      .default(1_000)
      .describe('how often the head is written: what it promises, nobody can take back unseen'),
    healthMs: number(10, 3_600_000).default(30_000).describe('how often the log is examined'),
    segmentBytesMax: wholeNumber(65_536, 1_024 * MIB)
      .default(64 * MIB)
      .describe('a segment is sealed at that size, and at midnight UTC'),
    spoolBytesMax: wholeNumber(0, 1_024 * MIB)
      .default(16 * MIB)
      .describe('of records kept aside while the log takes none'),
    ballastBytes: wholeNumber(0, 1_024 * MIB)
      .default(12 * MIB)
      .describe('kept free for the last words on a full disk'),
    freeBytesMin: wholeNumber(0, Number.MAX_SAFE_INTEGER)
      .default(64 * MIB)
      .describe('below that the service becomes read-only; it recovers at twice as much'),
    reopenMs: number(10, 600_000).default(30_000).describe('how long opening the log may take'),
    replayMs: number(10, 600_000)
      .default(60_000)
      .describe('how long it may take to put back what was kept aside'),
    retention: retention.default(retention.parse({})),
  },
  { error: 'must be an object' },
);

export type AuditOptions = z.output<typeof auditOptions>;
export type AuditOptionsInput = z.input<typeof auditOptions>;

const index = wholeNumber(0, Number.MAX_SAFE_INTEGER);
const name = z
  .string({ error: 'must be a string of 1 to 200 characters' })
  .min(1, 'must be a string of 1 to 200 characters')
  .max(200, 'must be a string of 1 to 200 characters');
const timeExpected = 'must be a Date or an RFC 3339 time';
const time = z
  .union([z.date(), z.iso.datetime({ offset: true, error: timeExpected })], {
    error: timeExpected,
  })
  .transform((given) => new Date(given).getTime());

/** What `append` takes beside the event. */
export const appendOptions = z.strictObject(
  {
    signal: z
      .instanceof(AbortSignal, { error: 'must be an AbortSignal' })
      .optional()
      .describe('takes the record back, if it is not being written yet'),
    policy: oneOf(['closed', 'spool', 'open'])
      .default('spool')
      .describe('if the log takes none: refuse, keep it aside and wait, or do without'),
  },
  { error: 'must be an object' },
);

/** What `read` and `export` take. */
export const readRange = z.strictObject(
  {
    type: name.optional().describe('only events of that type'),
    subject: name.optional().describe('only events about that subject'),
    since: time.optional().describe('only events of that time or later'),
    until: time.optional().describe('only events before that time'),
    fromIndex: index.optional().describe('the first index, included'),
    toIndex: index.optional().describe('the last index, excluded'),
  },
  { error: 'must be an object' },
);

export type ReadRangeOptions = z.output<typeof readRange>;
export type ReadRangeInput = z.input<typeof readRange>;

const anchorExpected = 'must be a checkpoint, at most 65536 characters';

export const anchor = z
  .string({ error: anchorExpected })
  .min(1, anchorExpected)
  .max(65_536, anchorExpected);

const sealsExpected = 'must be what beginSeals returned';

export const sealsStart = z
  .string({ error: sealsExpected })
  .min(1, sealsExpected)
  .max(256, sealsExpected);

/** What `verify` takes. */
export const verifyOptions = z.strictObject(
  {
    onProgress: z
      .custom<(done: number, of: number) => void>(
        (given) => typeof given === 'function',
        'must be a function',
      )
      .optional()
      .describe('called before each segment, with how many are done, of how many'),
    seals: sealsStart.optional().describe('what `beginSeals` returned'),
    anchor: anchor.optional().describe('a checkpoint of the log that was kept elsewhere'),
  },
  { error: 'must be an object' },
);

/** What `prove` takes beside the index. */
export const proveOptions = z.strictObject(
  { checkpoint: anchor.optional().describe('of the log, for the receipt to carry') },
  { error: 'must be an object' },
);

/** What `proveConsistency` takes. */
export const consistencyOptions = z.strictObject(
  {
    fromSize: wholeNumber(1, Number.MAX_SAFE_INTEGER).describe('of the older checkpoint'),
    toSize: wholeNumber(1, Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('of the newer one; that of the log by default'),
  },
  { error: 'must be an object' },
);

const directoryExpected = 'must be the path of a directory, 1 to 4096 characters';

/** What `publish` takes. */
export const publishOptions = z.strictObject(
  {
    directory: z
      .string({ error: directoryExpected })
      .min(1, directoryExpected)
      .max(4_096, directoryExpected)
      .describe('where the files are to lie; made if it is missing'),
  },
  { error: 'must be an object' },
);

/** What `shred` takes. */
export const shredOptions = z.strictObject(
  {
    before: z
      .union([index, time], { error: 'must be an index, a Date, or an RFC 3339 time' })
      .describe('segments that ended before that index or time'),
    reason: name.default('asked for').describe('goes on the paper that stays'),
  },
  { error: 'must be an object' },
);

const holdName = z.string({ error: 'must be a string of 1 to 64 bytes' }).refine(isHoldName, {
  error: 'must have 1 to 64 bytes of UTF-8 and no control characters',
  params: NONSENSE,
});

/** What `rotateKey` takes. */
export const rotateKeyOptions = z.strictObject(
  { reason: name.default('asked for').describe('goes on record') },
  { error: 'must be an object' },
);

/** What `hold` takes. */
export const holdOptions = z.strictObject(
  {
    name: holdName.describe('one of its own, for whoever releases it'),
    fromIndex: index.default(0).describe('the first index, included'),
    toIndex: index.optional().describe('the last index, excluded; without it, all to come as well'),
    reason: name.default('asked for').describe('goes on record'),
  },
  { error: 'must be an object' },
);

/** What `release` takes. */
export const releaseOptions = z.strictObject(
  {
    name: holdName.describe('that of the hold'),
    reason: name.default('asked for').describe('goes on record'),
  },
  { error: 'must be an object' },
);
