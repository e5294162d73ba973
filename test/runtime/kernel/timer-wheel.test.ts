import { describe, expect, it } from 'vitest';
import { Timed } from '../../../actors/timed.ts';
import { HoldfastError } from '../../../runtime/errors.ts';
import { TimerWheel } from '../../../runtime/kernel/timer-wheel.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import type { Cancel, Clock } from '../../../storage/ports.ts';
import fc from '../../fast-check.ts';

const TICK_MS = 8;
const TURN_MS = 512 * TICK_MS;
const HOUR_MS = 3_600_000;

class Bell extends Timed {
  abandonedBy: Error | undefined;
  readonly #onExpired: () => void;

  constructor(onExpired: () => void) {
    super();
    this.#onExpired = onExpired;
  }

  expire(): void {
    this.#onExpired();
  }

  abandon(error: Error): void {
    this.abandonedBy = error;
  }
}

function wheelOf() {
  const clock = new VirtualClock(0);
  const wheel = new TimerWheel(clock);
  const rung: string[] = [];
  const bell = (name: string): Bell => new Bell(() => rung.push(`${name} ${clock.monotonicMs()}`));
  return { clock, wheel, rung, bell };
}

// --- the reference: a list of who is due when --------------------------------------------------

/** What one bell does: at the next turn of the script, or when another one rings. */
type Deed =
  | { readonly do: 'arm'; readonly bell: number; readonly delayMs: number }
  | { readonly do: 'cancel'; readonly bell: number };

type Step = Deed | { readonly do: 'advance'; readonly ms: number };

interface Script {
  readonly steps: readonly Step[];
  /** What is done, one after the other, by the bells that ring. */
  readonly echoes: readonly (readonly Deed[])[];
}

const BELLS = 6;

const delayMs = fc.oneof(
  fc.nat(40),
  fc.nat(400).map((quarters) => quarters / 4),
  fc.integer({ min: TURN_MS - 20, max: TURN_MS + 20 }),
  fc.nat(5 * TURN_MS),
);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ do: fc.constant('arm' as const), bell: fc.nat(BELLS - 1), delayMs }),
  fc.record({ do: fc.constant('cancel' as const), bell: fc.nat(BELLS - 1) }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  deed,
  fc.record({ do: fc.constant('advance' as const), ms: delayMs }),
);

const script: fc.Arbitrary<Script> = fc.record({
  steps: fc.array(step, { maxLength: 40 }),
  echoes: fc.array(fc.array(deed, { maxLength: 3 }), { maxLength: 20 }),
});

/** Plays it with the wheel and with the list; gives how late each bell rang. */
function play({ steps, echoes }: Script, clock: Clock, advance: (ms: number) => void): number[] {
  const wheel = new TimerWheel(clock);
  const dueMs = new Map<Bell, number>();
  const latenessMs: number[] = [];
  const left = [...echoes];
  const act = (done: Deed): void => {
    const bell = bells[done.bell];
    if (bell === undefined) return;
    wheel.cancel(bell);
    dueMs.delete(bell);
    if (done.do === 'cancel') return;
    wheel.arm(bell, done.delayMs);
    dueMs.set(bell, clock.monotonicMs() + done.delayMs);
  };
  const bells = Array.from({ length: BELLS }, () => {
    const bell = new Bell(() => {
      latenessMs.push(clock.monotonicMs() - (dueMs.get(bell) ?? Number.NaN));
      dueMs.delete(bell);
      for (const done of left.shift() ?? []) act(done);
    });
    return bell;
  });
  for (const next of [...steps, { do: 'advance', ms: HOUR_MS } as const]) {
    if (next.do === 'advance') advance(next.ms);
    else act(next);
    expect(bells.map(({ dueTick }) => dueTick > 0)).toEqual(bells.map((bell) => dueMs.has(bell)));
    const overdueMs = clock.monotonicMs() - 2 * TICK_MS;
    expect([...dueMs.values()].filter((due) => due < overdueMs)).toEqual([]);
  }
  expect(dueMs.size).toBe(0);
  return latenessMs;
}

const playOnTime = (given: Script): number[] => {
  const clock = new VirtualClock(0);
  const latenessMs = play(given, clock, (ms) => clock.advance(ms));
  expect(clock.pending).toBe(0);
  return latenessMs;
};

