import { describe, expect, it } from 'vitest';
import { Bulkhead, type BulkheadOptions, type Place } from '../../runtime/bulkhead.ts';
import { HoldfastError } from '../../runtime/errors.ts';
import { TimerWheel } from '../../runtime/kernel/timer-wheel.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { containment } from '../../runtime/world/containment.ts';
import fc from '../fast-check.ts';

/** A bulkhead, and what was told to those who entered, in that order. */
function bulkheadOf(options: Partial<BulkheadOptions> = {}) {
  const clock = new VirtualClock(0);
  const bulkhead = new Bulkhead(
    'psp',
    { callsMax: 1, queueMax: 10, queueMs: 1_000, leaseMs: 60_000, ...options },
    new TimerWheel(clock),
    containment,
  );
  const heard: string[] = [];
  const enter = (name: string, onIn: (place: Place) => void = () => {}): Place =>
    bulkhead.enter((place, error) => {
      heard.push(`${name} ${error instanceof HoldfastError ? error.code : 'in'}`);
      if (error === undefined) onIn(place);
    });
  return { clock, bulkhead, heard, enter };
}

const leaveAtOnce = (place: Place): void => place.leave();

describe('a bulkhead', () => {
  it('lets as many in at once as it may, and the others one by one, as they came', () => {
    const { heard, enter } = bulkheadOf({ callsMax: 2 });
    const [a, b] = ['a', 'b', 'c', 'd', 'e'].map((name) => enter(name));
    const atOnce = [...heard];
    b?.leave();
    const afterOne = [...heard];
    a?.leave();
    expect([atOnce, afterOne, heard]).toEqual([
      ['a in', 'b in'],
      ['a in', 'b in', 'c in'],
      ['a in', 'b in', 'c in', 'd in'],
    ]);
  });

  it('tells who waits from who was let in or sent away', () => {
    const { enter } = bulkheadOf({ queueMax: 1 });
    const places = ['a', 'b', 'c'].map((name) => enter(name));
    expect(places.map(({ isWaiting }) => isWaiting)).toEqual([false, true, false]);
    places[0]?.leave();
    expect(places.map(({ isWaiting }) => isWaiting)).toEqual([false, false, false]);
  });

  it('sends away at once who finds its queue full, and says why without a stack', () => {
    const { bulkhead, heard, enter } = bulkheadOf({ callsMax: 1, queueMax: 1 });
    const errors: unknown[] = [];
    for (const name of ['a', 'b']) enter(name);
    bulkhead.enter((_place, error) => {
      errors.push(error?.stack?.split('\n').length, { ...error, message: error?.message });
    });
    expect([heard, errors]).toEqual([
      ['a in'],
      [
        1,
        {
          name: 'HoldfastError',
          message: 'no call to "psp": as many calls run and wait as may',
          code: 'BULKHEAD_FULL',
          recovery: 'retry',
          retryable: true,
          details: { name: 'psp', callsMax: 1, queueMax: 1 },
        },
      ],
    ]);
  });

  it('without a queue sends everybody away beyond those it lets in', () => {
    const { heard, enter } = bulkheadOf({ callsMax: 2, queueMax: 0 });
    for (const name of ['a', 'b', 'c']) enter(name);
    expect(heard).toEqual(['a in', 'b in', 'c BULKHEAD_FULL']);
  });

  it('sends away who has waited as long as it may, and lets nobody in for that', () => {
    const { clock, bulkhead, heard, enter } = bulkheadOf({ queueMs: 80 });
    const messages: unknown[] = [];
    const place = enter('a');
    bulkhead.enter((_place, error) => messages.push(error?.message));
    clock.advance(40);
    enter('c');
    clock.advance(40);
    const first = [...messages];
    clock.advance(40);
    place.leave();
    expect([first, heard]).toEqual([
      ['no call to "psp": no room within 80 ms'],
      ['a in', 'c BULKHEAD_FULL'],
    ]);
  });

  it('gives the room of who was sent away to others', () => {
    const { clock, heard, enter } = bulkheadOf({ queueMax: 1, queueMs: 80 });
    const first = enter('a');
    for (const name of ['b', 'c']) enter(name);
    clock.advance(80);
    enter('d');
    first.leave();
    expect(heard).toEqual(['a in', 'c BULKHEAD_FULL', 'b BULKHEAD_FULL', 'd in']);
  });

  it('counts a call that never settles for as long as its lease', () => {
    const { clock, heard, enter } = bulkheadOf({ leaseMs: 800, queueMs: 10_000 });
    const first = enter('a');
    for (const name of ['b', 'c']) enter(name);
    clock.advance(799);
    const before = [...heard];
    clock.advance(1);
    const after = [...heard];
    first.leave();
    expect([before, after, heard]).toEqual([['a in'], ['a in', 'b in'], ['a in', 'b in']]);
  });

  it('counts a lease from when the call was let in', () => {
    const { clock, heard, enter } = bulkheadOf({ leaseMs: 800, queueMs: 10_000 });
    const first = enter('a');
    for (const name of ['b', 'c']) enter(name);
    clock.advance(400);
    first.leave();
    clock.advance(799);
    const before = [...heard];
    clock.advance(1);
    expect([before, heard]).toEqual([
      ['a in', 'b in'],
      ['a in', 'b in', 'c in'],
    ]);
  });

  it('never lets in who left the queue, and gives its room to others', () => {
    const { clock, heard, enter } = bulkheadOf({ queueMax: 2, queueMs: 80 });
    const [first, second] = ['a', 'b', 'c'].map((name) => enter(name));
    second?.leave();
    enter('d');
    first?.leave();
    clock.advance(1_000);
    expect(heard).toEqual(['a in', 'c in', 'd BULKHEAD_FULL']);
  });

  it('takes back a place once, however often it is given back', () => {
    const { heard, enter } = bulkheadOf();
    const [first, second] = ['a', 'b', 'c', 'd'].map((name) => enter(name));
    second?.leave();
    second?.leave();
    first?.leave();
    first?.leave();
    expect(heard).toEqual(['a in', 'c in']);
  });

  it('sends all who wait away together, in order, with the error it is given', () => {
    const { clock, bulkhead, heard, enter } = bulkheadOf({ queueMs: 80 });
    const first = enter('a');
    for (const name of ['b', 'c']) enter(name);
    const error = new HoldfastError('BREAKER_OPEN', 'breaker.open: no call to "psp"');
    const seen: unknown[] = [];
    bulkhead.enter((_place, given) => seen.push(given));
    bulkhead.refuseWaiting(error);
    const refused = [...heard];
    enter('d');
    first.leave();
    clock.advance(1_000);
    expect([seen[0] === error, seen.length, refused, heard]).toEqual([
      true,
      1,
      ['a in', 'b BREAKER_OPEN', 'c BREAKER_OPEN'],
      ['a in', 'b BREAKER_OPEN', 'c BREAKER_OPEN', 'd in'],
    ]);
  });

  it('leaves no timer behind once everybody has left', () => {
    const { clock, bulkhead, enter } = bulkheadOf({ queueMax: 2 });
    const first = enter('a');
    const waiting = enter('b');
    enter('c');
    enter('d');
    waiting.leave();
    bulkhead.refuseWaiting(new HoldfastError('RUNTIME_STOPPED', 'the runtime has stopped'));
    first.leave();
    clock.advance(256);
    expect(clock.pending).toBe(0);
  });
});

