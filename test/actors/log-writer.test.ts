import { describe, expect, it, vi } from 'vitest';
import { leavesOf } from '../../actors/log-records.ts';
import { faultOf, LogWriter } from '../../actors/log-writer.ts';
import { RecordQueue } from '../../actors/record-queue.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import { StorageError } from '../../storage/faults.ts';
import { Log } from '../../storage/log.ts';
import { LogStage } from '../storage/log-stage.ts';
import { limits } from './audit-stage.ts';
import { FaultyDisk } from './faulty-disk.ts';

async function writer(more: Partial<typeof limits> = {}) {
  const disk = new FaultyDisk();
  const stage = new LogStage(disk, new MemoryKv(disk), '/audit');
  const queue = new RecordQueue(100, 1e9);
  const events: unknown[] = [];
  const all = new LogWriter(stage.clock, { ...limits, ...more }, queue, {
    onCommitted: () => events.push(`size ${all.log?.size}`),
    onLost: ({ code }, isStalled) => events.push(isStalled ? 'stalled' : code),
    onRotated: (old) => events.push(`rotated ${old}`),
    onKeyPageFull: () => events.push('no key'),
  });
  const take = async (): Promise<void> => {
    const { log } = await Log.open(stage.place);
    await all.take(log, (from, to) => leavesOf(stage.place, log, from, to));
  };
  const answers: string[] = [];
  const add = (...texts: readonly string[]): void => {
    for (const text of texts) {
      queue.add({
        record: Buffer.from(text),
        done: (index, { length }) => answers.push(`${text} ${index} ${length}`),
        failed: (code) => answers.push(`${text} ${code}`),
      });
    }
    all.ask();
  };
  await take();
  return { all, disk, stage, queue, events, answers, add, take };
}