/** A process that is held up: its clock jumps, and what came due meanwhile runs once, late. */
class HeldUp implements Clock {
  #nowMs = 0;
  #timers: { readonly dueAtMs: number; readonly task: () => void }[] = [];

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  after(delay: number, task: () => void): Cancel {
    const timer = { dueAtMs: this.#nowMs + delay, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  soon(task: () => void): void {
    this.after(0, task);
  }

  get pending(): number {
    return this.#timers.length;
  }

  jump(ms: number): void {
    this.#nowMs += ms;
    const due = this.#timers.filter(({ dueAtMs }) => dueAtMs <= this.#nowMs);
    this.#timers = this.#timers.filter((timer) => !due.includes(timer));
    for (const { task } of due) task();
  }
}

describe('a timer wheel', () => {
  it('rings exactly what a list of deadlines would, and never early', () => {
    fc.assert(
      fc.property(script, (given) => {
        expect(playOnTime(given).filter((lateMs) => !(lateMs >= 0))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('rings one tick late at most', () => {
    fc.assert(
      fc.property(script, (given) => {
        expect(playOnTime(given).filter((lateMs) => lateMs > TICK_MS)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('rings all that is due after a jump of the clock, whatever came meanwhile', () => {
    fc.assert(
      fc.property(script, (given) => {
        const clock = new HeldUp();
        const latenessMs = play(given, clock, (ms) => {
          clock.jump(ms);
          while (ms === HOUR_MS && clock.pending > 0) clock.jump(1_000);
        });
        expect(latenessMs.filter((lateMs) => !(lateMs >= 0))).toEqual([]);
        expect(clock.pending).toBe(0);
      }),
    );
  });

  it('looks at each of its slots once, however far the clock jumps', () => {
    const clock = new HeldUp();
    const wheel = new TimerWheel(clock);
    const rung: number[] = [];
    const delays = [5, TURN_MS + 5, 30 * TURN_MS];
    for (const delay of delays) wheel.arm(new Bell(() => rung.push(delay)), delay);
    clock.jump(1e12);
    expect([rung.sort((a, b) => a - b), clock.pending]).toEqual([delays, 0]);
  });

  it('goes on for hours within one advance', () => {
    const { clock, wheel, rung, bell } = wheelOf();
    wheel.arm(bell('late'), HOUR_MS);
    wheel.arm(bell('early'), 16);
    clock.advance(10 * HOUR_MS);
    expect([rung, clock.pending]).toEqual([['early 16', `late ${HOUR_MS}`], 0]);
  });

  it('keeps a deadline beyond its turn apart from those that share the slot', () => {
    const { clock, wheel, rung, bell } = wheelOf();
    for (const turns of [2, 0, 1]) wheel.arm(bell(`${turns}`), turns * TURN_MS + 80);
    clock.advance(80);
    const first = [...rung];
    clock.advance(3 * TURN_MS);
    expect([first, rung]).toEqual([['0 80'], ['0 80', '1 4176', '2 8272']]);
  });

  it('rings by deadline, and of one tick those first that were armed first', () => {
    const { clock, wheel, rung, bell } = wheelOf();
    for (const [name, delay] of Object.entries({ c: 24, a: 8, b: 16, d: 23, e: 24 })) {
      wheel.arm(bell(name), delay);
    }
    clock.advance(24);
    expect(rung).toEqual(['a 8', 'b 16', 'c 24', 'd 24', 'e 24']);
  });

  it('looks up four times a second if nothing is due, however long', () => {
    const { clock, wheel, rung, bell } = wheelOf();
    let looks = 0;
    const { after } = clock;
    clock.after = (delayMs, task) => {
      looks += 1;
      return after.call(clock, delayMs, task);
    };
    wheel.arm(bell('late'), HOUR_MS);
    clock.advance(HOUR_MS);
    expect(rung).toEqual([`late ${HOUR_MS}`]);
    expect(looks).toBeLessThan(4 * 3_600 + 50);
    wheel.arm(bell('far'), HOUR_MS);
    wheel.arm(bell('near'), 16);
    clock.advance(16);
    expect(rung.at(-1)).toBe(`near ${HOUR_MS + 16}`);
  });

  it('lets go of all that is armed when it is closed, and of its timer', () => {
    const { clock, wheel, rung, bell } = wheelOf();
    const bells = ['a', 'b', 'c'].map(bell);
    for (const [index, armed] of bells.entries()) wheel.arm(armed, index * 5_000);
    const error = new HoldfastError('RUNTIME_STOPPED', 'the runtime has stopped');
    wheel.close(error);
    expect([bells.map(({ abandonedBy }) => abandonedBy), clock.pending]).toEqual([
      [error, error, error],
      0,
    ]);
    clock.advance(HOUR_MS);
    expect(rung).toEqual([]);
  });

  it('takes one timer of the process, and none once nothing is armed', () => {
    const { clock, wheel, bell } = wheelOf();
    const bells = ['a', 'b', 'c'].map(bell);
    const pending = [clock.pending];
    for (const armed of bells) wheel.arm(armed, 1_000);
    pending.push(clock.pending);
    for (const armed of bells) wheel.cancel(armed);
    clock.advance(32 * TICK_MS);
    pending.push(clock.pending);
    for (const armed of bells) wheel.arm(armed, 1_000);
    clock.advance(1_000);
    pending.push(clock.pending);
    expect(pending).toEqual([0, 1, 0, 0]);
  });

  it('that stands still counts a new deadline from when it is armed', () => {
    const { clock, wheel, rung, bell } = wheelOf();
    wheel.arm(bell('a'), 8);
    clock.advance(1_000_000);
    wheel.arm(bell('b'), 8);
    clock.advance(8);
    expect(rung).toEqual(['a 8', 'b 1000008']);
  });

  it('does not ring what was cancelled; and to cancel it again does nothing', () => {
    const { clock, wheel, rung, bell } = wheelOf();
    const [a, b, c] = [bell('a'), bell('b'), bell('c')];
    wheel.cancel(a);
    for (const armed of [a, b, c]) wheel.arm(armed, 8);
    wheel.cancel(b);
    wheel.cancel(b);
    clock.advance(100);
    wheel.cancel(c);
    expect([rung, clock.pending]).toEqual([['a 8', 'c 8'], 0]);
  });

  it('lets one that rings cancel the next of the same tick, or put it off', () => {
    const { clock, wheel, rung, bell } = wheelOf();
    const [cancelled, putOff] = [bell('cancelled'), bell('put off')];
    const first = new Bell(() => {
      wheel.cancel(cancelled);
      wheel.cancel(putOff);
      wheel.arm(putOff, 16);
    });
    for (const armed of [first, cancelled, putOff]) wheel.arm(armed, 8);
    clock.advance(100);
    expect([rung, clock.pending]).toEqual([['put off 24'], 0]);
  });

  it('rings one that arms itself anew, at once at the earliest one tick later', () => {
    const { clock, wheel, rung } = wheelOf();
    const again = new Bell(() => {
      rung.push(`again ${clock.monotonicMs()}`);
      if (rung.length < 4) wheel.arm(again, 0);
    });
    wheel.arm(again, 8);
    clock.advance(100);
    expect([rung, clock.pending]).toEqual([['again 8', 'again 16', 'again 24', 'again 32'], 0]);
  });

  it('arms and cancels at one cost, however many there are', () => {
    const { clock, wheel, rung, bell } = wheelOf();
    const bells = Array.from({ length: 300_000 }, (_, index) => bell(String(index)));
    for (const armed of bells) wheel.arm(armed, 1_000);
    const kept = bells.splice(150_000, 1);
    for (const armed of [...bells.filter((_, index) => index % 2 === 0), ...bells]) {
      wheel.cancel(armed);
    }
    clock.advance(2_000);
    expect([kept.length, rung, clock.pending]).toEqual([1, ['150000 1000'], 0]);
  });

  it('looks at each deadline once a turn until it comes, and at no others', () => {
    const { clock, wheel, bell } = wheelOf();
    let looks = 0;
    for (let armed = 0; armed < 512; armed++) {
      const far = bell(String(armed));
      let dueTick = 0;
      const get = (): number => {
        looks += 1;
        return dueTick;
      };
      const set = (tick: number): void => {
        dueTick = tick;
      };
      Object.defineProperty(far, 'dueTick', { get, set });
      wheel.arm(far, HOUR_MS + armed * TICK_MS);
    }
    looks = 0;
    clock.advance(10 * TURN_MS);
    expect(looks).toBe(10 * 512);
  });

  it('says how long is left, and never nothing', () => {
    const { clock, wheel, bell } = wheelOf();
    const far = bell('far');
    wheel.arm(far, 1_000);
    clock.advance(400);
    expect(wheel.leftMs(far)).toBe(600);
    const due = bell('due');
    wheel.arm(due, 0);
    expect(wheel.leftMs(due)).toBe(1);
  });
});
