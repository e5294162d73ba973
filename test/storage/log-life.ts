import { Log } from '../../storage/log.ts';
import { memoryStage, records } from './log-stage.ts';
import { type Death, MortalFiles } from './mortal-files.ts';

/** What the process was told is kept, and what it had merely asked for. */
interface Ledger {
  readonly kept: string[];
  asked: readonly string[];
  /** Whether segment 2 is held; both, while that was merely asked for. */
  isHeld: readonly boolean[];
  log: Log | undefined;
}

async function hold(ledger: Ledger, log: Log): Promise<void> {
  ledger.isHeld = [false, true];
  await log.hold({ name: 'case 7', from: 6, to: 7 });
  ledger.isHeld = [true];
}

async function release(ledger: Ledger, log: Log): Promise<void> {
  ledger.isHeld = [false, true];
  await log.release('case 7');
  ledger.isHeld = [false];
}

async function append(ledger: Ledger, log: Log, name: string, count: number): Promise<void> {
  const batch = records(name, count);
  ledger.asked = batch.map((each) => Buffer.from(each).toString());
  await log.append(batch);
  ledger.kept.push(...ledger.asked);
  ledger.asked = [];
}

async function open(ledger: Ledger, stage: ReturnType<typeof memoryStage>): Promise<Log> {
  ledger.log = undefined;
  ledger.log = await stage.open();
  return ledger.log;
}

/** All that a log does in its life. */
export async function live(stage: ReturnType<typeof memoryStage>, ledger: Ledger): Promise<void> {
  const log = await open(ledger, stage);
  await append(ledger, log, 'a', 3);
  await log.prepare();
  await append(ledger, log, 'b', 2);
  const first = await log.rotate();
  await append(ledger, log, 'c', 2);
  await log.seal(first);
  await log.seal(await log.rotate());
  await append(ledger, log, 'd', 3);
  await log.writeHead();
  await hold(ledger, log);
  await log.shred(1, 'it is old');
  await append(ledger, log, 'e', 1);
  await log.prepare();
  await log.close();
  const again = await open(ledger, stage);
  await append(ledger, again, 'f', 2);
  await again.prepare();
  await again.rotateKey(again.size);
  const third = await again.rotate();
  await append(ledger, again, 'g', 1);
  await again.seal(third);
  await release(ledger, again);
  await again.shred(2, 'it is old');
  await again.close();
}

export function beginLife() {
  const files = new MortalFiles();
  const ledger: Ledger = { kept: [], asked: [], isHeld: [false], log: undefined };
  return { files, stage: memoryStage(files), ledger };
}

const isShredded = async ({ files, place }: ReturnType<typeof memoryStage>, segment: number) =>
  (await files.stat(place.layout.paper(segment, 'shred'))) !== undefined;

/** Segment 1 has five records, segment 2 two. */
const wantedOf = (all: readonly string[], [isFirst, isSecond]: readonly boolean[]) => [
  ...(isFirst ? ['[0-5 shredded]'] : all.slice(0, 5)),
  ...(isSecond ? ['[5-7 shredded]'] : all.slice(5, 7)),
  ...all.slice(7),
];

/** A life that meets its end at write `n`; what came of it, as far as it is not as it must be. */
export async function liveUntil(n: number, death: Death): Promise<readonly string[]> {
  const { files, stage, ledger } = beginLife();
  files.dieAt = n;
  files.death = death;
  await live(stage, ledger).catch(() => {});
  await ledger.log?.abandon().catch(() => {});
  files.revive();
  stage.kv.crash();
  const wrong: string[] = [];
  const isBegun = (await stage.paths()).length > 0;
  const digest = await stage.digest();
  const { verdict, segments, problems } = await stage.verify();
  if (isBegun && !['ok', 'tornTail', 'shredded', 'unverifiable'].includes(verdict)) {
    wrong.push(`${verdict} before: ${JSON.stringify({ segments, problems })}`);
  }
  if (verdict === 'unverifiable' && segments[0]?.verdict !== 'unverifiable') wrong.push('keyless');
  if ((await stage.digest()) !== digest) wrong.push('verifying wrote');
  const { log, findings } = await Log.open(stage.place);
  wrong.push(
    ...findings.filter(({ kind }) => kind === 'quarantined').map((f) => JSON.stringify(f)),
  );
  const sizes = [ledger.kept.length, ledger.kept.length + ledger.asked.length];
  if (!sizes.includes(log.size)) wrong.push(`${log.size} records instead of ${sizes}`);
  const expected = [...ledger.kept, ...ledger.asked].slice(0, log.size);
  if (log.isKeyRetired && log.auditKey > 0) await log.rotate();
  const open = await log.append(records('z', 1));
  if (open.first !== expected.length) wrong.push(`it goes on with ${open.first}`);
  const isHeld = log.holds.length > 0;
  if (!ledger.isHeld.includes(isHeld)) wrong.push(`held is ${isHeld}, not ${ledger.isHeld}`);
  const shredded = await Promise.all([1, 2].map((segment) => isShredded(stage, segment)));
  if (isHeld && shredded[1]) wrong.push('what is held was shredded');
  const found = await stage.read({}, log);
  const wanted = wantedOf([...expected, 'z0'], shredded);
  if (found.join() !== wanted.join()) wrong.push(`it reads ${found} instead of ${wanted}`);
  await log.close();
  const after = await stage.verify();
  const good = shredded.includes(true) ? 'shredded' : 'ok';
  if (after.verdict !== good) wrong.push(`${after.verdict} after: ${JSON.stringify(after)}`);
  if ((await stage.findings()).length > 0) wrong.push('findings at a second opening');
  return wrong.map((what) => `write ${n}: ${what}`);
}
