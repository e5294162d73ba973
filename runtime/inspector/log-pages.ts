import type { Answer } from '../../actors/http.ts';
import type { AuditLog } from '../audit.ts';
import { maskSecrets } from '../masking.ts';
import { inspectorRange } from '../options/inspector.ts';
import { readOptions } from '../options/read.ts';
import { json } from './answers.ts';
import type { ToldRecord } from './panel-shapes.ts';
import { toldRecord } from './told-record.ts';

type Log = Pick<AuditLog, 'read' | 'status' | 'verify'>;

const RECORDS_MAX = 200;
/** Of one answer, whatever matches: a record takes a tenth of a millisecond. */
const READ_MAX = 10_000;
const PROBLEMS_MAX = 50;

/** Records that are asked for, and `to`: where whoever wants more reads on. */
export async function recordsOf(log: Log, query: URLSearchParams): Promise<Answer> {
  const given = readOptions(inspectorRange, 'audit', Object.fromEntries(query));
  const { size } = log.status();
  const isFiltered = given.type !== undefined || given.subject !== undefined;
  const newest = Math.max(0, size - (isFiltered ? READ_MAX : RECORDS_MAX));
  const fromIndex = Math.min(given.fromIndex ?? newest, size);
  const toIndex = Math.min(given.toIndex ?? size, size, fromIndex + READ_MAX);
  const records: ToldRecord[] = [];
  if (fromIndex >= toIndex) return json({ records, to: fromIndex });
  for await (const each of log.read({ ...given, fromIndex, toIndex })) {
    if (each.kind === 'gap') continue;
    records.push(toldRecord(each));
    // Whoever says where to begin reads on from there; whoever does not wants the newest.
    if (records.length <= RECORDS_MAX) continue;
    if (given.fromIndex === undefined) records.shift();
    else break;
  }
  const more = records.length > RECORDS_MAX ? records.pop() : undefined;
  return json({ records, to: more?.index ?? toIndex });
}

/** What came of checking the whole log. */
export async function verificationOf(log: Log): Promise<Answer> {
  const { segments, problems, ...found } = await log.verify();
  const amiss = segments.filter(({ verdict }) => verdict !== 'ok');
  return json({
    ...found,
    segments: segments.length,
    amiss: amiss.slice(0, PROBLEMS_MAX).map(({ because = '', ...segment }) => ({
      ...segment,
      because: maskSecrets(because),
    })),
    problems: problems.slice(0, PROBLEMS_MAX).map(({ because, ...problem }) => ({
      ...problem,
      because: maskSecrets(because),
    })),
  });
}
