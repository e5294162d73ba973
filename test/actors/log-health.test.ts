import { describe, expect, it } from 'vitest';
import { LogHealth } from '../../actors/log-health.ts';
import { memoryStage, records, threeSegments } from '../storage/log-stage.ts';

const plain = { sizeBytes: 0, inode: 1, links: 1, mode: 0o777 };

async function examined() {
  const stage = memoryStage();
  const log = await threeSegments(stage);
  const health = new LogHealth(stage.place);
  await health.note(log.segment);
  const { segment } = log;
  return { stage, log, health, store: stage.place.layout.store(segment) };
}

describe('the health of a log', () => {
  it('is well, and so much space is free', async () => {
    const { stage, log, health } = await examined();
    const freeBytes = await stage.files.freeBytes('/audit');
    expect(await health.examine(log)).toEqual({ kind: 'well', freeBytes });
  });

  it('is well after a rotation, and with nothing written since', async () => {
    const { log, health } = await examined();
    await log.rotate();
    expect(await health.examine(log)).toMatchObject({ kind: 'well' });
    await log.append(records('x', 1));
    expect(await health.examine(log)).toMatchObject({ kind: 'well' });
  });

  it.each([
    ['all of it', '/audit'],
    ['the head', '/audit/head'],
    ['the store', '/audit/segments/00000003'],
    ['the files of the store', '/audit/segments/00000003/store'],
  ])('is not well once %s is gone', async (_, path) => {
    const { stage, log, health } = await examined();
    await stage.files.remove(path);
    expect(await health.examine(log)).toEqual({ kind: 'vanished' });
  });

  it('is not fooled by another directory of that name', async () => {
    const { stage, log, health, store } = await examined();
    await stage.copy(store, '/copy');
    await stage.swap(store, '/copy');
    expect(await health.examine(log)).toEqual({ kind: 'vanished' });
  });

  it.each(['/audit', '/audit/segments', '/audit/quarantine'])(
    'is not well once a link leads elsewhere: %s',
    async (linked) => {
      const { stage, log, health } = await examined();
      const { stat } = stage.files;
      stage.files.stat = async (path) => {
        const found = await stat.call(stage.files, path);
        return path === linked ? { ...(found ?? plain), kind: 'link' } : found;
      };
      await expect(health.examine(log)).rejects.toMatchObject({ code: 'FOREIGN' });
    },
  );

  it('reads the newest record back, from the store', async () => {
    const { log, health } = await examined();
    log.keyOf = () => undefined;
    expect(await health.examine(log)).toMatchObject({ kind: 'unreadable' });
  });
});
