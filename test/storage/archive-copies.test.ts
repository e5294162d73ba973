import { describe, expect, it } from 'vitest';
import { StorageError } from '../../storage/faults.ts';
import { Log } from '../../storage/log.ts';
import { type MemoryStage, memoryStage, records } from './log-stage.ts';
import { type Death, MortalFiles } from './mortal-files.ts';

const copies = ['/audit/archive', '/audit/archive.bak'] as const;

/** Goes on under the next audit key, with two records. */
async function rotateKey(log: Log, name: string): Promise<void> {
  await log.rotateKey(log.size);
  await log.seal(await log.rotate());
  await log.append(records(name, 2));
}

/** Two records each under the audit keys 0, 1 and 2, in segments of their own; not open. */
async function rotatedTwice(): Promise<MemoryStage> {
  const stage = memoryStage();
  const log = await stage.open();
  await log.append(records('a', 2));
  await rotateKey(log, 'b');
  await rotateKey(log, 'c');
  await log.close();
  return stage;
}

/** What a verifier says that is not `ok`. */
async function wrongIn(stage: MemoryStage): Promise<readonly string[]> {
  const { segments, problems } = await stage.verify();
  const bad = segments.filter(({ verdict }) => verdict !== 'ok');
  return [
    ...bad.map((each) => `${each.first}-${each.size} ${each.verdict}: ${each.because}`),
    ...problems.map(({ verdict, because }) => `${verdict}: ${because}`),
  ];
}

const everyRecord = ['a0', 'a1', 'b0', 'b1', 'c0', 'c1'];

/** Spoils the entry of a generation. */
const spoil = (stage: MemoryStage, path: string, generation: number) =>
  stage.flip(path, 8 + 124 * (generation - 1) + 100);

