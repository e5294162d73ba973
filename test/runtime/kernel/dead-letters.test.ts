import { describe, expect, it } from 'vitest';
import { Facts } from '../../../runtime/facts.ts';
import { DeadLetters } from '../../../runtime/kernel/dead-letters.ts';
import { simWorld } from '../../../runtime/sim/world.ts';

function deadLetters(keptMax = 10) {
  const world = simWorld({ seed: 1, startMs: 1_000_000 });
  const facts = new Facts(world, 'test');
  const summaries: unknown[] = [];
  facts.events$.subscribe(({ type, data }) => summaries.push([type, data]));
  const letters = new DeadLetters(world.clock, world.log, facts, keptMax);
  return { world, letters, summaries, clock: world.clock };
}

const dropped = (reason: string, count: number, subjects: readonly string[]) => [
  'mailbox.dropped',
  { reason, count, subjects },
];

describe('dead letters', () => {
  it('are kept with when and why, the newest ones, and counted all', () => {
    const { letters, clock } = deadLetters(2);
    letters.record('pool/a', 'full', { type: 'first' });
    clock.advance(10);
    letters.record('pool/a', 'full', { type: 'second' });
    letters.record('pool/b', 'type', undefined);
    expect(letters.recent).toEqual([
      { subject: 'pool/a', reason: 'full', event: { type: 'second' }, atMs: 1_000_010 },
      { subject: 'pool/b', reason: 'type', event: undefined, atMs: 1_000_010 },
    ]);
    expect([letters.total, letters.byReason]).toEqual([3, { full: 2, type: 1 }]);
  });

  it('can be counted without any being kept', () => {
    const { letters } = deadLetters(0);
    letters.record('pool/a', 'full', { type: 'first' });
    expect([letters.recent, letters.total]).toEqual([[], 1]);
  });

  it('are told at once, then in summaries once a second, then no more', () => {
    const { letters, summaries, clock } = deadLetters();
    letters.record('pool/a', 'full', { type: 'x' });
    expect(summaries).toEqual([dropped('full', 1, ['pool/a'])]);
    for (const subject of ['pool/a', 'pool/b', 'pool/b']) {
      letters.record(subject, 'full', { type: 'x' });
    }
    letters.record('pool/c', 'dead', { type: 'x' });
    clock.advance(999);
    expect(summaries.length).toBe(1);
    clock.advance(1);
    expect(summaries.slice(1)).toEqual([
      dropped('full', 3, ['pool/a', 'pool/b']),
      dropped('dead', 1, ['pool/c']),
    ]);
    clock.advance(10_000);
    expect([summaries.length, clock.pending]).toEqual([3, 0]);
    letters.record('pool/a', 'full', { type: 'x' });
    expect(summaries.length).toBe(4);
  });

  it('name at most eight subjects in a summary, and count the rest', () => {
    const { letters, summaries, clock } = deadLetters();
    letters.record('first', 'dead', { type: 'x' });
    for (let index = 0; index < 20; index++) letters.record(`${index}`, 'dead', { type: 'x' });
    clock.advance(1000);
    expect(summaries[1]).toEqual(dropped('dead', 20, ['0', '1', '2', '3', '4', '5', '6', '7']));
  });

  it('are told whole when everything ends, and leave no timer behind', () => {
    const { letters, summaries, clock, world } = deadLetters();
    for (const type of ['x', 'y']) letters.record('pool/a', 'stopped', { type });
    letters.close();
    expect(summaries).toEqual([
      dropped('stopped', 1, ['pool/a']),
      dropped('stopped', 1, ['pool/a']),
    ]);
    expect(clock.pending).toBe(0);
    expect(world.log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'warn events were not handled',
      'warn events were not handled',
    ]);
  });

  it('that come after the end are counted and kept, and arm nothing', () => {
    const { letters, clock, summaries } = deadLetters();
    letters.record('pool/a', 'dead', undefined);
    letters.close();
    letters.record('pool/a', 'dead', undefined);
    clock.advance(10_000);
    expect([letters.total, letters.recent.length, clock.pending]).toEqual([2, 2, 0]);
    expect(summaries).toEqual([dropped('dead', 1, ['pool/a'])]);
  });
});
