import { describe, expect, it } from 'vitest';
import { StorageError } from '../../storage/faults.ts';
import { quarantine } from '../../storage/quarantine.ts';
import { readPaper } from '../../storage/survey.ts';
import { diskStage, type LogStage, memoryStage, records } from './log-stage.ts';

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
