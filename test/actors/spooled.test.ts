import { describe, expect, it } from 'vitest';
import { Spooled } from '../../actors/spooled.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { Spool } from '../../storage/spool.ts';
import { sealTools } from '../storage/sealing.ts';
import { FaultyDisk } from './faulty-disk.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const textsOf = (records: readonly Uint8Array[]): string[] =>
  records.map((record) => Buffer.from(record).toString());

async function spooled(bytesMax = 10_000) {
  const disk = new FaultyDisk();
  const clock = new VirtualClock(Date.UTC(2026, 0, 1));
  const lost: string[] = [];
  const log: string[] = [];
  const open = async () => {
    const tools = { files: disk, ...sealTools() };
    const { spool, frames } = await Spool.open(tools, '/spool', bytesMax);
    const kept = frames.map(({ record }) => record);
    return new Spooled(spool, kept, { clock, writeMs: 100, logSize: () => 0 }, (how) =>
      lost.push(how),
    );
  };
  const target = {
    size: () => log.length,
    append: async (records: readonly Uint8Array[]) => {
      log.push(...textsOf(records));
    },
  };
  return { disk, clock, lost, log, open, target, aside: await open() };
}

describe('records that are kept aside', () => {
  it('are on the disk, for the next process, and go into the log in order, once', async () => {
    const { open, aside, target, log } = await spooled();
    for (const text of ['a', 'b', 'c']) aside.add(bytes(text));
    await aside.settled();
    const next = await open();
    expect([aside.size, next.size, await next.replay(target), next.size]).toEqual([3, 3, 3, 0]);
    expect([log, (await open()).size]).toEqual([['a', 'b', 'c'], 0]);
  });

  it('are counted once the disk has no room for them, from when to when', async () => {
    const { aside, lost, clock } = await spooled(160);
    aside.add(bytes('a'));
    aside.add(bytes('b'));
    aside.add(bytes('c'));
    await aside.settled();
    await clock.advanceAsync(1_000);
    aside.add(bytes('d'));
    const at = Date.UTC(2026, 0, 1);
    const kept = aside.size;
    expect([kept, lost]).toEqual([2, ['filled']]);
    expect(aside.takeGap()).toEqual({ lost: 2, fromMs: at, toMs: at + 1_000 });
    expect([aside.takeGap(), aside.lost]).toEqual([undefined, 0]);
  });

  it('are counted when the disk fails, or hangs', async () => {
    const { aside, lost, disk, clock, target } = await spooled();
    disk.isReadOnly = true;
    aside.add(bytes('a'));
    await aside.settled();
    disk.isReadOnly = false;
    await aside.replay(target);
    disk.hang();
    aside.add(bytes('b'));
    await clock.advanceAsync(100);
    expect([lost, aside.lost, aside.size]).toEqual([['failed', 'failed'], 2, 0]);
  });

  it('are taken again once all went into the log', async () => {
    const { aside, target, log } = await spooled(160);
    for (const text of ['a', 'b', 'c']) aside.add(bytes(text));
    await aside.settled();
    expect([await aside.replay(target), aside.lost]).toEqual([2, 1]);
    aside.add(bytes('d'));
    await aside.replay(target);
    expect([log, aside.lost]).toEqual([['a', 'b', 'd'], 1]);
  });

  it('go into the log together with those that come in meanwhile', async () => {
    const { aside, target, log, open } = await spooled();
    aside.add(bytes('a'));
    const append = async (records: readonly Uint8Array[]): Promise<void> => {
      if (log.length < 2) aside.add(bytes(`late ${log.length}`));
      await target.append(records);
    };
    expect(await aside.replay({ ...target, append })).toBe(3);
    expect([log, (await open()).size]).toEqual([['a', 'late 0', 'late 1'], 0]);
  });

  it.each([
    ['was not written', false],
    ['was written', true],
  ])('go into the log once, though a batch failed that %s', async (_, isWritten) => {
    const { aside, target, log, open } = await spooled();
    for (const text of ['a', 'b']) aside.add(bytes(text));
    const append = async (records: readonly Uint8Array[]): Promise<void> => {
      if (isWritten) await target.append(records);
      throw new Error('the disk failed');
    };
    await expect(aside.replay({ ...target, append })).rejects.toThrow('the disk failed');
    expect((await open()).size).toBe(2);
    aside.add(bytes('c'));
    await aside.replay(target);
    expect([log, (await open()).size]).toEqual([['a', 'b', 'c'], 0]);
  });

  it('are forgotten as far as they are in the log already', async () => {
    const { aside, target, log } = await spooled();
    for (const text of ['a', 'b', 'c']) aside.add(bytes(text));
    await aside.settled();
    aside.forget([bytes('a'), bytes('x'), bytes('b')]);
    await aside.replay(target);
    expect(log).toEqual(['c']);
  });
});
