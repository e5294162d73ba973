import { describe, expect, it } from 'vitest';
import { LogWatch } from '../../actors/log-watch.ts';
import { LogWriter } from '../../actors/log-writer.ts';
import { RecordQueue } from '../../actors/record-queue.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import { Log } from '../../storage/log.ts';
import { LogStage, record } from '../storage/log-stage.ts';
import { limits } from './audit-stage.ts';
import { FaultyDisk } from './faulty-disk.ts';

async function watch() {
  const disk = new FaultyDisk();
  const stage = new LogStage(disk, new MemoryKv(disk), '/audit');
  const seen: unknown[] = [];
  let isLow = false;
  const writer = new LogWriter(stage.clock, limits, new RecordQueue(9, 1e6), {
    onCommitted: () => {},
    onLost: ({ code }) => seen.push(code),
    onRotated: () => {},
    onKeyPageFull: () => {},
  });
  const all = new LogWatch(stage.place, limits, writer, {
    onFound: (found) => {
      seen.push('because' in found ? [found.type, found.because] : found.type);
      if (found.type === 'space.low') isLow = true;
      if (found.type === 'space.regained') isLow = false;
    },
    onWell: () => seen.push('well'),
    isLow: () => isLow,
  });
  const { log } = await Log.open(stage.place);
  await writer.take(log, async () => []);
  await all.note(log.segment);
  return { all, disk, stage, clock: stage.clock, writer, log, seen };
}

describe('the watch over a log', () => {
  it('writes the head after the first of some commits, in time, and rests then', async () => {
    const { all, clock, log } = await watch();
    const promised: number[] = [];
    for (let each = 0; each < 3; each++) {
      await log.append([record('a')]);
      all.committed();
      await clock.advanceAsync(40);
      promised.push(log.promise.size);
    }
    await clock.advanceAsync(100);
    expect([promised, log.promise.size, clock.pending]).toEqual([[0, 0, 3], 3, 0]);
  });

  it('looks after the log every period, until it is stopped', async () => {
    const { all, clock, seen } = await watch();
    all.start();
    await clock.advanceAsync(3_000);
    all.stop();
    await clock.advanceAsync(3_000);
    expect([seen, clock.pending]).toEqual([['well', 'well', 'well'], 0]);
  });

  it('tells of low space once, and of enough at twice as much', async () => {
    const { all, disk, clock, seen } = await watch();
    all.start();
    const used = disk.spaceBytes - (await disk.freeBytes('/'));
    for (const free of [10_000, 9_999, 9_000, 19_999, 20_000]) {
      disk.spaceBytes = used + free;
      await clock.advanceAsync(1_000);
    }
    expect([seen.filter((each) => each !== 'well'), all.freeBytes]).toEqual([
      ['space.low', 'space.regained'],
      20_000,
    ]);
  });

  it('tells of files that are gone, and of a record that cannot be read', async () => {
    const gone = await watch();
    gone.all.start();
    gone.disk.removeAll();
    await gone.clock.advanceAsync(1_000);
    const damaged = await watch();
    damaged.all.start();
    await damaged.log.append([record('a')]);
    damaged.log.keyOf = () => undefined;
    await damaged.clock.advanceAsync(1_000);
    expect([gone.seen, damaged.seen]).toEqual([
      ['files.vanished'],
      [['tampering.found', 'record 0 is missing']],
    ]);
  });

  it('loses a log whose head cannot be written', async () => {
    const { all, disk, clock, log, writer, seen } = await watch();
    await log.append([record('a')]);
    disk.isReadOnly = true;
    all.committed();
    await clock.advanceAsync(100);
    expect([seen, writer.log]).toEqual([['READ_ONLY_DISK'], undefined]);
  });

  it('waits for no disk that hangs, and goes on looking', async () => {
    const { all, disk, clock, seen, writer } = await watch();
    all.start();
    disk.freeBytes = () => new Promise(() => {});
    await clock.advanceAsync(2_000);
    expect([seen, writer.log]).toEqual([['DISK_FAILED'], undefined]);
    await clock.advanceAsync(2_000);
    expect(clock.pending).toBe(1);
  });
});
