import { describe, expect, it } from 'vitest';
import fc from '../fast-check.ts';
import { diskStage, memoryStage, record, records, threeSegments } from './log-stage.ts';

const texts = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}${index}`);

const textsOf = (batch: readonly Uint8Array[]): string[] =>
  batch.map((one) => Buffer.from(one).toString());

const all = [...texts('a', 3), ...texts('b', 2), ...texts('c', 4), ...texts('d', 3)];

describe('a log', () => {
  it.each([
    ['in memory', memoryStage],
    ['in LevelDB', diskStage],
  ])('%s keeps what was appended, over segments and ends', async (_, stageOf) => {
    const stage = stageOf();
    const log = await threeSegments(stage);
    expect(await stage.read({}, log)).toEqual([...all, 'e0', 'e1']);
    expect(await stage.verify(log)).toMatchObject({ verdict: 'ok', size: 14, checked: 14 });
    await log.close();
    expect(await stage.read()).toEqual([...all, 'e0', 'e1']);
    expect(await stage.verify()).toEqual({
      verdict: 'ok',
      size: 14,
      checked: 14,
      unanchored: 14,
      segments: [
        { segment: 1, verdict: 'ok', first: 0, size: 5 },
        { segment: 2, verdict: 'ok', first: 5, size: 9 },
        { segment: 3, verdict: 'ok', first: 9, size: 14 },
      ],
      problems: [],
    });
    const again = await stage.open();
    expect([again.size, again.segment, await again.append([record('f')])]).toMatchObject([
      14,
      3,
      { first: 14 },
    ]);
    await again.close();
    expect(await stage.verdicts()).toBe('ok: ok ok ok');
    expect(await stage.read({ from: 12 })).toEqual(['e0', 'e1', 'f']);
  });

  it('is the same for many shapes of appends, heads, rotations and ends', async () => {
    const step = fc.constantFrom(
      ...['append', 'ready', 'head', 'prepare', 'rotate', 'seal', 'reopen', 'verify'],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.nat(40), async (steps, count) => {
        const stage = memoryStage();
        const kept: string[] = [];
        let log = await stage.open();
        for (const [at, each] of steps.entries()) {
          const batch = records(`${at}-`, (count + at * 97) % 300);
          if (each === 'append') await log.append(batch);
          if (each === 'ready') {
            const before = log.append([]);
            log.ready(batch);
            await before;
            await log.append(records(`${at}+`, 1));
          }
          if (each === 'append' || each === 'ready') kept.push(...textsOf(batch));
          if (each === 'ready') kept.push(`${at}+0`);
          if (each === 'head') await log.writeHead();
          if (each === 'prepare') await log.prepare();
          if (each === 'rotate') await log.rotate();
          if (each === 'seal') for (const segment of log.sealing) await log.seal(segment);
          if (each === 'verify') expect(await stage.verify(log)).toMatchObject({ verdict: 'ok' });
          if (each === 'reopen') await log.close();
          if (each === 'reopen') log = await stage.open();
        }
        expect(await stage.read({}, log)).toEqual(kept);
        await log.close();
        expect([await stage.read(), (await stage.verify()).verdict]).toEqual([kept, 'ok']);
      }),
      { numRuns: 15 },
    );
  });

  it('goes on appending while the segment before is sealed', async () => {
    const stage = diskStage();
    const log = await stage.open();
    const seals: Promise<void>[] = [];
    for (let at = 0; at < 5; at++) {
      await log.append(records(`${at}-`, 10));
      await log.prepare();
      seals.push(log.seal(await log.rotate()));
    }
    await Promise.all(seals);
    expect([log.sealing, log.promise.openFrom, log.segment]).toEqual([[], 6, 6]);
    expect((await log.ended()).map(({ kind, size }) => `${kind} ${size}`)).toEqual([
      'note 10',
      'note 20',
      'note 30',
      'note 40',
      'note 50',
    ]);
    await log.close();
    expect(await stage.verdicts()).toBe('ok: ok ok ok ok ok ok');
  });

  it('names in its head the segment that is oldest of those without a paper', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    const seen = [log.promise];
    const first = await log.rotate();
    seen.push(log.promise);
    await log.rotate();
    seen.push(log.promise);
    await log.seal(first);
    seen.push(log.promise);
    expect(seen.map(({ segment, openFrom }) => [segment, openFrom])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [3, 2],
    ]);
  });

  it('does without a segment that was prepared in vain, and makes it again', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    await log.append(records('a', 1));
    await log.prepare();
    expect([log.keyOf(2) !== undefined, log.promise.keyGeneration]).toEqual([true, 4]);
    await log.close();
    expect(await stage.files.list(stage.place.layout.segments)).toEqual([
      '00000001',
      '00000001.rest',
    ]);
    const again = await stage.open();
    expect([again.keyOf(2), await again.rotate(), again.segment]).toEqual([undefined, 1, 2]);
    await again.close();
    expect(await stage.verdicts()).toBe('ok: ok ok');
  });

  it('prepares a segment once, whoever asks for it', async () => {
    const stage = diskStage();
    const log = await stage.open();
    await Promise.all([log.prepare(), log.prepare(), log.rotate()]);
    const preparing = log.prepare();
    await Promise.all([preparing, log.close()]);
    expect(await stage.verdicts()).toBe('ok: ok ok');
  });

  it('lets go of its stores if it fails while it is opened', async () => {
    const stage = memoryStage();
    await (await stage.open()).close();
    stage.files.isReadOnly = true;
    await expect(stage.open()).rejects.toMatchObject({ code: 'READ_ONLY_DISK' });
    stage.files.isReadOnly = false;
    await (await stage.open()).close();
    expect(await stage.verdicts()).toBe('ok: ok');
  });

  it('refuses records that are too large, and takes the next', async () => {
    const stage = memoryStage();
    const log = await stage.open();
    const big = new Uint8Array(65_520);
    await expect(log.append([record('a'), big])).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
    });
    expect(await log.append([record('b')])).toMatchObject({ first: 0 });
    expect([log.size, log.isSegmentEmpty, log.segmentBytes]).toEqual([1, false, 84 + 32 + 5]);
  });
});
