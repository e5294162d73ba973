import { describe, expect, it } from 'vitest';
import type { Snapshot } from 'xstate';
import { envelopeOf, readSaved } from '../../../runtime/kernel/saved-state.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';

const snapshot: Snapshot<unknown> = { status: 'active', output: undefined, error: undefined };
const versions = { logicVersion: 3, incarnation: 2 };
const deadline = (dueAtMs: number) => ({ id: 'a', path: [], event: { type: 'ring' }, dueAtMs });

/** What is saved of one deadline at 1,000 ms, and when it is due if read later on another clock. */
function dueAtMs(savedFor: number, wallPassedMs: number): unknown {
  const clock = new VirtualClock();
  clock.advance(1_000);
  const value = envelopeOf({ snapshot, deadlines: [deadline(savedFor)] }, versions, clock);
  const next = new VirtualClock(clock.wallMs() + wallPassedMs - 500);
  next.advance(500);
  const read = readSaved({ value: JSON.parse(JSON.stringify(value)), isDamaged: false }, 3, next);
  return 'because' in read ? read : read.start.deadlines[0]?.dueAtMs;
}

describe('a saved deadline', () => {
  it.each([
    ['at once, if it was overdue when it was saved', 900, 0, 500],
    ['at once, if it became overdue since', 61_000, 60_001, 500],
    ['when it always was to be', 61_000, 20_000, 40_500],
    ['in no more than was left, if the wall clock went back', 61_000, -20_000, 60_500],
  ])('is due %s', (_title, savedFor, wallPassedMs, expected) => {
    expect(dueAtMs(savedFor, wallPassedMs)).toBe(expected);
  });
});

describe('what would not come back', () => {
  const clock = new VirtualClock();

  it.each([
    ['a snapshot', { snapshot: Object.assign({ when: new Date(0) }, snapshot), deadlines: [] }],
    [
      'an event',
      { snapshot, deadlines: [{ ...deadline(5), event: { type: 'a', when: new Date(0) } }] },
    ],
  ])('is not saved: %s with a date', (_title, start) => {
    expect(() => envelopeOf(start, versions, clock)).toThrow(/when is a Date$/);
  });

  it('is not saved: more than 10,000 deadlines', () => {
    const deadlines = Array.from({ length: 10_001 }, () => deadline(5));
    expect(() => envelopeOf({ snapshot, deadlines }, versions, clock)).toThrow(
      new TypeError('it waits for more than 10000 delayed events'),
    );
  });
});