describe('a bulkhead whose calls leave as soon as they are let in', () => {
  it('lets the next one in for each of them', () => {
    const { heard, enter } = bulkheadOf();
    enter('a', leaveAtOnce);
    const second = enter('b');
    for (const name of ['c', 'd']) enter(name, leaveAtOnce);
    enter('e');
    second.leave();
    expect(heard).toEqual(['a in', 'b in', 'c in', 'd in', 'e in']);
  });

  it('keeps the order they came in, also if one of them enters anew at once', () => {
    const { heard, enter } = bulkheadOf();
    const first = enter('a');
    enter('b', (place) => {
      place.leave();
      enter('d');
    });
    enter('c');
    first.leave();
    expect(heard).toEqual(['a in', 'b in', 'c in']);
  });

  it('lets in a queue of 50,000 without growing the stack', () => {
    const { clock, heard, enter } = bulkheadOf({ queueMax: 50_000 });
    const first = enter('first');
    for (let call = 0; call < 50_000; call++) enter(String(call), leaveAtOnce);
    first.leave();
    clock.advance(256);
    const expected = ['first in', ...Array.from({ length: 50_000 }, (_, call) => `${call} in`)];
    expect([heard, clock.pending]).toEqual([expected, 0]);
  });

  it('lets go a queue of 50,000 that leave before they are let in', () => {
    const { clock, heard, enter } = bulkheadOf({ queueMax: 50_000 });
    const first = enter('first');
    const waiting = Array.from({ length: 50_000 }, (_, call) => enter(String(call)));
    for (const place of waiting) place.leave();
    enter('last');
    first.leave();
    clock.advance(8);
    expect(heard).toEqual(['first in', 'last in']);
  });
});