describe('the audit keys of a log', () => {
  it('are read with the master key, and no archive is made before the second', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    expect((await stage.paths()).filter((path) => path.includes('archive'))).toEqual([]);
    await log.append(records('a', 2));
    await rotateKey(log, 'b');
    expect([1, 2].map((segment) => log.generationOf(segment))).toEqual([0, 1]);
    expect(await stage.read({}, log)).toEqual(['a0', 'a1', 'b0', 'b1']);
    expect(await stage.verdicts(log)).toBe('ok: ok ok');
    await log.close();
    expect([await stage.read(), await wrongIn(stage)]).toEqual([['a0', 'a1', 'b0', 'b1'], []]);
    expect(await stage.findings()).toEqual([]);
  });

  it('cost nothing with one copy of the archive, which is made anew', async () => {
    for (const path of copies) {
      const stage = await rotatedTwice();
      await stage.files.remove(path);
      const name = path.slice('/audit/'.length);
      expect(await wrongIn(stage)).toEqual([`tampered: ${name} is missing`]);
      expect(await stage.read()).toEqual(everyRecord);
      await stage.findings();
      expect(await stage.files.read(copies[0])).toEqual(await stage.files.read(copies[1]));
      expect(await wrongIn(stage)).toEqual([
        'tampered: an opening mended it: the log holds audit.mended',
      ]);
    }
  });

  it('cost, when the present one is lost, what is read of the active segment, too', async () => {
    const stage = await rotatedTwice();
    for (const path of copies) await spoil(stage, path, 2);
    expect(await stage.read()).toEqual(['a0', 'a1', 'b0', 'b1', '[4-6 keyMissing]']);
  });

  it('cost, when one is lost, the records of its own segments and no others', async () => {
    const stage = await rotatedTwice();
    for (const path of copies) await spoil(stage, path, 1);
    const lost = '2-4 unverifiable: audit key 1 is missing';
    expect(await wrongIn(stage)).toEqual([
      lost,
      'tampered: archive.bak is damaged',
      'tampered: archive is damaged',
    ]);
    expect(await stage.read()).toEqual(['a0', 'a1', '[2-4 keyMissing]', 'c0', 'c1']);
    const log = await stage.open();
    await log.append(records('d', 1));
    expect(log.auditKey).toBe(2);
    await log.close();
    expect(await stage.read()).toEqual(['a0', 'a1', '[2-4 keyMissing]', 'c0', 'c1', 'd0']);
    expect(await wrongIn(stage)).toEqual([
      lost,
      'tampered: an opening mended it: the log holds audit.mended',
    ]);
    expect(await stage.findings()).toEqual([]);
  });

  it('cost no record with a different one damaged in each copy', async () => {
    const stage = await rotatedTwice();
    await spoil(stage, copies[0], 1);
    await spoil(stage, copies[1], 2);
    expect(await stage.read()).toEqual(everyRecord);
    await stage.findings();
    expect(await stage.read()).toEqual(everyRecord);
  });

  it('go on with the next one if the present one is lost', async () => {
    const stage = await rotatedTwice();
    for (const path of copies) await stage.files.remove(path);
    const { log, findings } = await Log.open(stage.place);
    expect(findings.map((each) => ('because' in each ? each.because : each.kind))).toEqual([
      'archive.bak is missing',
      'archive is missing',
      'audit key 2 is missing',
    ]);
    expect([log.auditKey, log.generationOf(log.segment)]).toEqual([3, 3]);
    await log.append(records('d', 2));
    await log.close();
    expect(await stage.read()).toEqual([
      'a0',
      'a1',
      '[2-4 keyMissing]',
      '[4-6 keyMissing]',
      'd0',
      'd1',
    ]);
    expect(await stage.findings()).toEqual([]);
  });

  it('are missed where an older archive was put back', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    await log.append(records('a', 2));
    await rotateKey(log, 'b');
    const old = (await stage.files.read(copies[0])) ?? new Uint8Array();
    await rotateKey(log, 'c');
    await log.close();
    for (const path of copies) await stage.files.replace(path, old);
    expect(await wrongIn(stage)).toEqual([
      '4-6 unverifiable: audit key 2 is missing',
      'rolledBack: archive.bak is older than the key page',
      'rolledBack: archive is older than the key page',
    ]);
  });

  it('are not given up for a disk that does not give them now', async () => {
    const stage = await rotatedTwice();
    const { files } = stage;
    const read = files.read.bind(files);
    files.read = (path) =>
      path.startsWith('/audit/archive')
        ? Promise.reject(new StorageError('DISK_FAILED', 'the disk failed'))
        : read(path);
    const digest = await read(copies[0]);
    await expect(stage.open()).rejects.toMatchObject({ code: 'DISK_FAILED' });
    expect((await stage.verify()).verdict).toBe('unverifiable');
    files.read = read;
    expect(await files.read(copies[0])).toEqual(digest);
    expect(await stage.read()).toEqual(everyRecord);
  });

  it('are whole though a rotation fails at any write, and a crash ends the next', async () => {
    for (let failing = 1, isFailing = true; isFailing; failing++) {
      for (let last = 1, isDying = true; isDying; last++) {
        const files = new MortalFiles();
        const stage = memoryStage(files);
        const log = await stage.open();
        await log.append(records('a', 2));
        const failAt = (death: Death, n: number) => {
          Object.assign(files, { death, dieAt: files.writes + n });
          return log.rotateKey(2).then(
            () => false,
            () => true,
          );
        };
        isFailing = await failAt('never, it fails', failing);
        isDying = await failAt('after it', last);
        stage.kv.crash();
        files.revive();
        const alarms = (await wrongIn(stage)).filter((each) => !each.startsWith('tornTail: '));
        const next = await stage.open();
        const read = await stage.read({}, next);
        await next.close();
        expect([failing, last, alarms, read]).toEqual([failing, last, [], ['a0', 'a1']]);
      }
    }
  });

  it('leave a shredded segment to nobody', async () => {
    const stage = await rotatedTwice();
    const log = await stage.open();
    await log.shred(2, 'it is old');
    expect(log.keyOf(2)).toBe(undefined);
    expect(await stage.read({}, log)).toEqual(['a0', 'a1', '[2-4 shredded]', 'c0', 'c1']);
    await log.close();
    expect(await stage.verdicts()).toBe('shredded: ok shredded ok');
  });
});
