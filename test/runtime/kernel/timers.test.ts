import { describe, expect, it } from 'vitest';
import { type AnyActorRef, createActor, fromCallback } from 'xstate';
import { TimerIndex } from '../../../runtime/kernel/timers.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';

const actor = (id: string): AnyActorRef =>
  createActor(
    fromCallback(() => {}),
    { id },
  );

function timers() {
  const clock = new VirtualClock();
  const sent: string[] = [];
  const index = new TimerIndex(clock, (source, target, { type }) =>
    sent.push(`${clock.monotonicMs()} ${source.id}>${target.id} ${type}`),
  );
  return { clock, sent, index, a: actor('a'), b: actor('b') };
}

describe('the timers of an actor system', () => {
  it('send each event to its target once it is due, in the name of its owner', () => {
    const { clock, sent, index, a, b } = timers();
    index.schedule(a, b, { type: 'late' }, 20, 'late');
    index.schedule(a, a, { type: 'soon' }, 10, 'soon');
    clock.advance(100);
    expect(sent).toEqual(['10 a>a soon', '20 a>b late']);
    expect(clock.pending).toBe(0);
  });

  it('are told apart by owner and id: one more of the same replaces the first', () => {
    const { clock, sent, index, a, b } = timers();
    index.schedule(a, a, { type: 'first' }, 10, 'same');
    index.schedule(b, b, { type: 'other' }, 10, 'same');
    index.schedule(a, a, { type: 'second' }, 30, 'same');
    clock.advance(100);
    expect(sent).toEqual(['10 b>b other', '30 a>a second']);
  });

  it('without an id never replace each other', () => {
    const { clock, sent, index, a } = timers();
    for (const type of ['x', 'y']) index.schedule(a, a, { type }, 10);
    clock.advance(10);
    expect(sent).toEqual(['10 a>a x', '10 a>a y']);
  });

  it('can be taken back, one by one or all of one owner, and leave nothing on the clock', () => {
    const { clock, sent, index, a, b } = timers();
    for (const id of ['one', 'two', 'three']) index.schedule(a, a, { type: id }, 10, id);
    index.schedule(b, b, { type: 'four' }, 10, 'four');
    index.cancel(a, 'two');
    index.cancel(a, 'unheard of');
    expect(clock.pending).toBe(3);
    index.cancelAll(a);
    index.cancelAll(a);
    expect(clock.pending).toBe(1);
    clock.advance(10);
    expect(sent).toEqual(['10 b>b four']);
  });

  it('may be armed anew by what they send', () => {
    const clock = new VirtualClock();
    const a = actor('a');
    let ticks = 0;
    const index: TimerIndex = new TimerIndex(clock, (source, target, event) => {
      ticks += 1;
      index.schedule(source, target, event, 10, 'tick');
    });
    index.schedule(a, a, { type: 'tick' }, 10, 'tick');
    clock.advance(95);
    expect({ ticks, pending: clock.pending }).toEqual({ ticks: 9, pending: 1 });
  });

  it('of a kept owner are handed over with their due times, those for itself only', () => {
    const { clock, index, a, b } = timers();
    index.keep(a);
    clock.advance(5);
    index.schedule(a, a, { type: 'mine' }, 10, 'mine');
    index.schedule(a, b, { type: 'yours' }, 10, 'yours');
    index.cancelAll(a);
    expect(index.takeKept(a)).toMatchObject([{ id: 'mine', event: { type: 'mine' }, dueAtMs: 15 }]);
    expect([index.takeKept(a), clock.pending]).toEqual([[], 0]);
  });

  it('of a kept owner that is still alive are handed over as they are', () => {
    const { index, a } = timers();
    index.keep(a);
    index.schedule(a, a, { type: 'mine' }, 10, 'mine');
    expect(index.takeKept(a)).toMatchObject([{ id: 'mine', dueAtMs: 10 }]);
  });

  it('of a live owner can be looked at, and stay armed', () => {
    const { index, clock, a, b } = timers();
    clock.advance(5);
    index.schedule(a, a, { type: 'mine' }, 10, 'mine');
    index.schedule(a, b, { type: 'yours' }, 10, 'yours');
    for (let look = 0; look < 2; look++) {
      expect(index.pending(a)).toMatchObject([
        { id: 'mine', event: { type: 'mine' }, dueAtMs: 15 },
      ]);
    }
    expect([index.pending(b), clock.pending]).toEqual([[], 2]);
  });

  it('of an owner that nobody keeps are gone with it', () => {
    const { index, a } = timers();
    index.schedule(a, a, { type: 'mine' }, 10, 'mine');
    index.cancelAll(a);
    expect(index.takeKept(a)).toEqual([]);
  });
});
