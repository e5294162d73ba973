import { describe, expect, it } from 'vitest';
import { SegmentActors } from '../../actors/segment.actor.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { kernelOn } from './audit-stage.ts';

function segments() {
  const told: unknown[] = [];
  const clock = new VirtualClock();
  const all = new SegmentActors(kernelOn(clock, told));
  const stages = () => [...all.stages()].map(([segment, stage]) => `${segment} ${stage}`);
  const moves = () =>
    (told.splice(0) as [string, string, { from?: string; to?: string; because?: string }][]).map(
      ([type, subject, { from = '', to = '', because = '' }]) =>
        `${type} ${subject} ${from}>${to} ${because}`,
    );
  return { all, clock, stages, moves };
}

describe('the segments of a log', () => {
  it('begin with an active one, or with what the opening found', () => {
    const { all, stages, moves } = segments();
    all.opened(1, true, []);
    expect([stages(), moves()]).toEqual([
      ['1 active'],
      ['segment.moved audit/1 absent>active segment.create'],
    ]);
    all.opened(7, false, [
      { kind: 'shredded', segment: 2 },
      { kind: 'sealed', segment: 3 },
      { kind: 'quarantined', segment: 4, because: 'a flipped bit', lost: 2 },
      { kind: 'tornTail', segment: 7 },
    ]);
    expect(stages()).toEqual(['3 closed', '4 quarantined', '7 active']);
    expect(moves()).toEqual([
      'audit.shredded audit/2 > ',
      'segment.moved audit/2 absent>preflight segment.open',
      'segment.moved audit/2 preflight>shredding key.overwritten',
      'segment.moved audit/2 shredding>destroyed shred.finished',
      'audit.sealed audit/3 > ',
      'segment.moved audit/3 absent>preflight segment.open',
      'segment.moved audit/3 preflight>closed preflight.passed',
      'audit.quarantined audit/4 > a flipped bit',
      'segment.moved audit/4 absent>preflight segment.open',
      'segment.moved audit/4 preflight>quarantined a flipped bit',
      'audit.torn audit/7 > ',
      'segment.moved audit/7 absent>preflight segment.open',
      'segment.moved audit/7 preflight>active preflight.passed',
    ]);
  });

  it('are sealed and shredded stage by stage, and each step may fail', () => {
    const { all, stages, moves } = segments();
    all.opened(1, true, []);
    all.rotated(1, 2);
    const seen = [stages()];
    all.sealFailed(1, 'no room');
    seen.push(stages());
    all.sealed(1, 5);
    seen.push(stages());
    all.shredding(1, false);
    all.shredFailed(1, 'no room');
    seen.push(stages());
    all.shredding(1, false);
    seen.push(stages());
    all.shredded(1);
    seen.push(stages());
    expect(seen).toEqual([
      ['1 sealing', '2 active'],
      ['1 sealing', '2 active'],
      ['1 closed', '2 active'],
      ['1 closed', '2 active'],
      ['1 shredding', '2 active'],
      ['2 active'],
    ]);
    expect(moves()).toContain('segment.hindered audit/1 > no room');
  });

  it('of an earlier time are shredded too, those in doubt as well', () => {
    const { all, stages } = segments();
    all.opened(9, false, []);
    all.shredding(3, true);
    all.shredFailed(3, 'no room');
    all.shredding(4, false);
    expect(stages()).toEqual(['9 active', '3 quarantined', '4 shredding']);
  });

  it('are told to be overdue, once a minute, while a step is not over', async () => {
    const { all, clock, moves } = segments();
    all.opened(1, true, []);
    all.rotated(1, 2);
    moves();
    await clock.advanceAsync(120_000);
    expect(moves()).toEqual(Array(2).fill('segment.overdue audit/1 > '));
    all.stop();
    expect(clock.pending).toBe(0);
  });

  it('that ended are let go, the oldest first, beyond 128', () => {
    const { all, stages } = segments();
    all.opened(1, true, []);
    for (let segment = 1; segment < 140; segment++) {
      all.rotated(segment, segment + 1);
      all.sealed(segment, 1);
    }
    expect([stages().length, stages()[0], stages().at(-1)]).toEqual([
      ...[128, '13 closed', '140 active'],
    ]);
  });
});
