import { describe, expect, it } from 'vitest';
import { chainStart } from '../../storage/chain.ts';
import { StorageError } from '../../storage/faults.ts';
import { quarantine } from '../../storage/quarantine.ts';
import { readPaper } from '../../storage/survey.ts';
import { verifyWithoutKey } from '../../storage/verify-keyless.ts';
import { diskStage, type LogStage, memoryStage, record, records, storeId } from './log-stage.ts';

const doubt = { verdict: 'tampered', because: 'a test' } as const;

async function damaged(stage: LogStage): Promise<LogStage> {
  const log = await stage.open();
  await log.append(records('a', 5));
  await log.close();
  return stage;
}

const at = (size: number) => ({ size, chain: new Uint8Array(32) });
const span = { segment: 1, origin: at(0), end: at(9), openedMs: 0 };

describe('a quarantine', () => {
  it.each([
    ['in memory', memoryStage],
    ['in LevelDB', diskStage],
  ])(
    'leaves the original as it is, repairs a copy, and says so on paper, %s',
    async (_, stageOf) => {
      const stage = await damaged(stageOf());
      const { layout } = stage.place;
      const before = await stage.digest(layout.store(1));
      expect(await quarantine(stage.place, span, doubt, 5)).toBe(4);
      expect(await stage.digest(layout.store(1))).toBe(before);
      const { entries } = await stage.kv.readRaw(layout.store(1));
      expect((await stage.kv.readRaw(layout.copyOf(1))).entries).toEqual(entries);
      expect(await readPaper(stage.place, 1, 'doubt')).toMatchObject({
        ...doubt,
        size: 9,
        lost: 4,
      });
    },
  );

  it('goes without a copy where there is no room for one', async () => {
    const stage = await damaged(memoryStage());
    const kv = {
      ...stage.kv,
      repair: async () => Promise.reject(new StorageError('NO_SPACE', '')),
    };
    await quarantine(
      { ...stage.place, kv: Object.assign(stage.kv, { repair: kv.repair }) },
      span,
      doubt,
      9,
    );
    expect(await stage.files.stat(stage.place.layout.copyOf(1))).toBeUndefined();
    expect(await readPaper(stage.place, 1, 'doubt')).toMatchObject({ lost: 0 });
  });
});

/** A log whose first segment is quarantined, with its copy, for a reason that is no tampering. */
async function quarantined(): Promise<LogStage> {
  const stage = diskStage();
  const log = await stage.open();
  await log.append(records('a', 4));
  await log.seal(await log.rotate());
  await log.close();
  const { layout } = stage.place;
  await stage.files.remove(layout.paper(1, 'note'));
  const end = { size: 4, chain: log.chain };
  const span = { segment: 1, origin: { size: 0, chain: chainStart(storeId) }, end, openedMs: 0 };
  await quarantine(stage.place, span, { verdict: 'unverifiable', because: 'a test' }, 4);
  expect(await stage.verdicts()).toBe('unverifiable: unverifiable ok');
  return stage;
}

describe('the files of a quarantined segment', () => {
  it.each([
    ['is not as it was', (stage: LogStage, path: string) => stage.flip(path, 20)],
    ['is missing', ({ files }: LogStage, path: string) => files.remove(path)],
    ['was added', ({ files }: LogStage, path: string) => files.create(`${path}x`, record('x'))],
  ])('are evidence, and those of its copy: one that %s is seen', async (what, change) => {
    for (const [where, kind] of [
      ['segments', '.ldb'],
      ['quarantine', '.log'],
    ] as const) {
      const stage = await quarantined();
      const paths = await stage.paths(`${stage.root}/${where}/00000001`);
      await change(stage, paths.find((path) => path.endsWith(kind)) ?? '');
      const because = expect.stringContaining(what);
      const { kv, files } = stage;
      for (const { segments } of [
        await stage.verify(),
        await verifyWithoutKey(files, kv, stage.root),
      ]) {
        expect(segments[0]).toMatchObject({ verdict: 'tampered', because });
      }
    }
  });
});
