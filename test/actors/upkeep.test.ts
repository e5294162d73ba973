import { describe, expect, it } from 'vitest';
import { RecordedFacts } from '../../actors/recorded-facts.ts';
import { SegmentActors } from '../../actors/segment.actor.ts';
import { Shredder } from '../../actors/shredder.ts';
import { Upkeep } from '../../actors/upkeep.ts';
import { OPEN_END } from '../../storage/holds.ts';
import { memoryStage, records } from '../storage/log-stage.ts';
import { kernelOn, limits } from './audit-stage.ts';

const HOUR_MS = 3_600_000;

async function upkeep(retention: Partial<typeof limits.retention> = {}) {
  const stage = memoryStage();
  const log = await stage.open();
  const told: [string, string, Readonly<Record<string, unknown>>][] = [];
  const kernel = kernelOn(stage.clock, told);
  const segments = new SegmentActors(kernel);
  segments.opened(1, true, []);
  const all = new Upkeep(
    kernel,
    { ...limits, retention: { ...limits.retention, ...retention } },
    segments,
    new Shredder(kernel, new RecordedFacts(kernel, async () => {}), segments),
  );
  const stages = () => [...segments.stages()].map(([segment, at]) => `${segment} ${at}`);
  const rotate = async (bytes = 0): Promise<void> => {
    await log.append(records('a', 1, bytes));
    all.rotated(log, await log.rotate());
    await all.sealed();
    await all.retain(log);
  };
  const shredded = () =>
    told.filter(([type]) => type === 'audit.shredded').map(([, , data]) => data);
  return { all, stage, log, told, stages, rotate, shredded };
}

describe('the upkeep of a log', () => {
  it('seals what was rotated out', async () => {
    const { log, stages, rotate } = await upkeep();
    await rotate();
    expect([log.sealing, stages()]).toEqual([[], ['1 closed', '2 active']]);
  });

  it('seals later what it could not seal', async () => {
    const { all, stage, log, stages, told } = await upkeep();
    await log.append(records('a', 1));
    const old = await log.rotate();
    const { create } = stage.files;
    const { replace } = stage.files;
    const full = (): Promise<void> => Promise.reject(new Error('no room'));
    Object.assign(stage.files, { create: full, replace: full });
    all.rotated(log, old);
    await all.sealed();
    const before = [stages(), told.map(([type]) => type).includes('segment.hindered')];
    Object.assign(stage.files, { create, replace });
    await all.retain(log);
    expect([before, log.sealing, stages()]).toEqual([
      [['1 sealing', '2 active'], true],
      [],
      ['1 closed', '2 active'],
    ]);
  });

  it.each([
    ['too many segments', { segmentsMax: 1 }, [1, 2]],
    ['too many bytes', { bytesMax: 4_500 }, [1, 2]],
  ])('gives up the oldest when there are %s', async (what, retention, segments) => {
    const { rotate, shredded } = await upkeep(retention);
    for (let each = 0; each < 3; each++) await rotate(4_000);
    expect(shredded()).toEqual(
      segments.map((segment) => ({ segment, because: `retention: ${what}`, left: 0 })),
    );
  });

  it('gives up what is too old, and looks for that once an hour', async () => {
    const { all, stage, log, rotate, shredded } = await upkeep({ ageMs: 1.5 * HOUR_MS });
    await rotate();
    const seen: number[] = [];
    for (let half = 0; half < 4; half++) {
      await stage.clock.advanceAsync(HOUR_MS / 2 + 1);
      await all.retainInTime(log);
      seen.push(shredded().length);
    }
    expect([seen, shredded()]).toEqual([
      [0, 0, 0, 1],
      [{ segment: 1, because: 'retention: too old', left: 0 }],
    ]);
  });

  it('does not believe a clock that leaps a year ahead', async () => {
    const { all, stage, log, rotate, shredded } = await upkeep({ ageMs: 2 * HOUR_MS });
    await rotate();
    const { clock } = stage;
    const wallMs = clock.wallMs.bind(clock);
    Object.assign(clock, { wallMs: () => wallMs() + 365 * 24 * HOUR_MS });
    await all.retain(log);
    expect(shredded()).toEqual([]);
    await clock.advanceAsync(2 * HOUR_MS + 1);
    await all.retain(log);
    expect(shredded()).toHaveLength(1);
  });

  it('leaves what a hold keeps, and goes on with the others', async () => {
    const { log, rotate, shredded } = await upkeep({ segmentsMax: 2 });
    await log.hold({ name: 'case 7', from: 0, to: OPEN_END });
    for (let each = 0; each < 4; each++) await rotate();
    expect(shredded()).toEqual([]);
    await log.release('case 7');
    await log.hold({ name: 'case 8', from: 1, to: 2 });
    await rotate();
    expect(shredded().map(({ segment }) => segment)).toEqual([1, 3, 4]);
  });

  it('counts the bytes of what is held for nobody else', async () => {
    const { log, rotate, shredded } = await upkeep({ bytesMax: 9_000 });
    for (let each = 0; each < 2; each++) await rotate(4_000);
    await log.hold({ name: 'case 7', from: 0, to: log.size });
    for (let each = 0; each < 2; each++) await rotate(4_000);
    expect(shredded()).toEqual([]);
    await rotate(4_000);
    expect(shredded().map(({ segment }) => segment)).toEqual([3]);
  });

  it('says what it could not shred, and goes on', async () => {
    const { log, rotate, stages, told } = await upkeep({ segmentsMax: 0 });
    log.shred = () => Promise.reject(new Error('no room'));
    await rotate();
    expect([stages(), told.at(-1)?.[0]]).toEqual([
      ['1 closed', '2 active'],
      'audit.retention.failed',
    ]);
  });
});