type Step =
  | { readonly do: 'enter'; readonly isQuick: boolean }
  | { readonly do: 'leave'; readonly who: number }
  | { readonly do: 'refuse' };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('enter' as const), isQuick: fc.boolean() }),
    },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('leave' as const), who: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.constant({ do: 'refuse' as const }) },
  ),
  { maxLength: 60 },
);

/** Two lists, and who is moved from the one to the other. */
class Lists {
  readonly heard: string[] = [];
  readonly #limits: Pick<BulkheadOptions, 'callsMax' | 'queueMax'>;
  #working: number[] = [];
  #waiting: { who: number; isQuick: boolean }[] = [];

  constructor(limits: Pick<BulkheadOptions, 'callsMax' | 'queueMax'>) {
    this.#limits = limits;
  }

  enter(who: number, isQuick: boolean): void {
    const { callsMax, queueMax } = this.#limits;
    const isFull = this.#working.length === callsMax && this.#waiting.length === queueMax;
    if (isFull) this.heard.push(`${who} BULKHEAD_FULL`);
    else this.#waiting.push({ who, isQuick });
    this.#fill();
  }

  leave(who: number): void {
    this.#working = this.#working.filter((other) => other !== who);
    this.#waiting = this.#waiting.filter((other) => other.who !== who);
    this.#fill();
  }

  refuse(): void {
    for (const { who } of this.#waiting.splice(0)) this.heard.push(`${who} BREAKER_OPEN`);
  }

  #fill(): void {
    while (this.#working.length < this.#limits.callsMax) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.heard.push(`${next.who} in`);
      if (!next.isQuick) this.#working.push(next.who);
    }
  }
}

describe('a bulkhead in whatever traffic', () => {
  it('lets in and sends away whom two plain lists would', () => {
    const limits = fc.record({ callsMax: fc.integer({ min: 1, max: 4 }), queueMax: fc.nat(4) });
    fc.assert(
      fc.property(limits, steps, (given, script) => {
        const { bulkhead, heard, enter } = bulkheadOf(given);
        const lists = new Lists(given);
        const places: Place[] = [];
        for (const step of script) {
          if (step.do === 'enter') {
            lists.enter(places.length, step.isQuick);
            const onIn = step.isQuick ? leaveAtOnce : undefined;
            places.push(enter(String(places.length), onIn));
          } else if (step.do === 'leave') {
            lists.leave(step.who);
            places[step.who]?.leave();
          } else {
            lists.refuse();
            bulkhead.refuseWaiting(new HoldfastError('BREAKER_OPEN', ''));
          }
        }
        expect(heard).toEqual(lists.heard);
      }),
      { numRuns: 300 },
    );
  });
});
