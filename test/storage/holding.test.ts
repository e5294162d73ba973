import { describe, expect, it } from 'vitest';
import { HOLDS_MAX, OPEN_END } from '../../storage/holds.ts';
import { diskStage, killed, memoryStage, records, threeSegments } from './log-stage.ts';

const open = { name: 'case 7', from: 5, to: OPEN_END };

describe('a hold', () => {
  it('keeps each segment that it touches, also those to come, and no other', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    await log.hold(open);
    await log.seal(await log.rotate());
    await log.append(records('f', 1));
    await log.seal(await log.rotate());
    const before = await stage.digest(stage.place.layout.segments);
    for (const segment of [2, 3, 4]) {
      await expect(log.shred(segment, 'it is old')).rejects.toMatchObject({
        code: 'HELD',
        message: `segment ${segment} is held by "case 7"`,
      });
    }
    expect(await stage.digest(stage.place.layout.segments)).toBe(before);
    await log.shred(1, 'it is old');
    await log.close();
    expect(await stage.verdicts()).toBe('shredded: shredded ok ok ok ok');
  });

  it('is there after a kill, and is gone once it was released', async () => {
    const stage = diskStage();
    const log = await threeSegments(stage);
    await log.hold(open);
    await log.hold({ name: 'case 8', from: 0, to: 3 });
    const next = await killed(stage);
    await log.abandon();
    const again = await next.open();
    expect(again.holds).toEqual([open, { name: 'case 8', from: 0, to: 3 }]);
    await again.release('case 7');
    await again.shred(2, 'it is old');
    await expect(again.shred(1, 'it is old')).rejects.toMatchObject({ code: 'HELD' });
    await again.close();
    expect(await next.verdicts()).toBe('shredded: ok shredded ok');
  });

  it('is missed if an older key page is put in its place', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    await stage.copy('/audit/keys.a', '/keys.a');
    await log.hold(open);
    stage.kv.crash();
    for (const name of ['keys.a', 'keys.b']) await stage.copy('/keys.a', `/audit/${name}`);
    expect((await stage.verify()).verdict).toBe('rolledBack');
  });

  it.each([
    [
      'a name that is taken',
      { ...open, to: 9 },
      'hold.name must be new, got "case 7", which is a hold already',
    ],
    [
      'a first index beyond the end',
      { name: 'x', from: 15, to: OPEN_END },
      'hold.fromIndex must be at most the size of the log, 14, got 15',
    ],
    [
      'an end beyond that',
      { name: 'x', from: 5, to: 15 },
      'hold.toIndex must be at most the size of the log, 14, got 15',
    ],
    [
      'an end before its beginning',
      { name: 'x', from: 5, to: 4 },
      'hold.toIndex must be above fromIndex 5, got 4',
    ],
    [
      'nothing in it',
      { name: 'x', from: 5, to: 5 },
      'hold.toIndex must be above fromIndex 5, got 5',
    ],
  ])('is refused with %s, and nothing changed', async (_, hold, message) => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    await log.hold(open);
    const before = await stage.digest();
    await expect(log.hold(hold)).rejects.toThrow(new RangeError(message));
    expect([log.holds, await stage.digest()]).toEqual([[open], before]);
  });

  it('may begin where the log ends', async () => {
    const log = await threeSegments(memoryStage());
    await log.hold({ name: 'from now on', from: 14, to: OPEN_END });
    expect(log.holds.map(({ from }) => from)).toEqual([14]);
  });

  it('over shredded records is refused with what of them is shredded', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    await log.seal(await log.rotate());
    for (const segment of [1, 3]) await log.shred(segment, 'it is old');
    const refused = (from: number, to: number) =>
      log.hold({ name: 'x', from, to }).catch(({ code, message }) => `${code}: ${message}`);
    expect([await refused(0, OPEN_END), await refused(4, 6), await refused(5, 10)]).toEqual([
      'SHREDDED: of what is to be held, records 0 to 4, 9 to 13 are shredded',
      'SHREDDED: of what is to be held, records 4 to 4 are shredded',
      'SHREDDED: of what is to be held, records 9 to 9 are shredded',
    ]);
    await log.shred(2, 'it is old');
    expect([await refused(3, 12), log.holds]).toEqual([
      'SHREDDED: of what is to be held, records 3 to 11 are shredded',
      [],
    ]);
  });

  it('that is one too many is refused, as is the release of one that is not there', async () => {
    const log = await threeSegments(memoryStage());
    for (let n = 0; n < HOLDS_MAX; n++) await log.hold({ name: `case ${n}`, from: n % 9, to: 14 });
    const last = { name: 'last', from: 0, to: 1 };
    await expect(log.hold(last)).rejects.toThrow(
      new RangeError('holds must be at most 256 at once'),
    );
    await expect(log.release('last')).rejects.toThrow(
      new RangeError('release.name must be that of a hold, got "last"'),
    );
    expect(log.holds.length).toBe(HOLDS_MAX);
  });

  it('that comes amid a shredding comes too late', async () => {
    const stage = memoryStage();
    const log = await threeSegments(stage);
    const { kv } = stage;
    const readRaw = kv.readRaw.bind(kv);
    let held: Promise<unknown> | undefined;
    kv.readRaw = (path) => {
      held ??= log.hold({ name: 'all', from: 0, to: OPEN_END }).catch(({ code }) => code);
      return readRaw(path);
    };
    await log.shred(1, 'it is old');
    expect([await held, log.holds]).toEqual(['SHREDDED', []]);
  });

  it('is placed on no log that was let go', async () => {
    const log = await threeSegments(memoryStage());
    await Promise.all([
      log.abandon(),
      expect(log.hold(open)).rejects.toMatchObject({ code: 'GONE' }),
    ]);
  });
});
