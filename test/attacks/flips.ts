import { SeededRandom } from '../../runtime/sim/random.ts';
import { Log } from '../../storage/log.ts';
import { diskStage, type LogStage, records } from '../storage/log-stage.ts';

/** A log on a real LevelDB, and what is to be known of it. */
export interface Victim {
  readonly stage: LogStage;
  readonly paths: readonly string[];
  readonly isClosed: boolean;
  /** Records that the head promises. */
  readonly promised: number;
}

/** Text and locks of LevelDB. */
const isExempt = (path: string): boolean => /\/(LOG|LOG\.old|LOCK)$|\.tmp$/.test(path);

/**
 * A shredded segment, two sealed ones and an active one; from 5 megabytes on some have tables.
 * After a clean end, or as a kill would leave it.
 */
export async function buildVictim(isClosed: boolean, megabytes = 5): Promise<Victim> {
  const stage = diskStage();
  const log = await stage.open();
  await log.append(records('a', 20, 100));
  await log.seal(await log.rotate());
  await fill(log, 'b', megabytes);
  await log.seal(await log.rotate());
  await log.append(records('c', 30, 200));
  await log.seal(await log.rotate());
  await log.shred(1, 'it is old');
  await fill(log, 'd', megabytes);
  await log.writeHead();
  const promised = log.size;
  if (!isClosed) await log.append(records('e', 10, 100));
  const copy = diskStage();
  if (isClosed) await log.close();
  await stage.copy(stage.root, copy.root);
  if (!isClosed) await log.close();
  const paths = (await copy.paths()).filter((path) => !isExempt(path));
  return { stage: copy, paths, isClosed, promised };
}

async function fill(log: Log, name: string, megabytes: number): Promise<void> {
  for (let at = 0; at < megabytes * 4; at++) await log.append(records(`${name}${at}-`, 64, 4_000));
}

export type Attack = 'flip' | 'cut' | 'remove' | 'swap' | 'double';

export interface Outcome {
  readonly what: string;
  readonly verdict: string;
  /** What went wrong with the detection; empty if nothing did. */
  readonly wrong: readonly string[];
}

const attacks: readonly Attack[] = [
  'flip',
  'flip',
  'flip',
  'flip',
  'cut',
  'remove',
  'swap',
  'double',
];

/** One attack at a random place; the victim is as it was afterwards. */
export async function attack(victim: Victim, seed: number, opens: boolean): Promise<Outcome> {
  const random = new SeededRandom(seed).stream('attack');
  const pick = (below: number): number => Math.min(below - 1, Math.floor(random.draw() * below));
  const { stage, paths } = victim;
  const kind = attacks[pick(attacks.length)] ?? 'flip';
  const path = paths[pick(paths.length)] ?? '';
  const other = paths[pick(paths.length)] ?? '';
  const [bytes, others] = [await read(stage, path), await read(stage, other)];
  const at = pick(Math.max(1, bytes.length));
  const what = `seed ${seed}: ${kind} ${path.slice(stage.root.length)} at ${at} of ${bytes.length}`;
  const isSame = kind !== 'flip' && kind !== 'remove' && Buffer.compare(bytes, others) === 0;
  if (bytes.length === 0 || (isSame && kind !== 'cut')) return { what, verdict: '-', wrong: [] };
  if (kind === 'flip') await stage.flip(path, at, 2 ** pick(8));
  else if (kind === 'cut') await stage.files.truncate(path, at);
  else if (kind === 'remove') await stage.files.remove(path);
  else if (kind === 'swap') await stage.swap(path, other);
  else await stage.files.replace(path, others);
  try {
    const outcome = await judge(victim, what);
    const opened = opens ? await openAttacked(stage) : [];
    return { ...outcome, wrong: [...outcome.wrong, ...opened] };
  } finally {
    await stage.files.replace(path, bytes);
    await stage.files.replace(other, others);
  }
}

async function judge({ stage, isClosed, promised }: Victim, what: string): Promise<Outcome> {
  const wrong: string[] = [];
  const before = await stage.digest();
  const { verdict, size, segments } = await stage.verify();
  if ((await stage.digest()) !== before) wrong.push('verifying wrote');
  const isFine = verdict === 'ok' || verdict === 'shredded';
  if (isFine) wrong.push('nobody saw it');
  if (isClosed && verdict === 'tornTail') wrong.push('torn after a clean end');
  if (!isClosed && isFine && size < promised)
    wrong.push(`only ${size} of ${promised}, and no alarm`);
  const said = segments.map((each) => `${each.segment} ${each.verdict} ${each.because ?? ''}`);
  return { what: `${what}: ${said.join('; ')}`, verdict, wrong };
}

/** Opens a copy of the attacked log: it must open, and change nothing that it has doubts about. */
async function openAttacked(attacked: LogStage): Promise<readonly string[]> {
  const stage = diskStage();
  await stage.copy(attacked.root, stage.root);
  const storeOf = (segment: number): string => stage.place.layout.store(segment);
  const digests = await Promise.all([1, 2, 3, 4].map((each) => stage.digest(storeOf(each))));
  try {
    const { log, findings } = await Log.open(stage.place);
    await log.close();
    const doubted = findings.flatMap((each) => (each.kind === 'quarantined' ? each.segment : []));
    const wrong: string[] = [];
    for (const segment of [1, 2, 3, ...doubted]) {
      const isAsItWas = (await stage.digest(storeOf(segment))) === digests[segment - 1];
      if (segment < 5 && !isAsItWas) wrong.push(`opening changed segment ${segment}`);
    }
    return wrong;
  } catch (error) {
    return [`opening failed: ${error}`];
  } finally {
    await stage.files.remove(stage.root);
  }
}

const read = async (stage: LogStage, path: string): Promise<Uint8Array> =>
  (await stage.files.read(path)) ?? new Uint8Array();
