import { describe, expect, it } from 'vitest';
import { Ballast } from '../../actors/ballast.ts';
import { LogReturn } from '../../actors/log-return.ts';
import { LogWatch } from '../../actors/log-watch.ts';
import { LogWriter } from '../../actors/log-writer.ts';
import { RecordQueue } from '../../actors/record-queue.ts';
import { Spooled } from '../../actors/spooled.ts';
import { Secret } from '../../storage/secret.ts';
import { Spool } from '../../storage/spool.ts';
import { AuditStage, limits } from './audit-stage.ts';
import { refusalOf } from './refusal.ts';

/** All that a log comes back with, and what was said about it. */
async function returning() {
  const { disk, kv, clock, place } = new AuditStage();
  const said: unknown[] = [];
  const prepared: string[] = [];
  const isClosed = { now: false };
  const spoolKey = Secret.of(new Uint8Array(32).fill(4));
  const prepare = async (): Promise<void> => {
    prepared.push(`ballast ${(await disk.stat('/audit/ballast'))?.sizeBytes ?? 0}`);
  };
  const tools = {
    place,
    hasLog: false,
    problems: [],
    spoolKey,
    limits,
    errorOf: refusalOf,
    prepare,
  };
  const writer = new LogWriter(clock, limits, new RecordQueue(9, 1e6), {
    onCommitted: () => {},
    onLost: ({ code }) => said.push(`lost ${code}`),
    onRotated: () => {},
    onKeyPageFull: () => {},
  });
  const watch = new LogWatch(place, limits, writer, {
    onFound: ({ type }) => said.push(type),
    onWell: () => {},
    isLow: () => false,
  });
  await disk.makeDirectory('/audit');
  const spoolTools = { files: disk, key: spoolKey, storeId: place.storeId, random: place.random };
  const { spool } = await Spool.open(spoolTools, '/audit/spool', 10_000);
  const spooled = new Spooled(spool, [], { clock, writeMs: 100, logSize: () => 0 }, () => {});
  const ballast = new Ballast(disk, '/audit/ballast', 400_000);
  const all = new LogReturn(
    { tools, writer, spooled, ballast, watch },
    {
      send: (event) => said.push('code' in event ? `${event.type} ${event.code}` : event.type),
      isClosed: () => isClosed.now,
      onTaken: ({ size }) => said.push(`taken ${size}`),
      onRefused: ({ records }) => said.push(`refused ${records}`),
      onReplaying: () => said.push('replaying'),
      onReplayed: (records) => said.push(`replayed ${records}`),
    },
  );
  return { all, disk, kv, clock, writer, spooled, said, prepared, isClosed };
}

describe('the return of a log', () => {
  it('opens it, holds the queue back, and puts in what was kept aside', async () => {
    const { all, writer, spooled, said } = await returning();
    spooled.add(Uint8Array.of(1));
    await all.reopen();
    const isHeld = writer.isHeld;
    await all.replay();
    expect([isHeld, writer.isHeld, writer.log?.size]).toEqual([true, false, 1]);
    expect(said).toEqual(['taken 0', 'reopen.succeeded', 'replaying', 'replayed 1']);
  });

  it('says why it cannot be opened; what is gone may be made again', async () => {
    const { all, disk, said } = await returning();
    disk.isReadOnly = true;
    await all.reopen();
    disk.makeDirectory = async () => await disk.truncate('/nothing', 0);
    await all.reopen();
    expect(said).toEqual(['reopen.failed READ_ONLY_DISK', 'reopen.failed ']);
  });

  it('gives the ballast up first if the disk is full, and takes it when it is not', async () => {
    const { all, disk, said, prepared } = await returning();
    const ballast = async () => (await disk.stat('/audit/ballast'))?.sizeBytes ?? 0;
    await all.takeBallast();
    disk.spaceBytes = 400_000;
    await all.reopen();
    await all.reopen();
    expect([said, prepared]).toEqual([
      ['space.low', 'reopen.failed NO_SPACE', 'taken 0', 'reopen.succeeded'],
      ['ballast 400000', 'ballast 0'],
    ]);
    disk.spaceBytes = 1e9;
    await all.takeBallast();
    const before = await ballast();
    await all.replay();
    await all.takeBallast();
    expect([before, await ballast()]).toEqual([0, 400_000]);
  });

  it('lets go of a log that opens once all is over', async () => {
    const { all, writer, said, isClosed, kv } = await returning();
    isClosed.now = true;
    await all.reopen();
    expect([said, writer.log]).toEqual([[], undefined]);
    await writer.letGo;
    await (await kv.open('/audit/segments/00000001')).close();
  });

  it('does one thing at a time, however often it is asked', async () => {
    const { all, disk, said, clock, spooled } = await returning();
    spooled.add(Uint8Array.of(1));
    await spooled.settled();
    disk.hang();
    const opening = [all.reopen(), all.reopen()];
    await clock.advanceAsync(0);
    disk.goOn();
    await Promise.all(opening);
    await Promise.all([all.replay(), all.replay()]);
    expect(said).toEqual(['taken 0', 'reopen.succeeded', 'replaying', 'replayed 1']);
  });

  it('loses the log again if what was kept aside cannot be put in, and keeps that', async () => {
    const { all, disk, said, spooled, writer } = await returning();
    spooled.add(Uint8Array.of(1));
    await all.reopen();
    disk.failing = { after: 0, how: 'unwritten' };
    await all.replay();
    expect([said.at(-1), spooled.size, writer.log]).toEqual(['lost DISK_FAILED', 1, undefined]);
  });
});
