import { describe, expect, it } from 'vitest';
import { LogErasure } from '../../actors/log-erasure.ts';
import { RecordedFacts } from '../../actors/recorded-facts.ts';
import { SegmentActors } from '../../actors/segment.actor.ts';
import { Shredder } from '../../actors/shredder.ts';
import { OPEN_END } from '../../storage/holds.ts';
import { memoryStage, threeSegments } from '../storage/log-stage.ts';
import { kernelOn } from './audit-stage.ts';

/** Two segments that have ended, with records 0 to 4 and 5 to 8. */
async function erasure() {
  const stage = memoryStage();
  const log = await threeSegments(stage);
  const told: [string, string, Readonly<Record<string, unknown>>][] = [];
  const taken: string[] = [];
  const how = { isFull: false };
  const kernel = kernelOn(stage.clock, told);
  const facts: RecordedFacts = new RecordedFacts(
    {
      tell: (type, subject, data) => {
        facts.take(Buffer.from(type));
        return kernel.tell(type, subject, data);
      },
    },
    async (record) => {
      await null;
      if (how.isFull) throw new Error('no room in the log');
      taken.push(`${Buffer.from(record)} with ${[1, 2].filter((n) => log.keyOf(n))}`);
    },
  );
  const segments = new SegmentActors(kernel);
  segments.opened(3, false, []);
  const shredder = new Shredder(kernel, facts, segments);
  const all = new LogErasure(kernel, facts, shredder, () => log);
  const facts$ = () => told.filter(([type]) => type.startsWith('audit.'));
  return { all, stage, log, how, taken, told: facts$ };
}

const whole = { name: 'case 7', from: 0, to: OPEN_END };

describe('erasure', () => {
  it('shreds what ended before an index or a time', async () => {
    const { all, stage, log } = await erasure();
    expect(await all.shred({ index: 8 }, 'asked for')).toEqual([1]);
    await stage.clock.advanceAsync(1);
    const writtenBeforeMs = stage.clock.wallMs();
    expect(await all.shred({ writtenBeforeMs }, 'asked for')).toEqual([2]);
    expect((await log.ended()).length).toBe(0);
  });

  it('says all it is to shred in the log before it drops a key, and after', async () => {
    const { all, taken, told } = await erasure();
    await all.shred({}, 'a request');
    expect(taken).toEqual(['audit.shredding with 1,2', 'audit.shredding with 1,2']);
    const because = 'a request';
    expect(told()).toEqual([
      ['audit.shredding', 'audit/1', { segment: 1, first: 0, size: 5, because }],
      ['audit.shredding', 'audit/2', { segment: 2, first: 5, size: 9, because }],
      ['audit.shredded', 'audit/1', { segment: 1, because, left: 0 }],
      ['audit.shredded', 'audit/2', { segment: 2, because, left: 0 }],
    ]);
  });

  it('does nothing that the log does not take', async () => {
    const { all, stage, log, how } = await erasure();
    await all.hold(whole, 'a request');
    how.isFull = true;
    const before = await stage.digest();
    await expect(all.release('case 7', 'a request')).rejects.toThrow('no room in the log');
    expect([log.holds, await stage.digest()]).toEqual([[whole], before]);
    await log.release('case 7');
    await expect(all.shred({}, 'a request')).rejects.toThrow('no room in the log');
    expect((await log.ended()).map(({ segment }) => segment)).toEqual([1, 2]);
  });

  it('of what a hold keeps in part does none, and tells nothing', async () => {
    const { all, stage, taken } = await erasure();
    await all.hold({ name: 'case 7', from: 8, to: OPEN_END }, 'a request');
    const before = await stage.digest();
    await expect(all.shred({}, 'a request')).rejects.toMatchObject({
      code: 'HELD',
      message: 'segment 2 is held by "case 7"',
    });
    expect([taken, await stage.digest()]).toEqual([[], before]);
    expect(await all.shred({ index: 5 }, 'a request')).toEqual([1]);
  });

  it('leaves what was held while the segments before were shredded', async () => {
    const { all, log } = await erasure();
    const shred = log.shred.bind(log);
    log.shred = async (...given) => {
      await all.hold({ name: 'late', from: 5, to: 9 }, 'a request');
      log.shred = shred;
      return await shred(...given);
    };
    await expect(all.shred({}, 'a request')).rejects.toMatchObject({ code: 'HELD' });
    expect((await log.ended()).map(({ segment }) => segment)).toEqual([2]);
  });

  it('tells once what it lies on, if that is not known to overwrite in place', async () => {
    const { all, stage, told } = await erasure();
    await all.lookAtDisk(stage.place);
    expect([all.status().erasureDoubt, told()]).toEqual([null, []]);
    stage.files.mounted = { type: 'btrfs', options: ['rw'] };
    await all.lookAtDisk(stage.place);
    const because = 'btrfs does not overwrite in place';
    expect([all.status().erasureDoubt, told()]).toEqual([
      because,
      [['audit.erasure.doubted', 'audit', { because }]],
    ]);
  });

  it('doubts a disk that does not say what it is', async () => {
    const { all, stage } = await erasure();
    stage.files.fileSystem = () => Promise.reject(new Error('no'));
    await all.lookAtDisk(stage.place);
    expect(all.status().erasureDoubt).toBe('it is not known what the files lie on');
  });

  it('tells of holds, and of a release before and after', async () => {
    const { all, taken, told } = await erasure();
    await all.hold(whole, 'a court asks');
    await all.release('case 7', 'it is closed');
    expect([taken, told()]).toEqual([
      ['audit.releasing with 1,2'],
      [
        ['audit.held', 'audit', { ...whole, because: 'a court asks' }],
        ['audit.releasing', 'audit', { ...whole, because: 'it is closed' }],
        ['audit.released', 'audit', { ...whole, because: 'it is closed' }],
      ],
    ]);
    await expect(all.release('case 7', 'again')).rejects.toThrow(RangeError);
    expect(told().length).toBe(3);
  });
});