describe('the writer of a log', () => {
  it('writes nothing before the turn is over, then all that waits', async () => {
    const { all, stage, events, answers, add } = await writer();
    add('a', 'b');
    const before = [...events];
    add('c');
    await stage.clock.advanceAsync(0);
    expect([before, events, answers]).toEqual([[], ['size 3'], ['a 0 64', 'b 1 64', 'c 2 64']]);
    expect(await stage.read({}, all.log)).toEqual(['a', 'b', 'c']);
  });

  it('writes what fills three blocks while the turn goes on, and the rest after it', async () => {
    const { stage, events, add } = await writer();
    const block = 'x'.repeat(65_519);
    for (const text of ['a'.repeat(51), block, block, block, 'b', 'c']) add(text);
    await stage.clock.advanceAsync(0);
    expect(events).toEqual(['size 4', 'size 6']);
  });

  describe('while the disk is at work', () => {
    const wide = { recordsPerCommitMax: 4_096 };
    const block = 'x'.repeat(65_519);
    const names = ['b', 'c', 'd'].map((name) => `${name}${block.slice(1)}`);

    it('tells all who wait for the commit before', async () => {
      const { disk, stage, events, answers, add } = await writer();
      disk.hang();
      add('a');
      await stage.clock.advanceAsync(0);
      add('b');
      disk.goOn();
      disk.hang();
      await stage.clock.advanceAsync(0);
      expect([events, answers]).toEqual([['size 1'], ['a 0 64']]);
      disk.goOn();
      await stage.clock.advanceAsync(0);
      expect([events, answers]).toEqual([
        ['size 1', 'size 2'],
        ['a 0 64', 'b 1 64'],
      ]);
    });

    it('seals each block as it fills, for one commit with what follows', async () => {
      const { all, disk, stage, queue, events, answers, add } = await writer(wide);
      disk.hang();
      add('a');
      await stage.clock.advanceAsync(0);
      for (const text of [...names, 'e', 'f']) add(text);
      const waiting = queue.size;
      disk.goOn();
      await stage.clock.advanceAsync(0);
      expect([waiting, events]).toEqual([2, ['size 1', 'size 6']]);
      expect(answers.map((answer) => answer.replace(/x+/, ''))).toEqual([
        ...['a 0 64', 'b 1 64', 'c 2 64', 'd 3 64', 'e 4 64', 'f 5 64'],
      ]);
      expect(await stage.read({}, all.log)).toEqual(['a', ...names, 'e', 'f']);
    });

    it('seals no more than eight blocks, which no bound of the queue counts', async () => {
      const { disk, stage, queue, add } = await writer(wide);
      disk.hang();
      add('a');
      await stage.clock.advanceAsync(0);
      for (let count = 0; count < 12; count++) add(block);
      expect(queue.size).toBe(4);
      disk.goOn();
      await stage.clock.advanceAsync(0);
    });

    it('seals nothing more for a segment that is about to end', async () => {
      const { all, disk, stage, events, queue, add } = await writer(wide);
      add('a');
      await stage.clock.advanceAsync(0);
      disk.hang();
      add(block);
      await stage.clock.advanceAsync(0);
      add(block);
      const rotation = all.rotate();
      add(block);
      const waiting = queue.size;
      disk.goOn();
      await stage.clock.advanceAsync(0);
      await rotation;
      expect([waiting, events]).toEqual([1, ['size 1', 'size 2', 'size 4', 'rotated 1']]);
    });

    it('puts back what was sealed, in its order, when the log is let go', async () => {
      const { all, disk, stage, queue, answers, add, take } = await writer(wide);
      disk.failing = { after: 0, how: 'unwritten' };
      disk.hang();
      add('a');
      await stage.clock.advanceAsync(0);
      for (const name of names) add(name);
      const waiting = queue.size;
      disk.goOn();
      await stage.clock.advanceAsync(0);
      await all.letGo;
      expect([waiting, queue.size, answers]).toEqual([0, 3, []]);
      await take();
      all.ask();
      await stage.clock.advanceAsync(0);
      expect(await stage.read({}, all.log)).toEqual(['a', ...names]);
    });
  });

  it('goes on in the same segment while there is no key for another, and tries again', async () => {
    const { all, stage, events, answers, add } = await writer({ segmentBytesMax: 1 });
    const full = new StorageError('KEY_PAGE_FULL', 'the key page has 1024 keys already');
    const rotating = vi.spyOn(Log.prototype, 'rotate').mockRejectedValue(full);
    for (const text of ['a', 'b', 'c']) {
      add(text);
      await stage.clock.advanceAsync(0);
    }
    const tries = rotating.mock.calls.length;
    rotating.mockRestore();
    await stage.clock.advanceAsync(1_000);
    add('d');
    await stage.clock.advanceAsync(0);
    expect([tries, events]).toEqual([
      1,
      ['size 1', 'no key', 'size 2', 'size 3', 'rotated 1', 'size 4', 'rotated 2'],
    ]);
    expect(answers).toEqual(['a 0 64', 'b 1 64', 'c 2 64', 'd 3 64']);
    expect(all.log?.size).toBe(4);
  });

  it('answers for a batch that failed by what the log that is opened next has of it', async () => {
    const { disk, stage, events, answers, add, take, all } = await writer();
    for (const how of ['unwritten', 'written'] as const) {
      disk.failing = { after: 0, how };
      add(how);
      await stage.clock.advanceAsync(0);
      await all.letGo;
      await take();
      all.ask();
      await stage.clock.advanceAsync(0);
    }
    expect(answers).toEqual(['unwritten 0 64', 'written 1 64']);
    expect(events).toEqual(['DISK_FAILED', 'size 1', 'DISK_FAILED', 'size 2']);
  });

  it('acknowledges nothing that the log cannot read back: it is written again', async () => {
    const { all, disk, stage, answers, add } = await writer();
    disk.failing = { after: 0, how: 'written' };
    add('a');
    await stage.clock.advanceAsync(0);
    await all.letGo;
    await all.take((await Log.open(stage.place)).log, async () => []);
    const before = [...answers];
    all.ask();
    await stage.clock.advanceAsync(0);
    expect([before, answers]).toEqual([[], ['a 1 64']]);
  });

  it('acknowledges nothing that went into a log which it let go meanwhile', async () => {
    const { all, disk, stage, answers, add } = await writer();
    disk.hang();
    add('a');
    await stage.clock.advanceAsync(0);
    all.drop();
    disk.goOn();
    await stage.clock.advanceAsync(0);
    expect(answers).toEqual([]);
    for (const { failed } of all.giveUp()) failed?.('AUDIT_CLOSED', '');
    expect([answers, all.giveUp()]).toEqual([['a AUDIT_CLOSED'], []]);
  });

  it('says that a commit stalled, which the disk never ends', async () => {
    const { disk, stage, events, add } = await writer();
    disk.hang();
    add('a');
    await stage.clock.advanceAsync(1_000);
    expect(events).toEqual(['stalled']);
  });

  it('rotates between two commits, also while more and more waits, and says when', async () => {
    const { all, stage, events, add, queue } = await writer();
    add('a');
    await stage.clock.advanceAsync(0);
    add(...Array.from({ length: 20 }, (_, at) => `a${at}`));
    const rotation = all.rotate().then(() => events.push(`with ${queue.size} left`));
    await stage.clock.advanceAsync(0);
    await rotation;
    const again = all.rotate();
    await stage.clock.advanceAsync(0);
    await again;
    expect(events).toEqual([
      ...['size 1', 'rotated 1', 'with 20 left'],
      ...['size 9', 'size 17', 'size 21', 'rotated 2'],
    ]);
  });

  it('does not rotate an empty segment, or a log that is lost', async () => {
    const { all, stage, events } = await writer();
    const empty = all.rotate();
    await stage.clock.advanceAsync(0);
    await empty;
    all.drop();
    const lost = expect(all.rotate()).rejects.toMatchObject({ code: 'GONE' });
    await stage.clock.advanceAsync(0);
    await lost;
    expect(events).toEqual([]);
  });

  it('makes the next segment when four fifths are full, and fills it when all is', async () => {
    const { disk, stage, events, add } = await writer({ segmentBytesMax: 1_000 });
    const segments = () => disk.list('/audit/segments');
    const seen: unknown[] = [];
    for (const length of [600, 1, 1, 1]) {
      add('x'.repeat(length));
      await stage.clock.advanceAsync(0);
      seen.push([events.at(-1), (await segments())?.length]);
    }
    expect(seen).toEqual([
      ['size 1', 1],
      ['size 2', 2],
      ['size 3', 2],
      ['rotated 1', 2],
    ]);
    expect(events).toEqual(['size 1', 'size 2', 'size 3', 'size 4', 'rotated 1']);
  });

  it('holds the queue back while the spool goes first', async () => {
    const { all, stage, add } = await writer();
    all.isHeld = true;
    add('queued');
    await all.append([Buffer.from('spooled')]);
    await stage.clock.advanceAsync(0);
    all.isHeld = false;
    all.ask();
    await stage.clock.advanceAsync(0);
    expect(await stage.read({}, all.log)).toEqual(['spooled', 'queued']);
  });

  it('is idle once nothing waits and the next segment is made', async () => {
    const { all, stage, add } = await writer({ segmentBytesMax: 1_000 });
    add('x'.repeat(730));
    let isIdle = false;
    void all.whenIdle().then(() => {
      isIdle = true;
    });
    const before = isIdle;
    await stage.clock.advanceAsync(0);
    await all.log?.close();
    expect([before, isIdle, await stage.verdicts()]).toEqual([false, true, 'ok: ok']);
  });

  it('takes what is no error of storage for a failure of the disk', () => {
    expect([faultOf(new TypeError('x')).code, faultOf('x').code]).toEqual([
      ...['DISK_FAILED', 'DISK_FAILED'],
    ]);
  });
});
