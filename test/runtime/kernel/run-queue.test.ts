import { describe, expect, it } from 'vitest';
import { RunQueue } from '../../../runtime/kernel/run-queue.ts';
import type { Clock } from '../../../storage/ports.ts';
import fc from '../../fast-check.ts';

/** A clock that moves when told, and turns that are taken one by one. */
class Turns implements Clock {
  nowMs = 0;
  readonly #later: (() => void)[] = [];

  monotonicMs = (): number => this.nowMs;
  wallMs = (): number => this.nowMs;
  soon = (task: () => void): void => void this.#later.push(task);
  after(): never {
    throw new Error('the run queue arms no timer');
  }

  /** Takes one turn of the loop; false if there is nothing to do in it. */
  next(): boolean {
    const task = this.#later.shift();
    task?.();
    return task !== undefined;
  }

  all(): number {
    let turns = 0;
    while (this.next()) turns += 1;
    return turns;
  }
}

function runQueue() {
  const turns = new Turns();
  const faults: unknown[] = [];
  const queue = new RunQueue(turns, (error) => faults.push(error));
  const served: string[] = [];
  /** Something with `items` to serve; `each` happens with every one of them. */
  const busy = (name: string, items: number, each: () => void = () => {}): void => {
    let left = items;
    const serve = (): boolean => {
      served.push(name);
      left -= 1;
      each();
      return left > 0;
    };
    queue.ready({ serve });
  };
  return { turns, faults, queue, served, busy };
}

const times = (count: number, name: string): string[] => Array.from({ length: count }, () => name);

describe('the run queue', () => {
  it('runs nothing in the stack of the caller', () => {
    const { turns, queue, served, busy } = runQueue();
    queue.control(() => served.push('decision'));
    busy('a', 1);
    expect(served).toEqual([]);
    turns.all();
    expect(served).toEqual(['decision', 'a']);
  });

  it('serves eight items of one, then it is the turn of the next', () => {
    const { turns, served, busy } = runQueue();
    busy('a', 20);
    busy('b', 9);
    turns.all();
    expect(served).toEqual([
      ...times(8, 'a'),
      ...times(8, 'b'),
      ...times(8, 'a'),
      'b',
      ...times(4, 'a'),
    ]);
  });

  it('makes decisions before it serves the next, in the order they came up', () => {
    const { turns, queue, served, busy } = runQueue();
    busy('a', 9, () => {
      if (served.length !== 1) return;
      queue.control(() => served.push('first'));
      queue.control(() => served.push('second'));
    });
    busy('b', 1);
    turns.all();
    expect(served).toEqual([...times(8, 'a'), 'first', 'second', 'b', 'a']);
  });

  it('gives the loop back after five milliseconds', () => {
    const { turns, served, busy } = runQueue();
    busy('slow', 40, () => {
      turns.nowMs += 1;
    });
    turns.next();
    expect(served.length).toBe(8);
    expect(turns.all()).toBe(4);
    expect(served.length).toBe(40);
  });

  it('knows within a turn when it began, and outside of one what time it is', () => {
    const { turns, queue, busy } = runQueue();
    const seen: number[] = [];
    busy('slow', 9, () => {
      turns.nowMs += 1;
      seen.push(queue.nowMs);
    });
    const beganMs = turns.nowMs;
    turns.next();
    expect(seen.map((ms) => ms - beganMs)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    turns.nowMs += 100;
    expect(queue.nowMs - beganMs).toBe(108);
    turns.all();
    expect(seen.at(-1)).toBe(beganMs + 108);
  });

  it('gives the loop back after 2,048 turns, however short they are', () => {
    const { turns, queue } = runQueue();
    let decisions = 0;
    const decide = (): void => {
      decisions += 1;
      if (decisions < 5000) queue.control(decide);
    };
    queue.control(decide);
    turns.next();
    expect(decisions).toBe(2048);
    turns.all();
    expect(decisions).toBe(5000);
  });

  it('tells of a decision that throws, and goes on', () => {
    const { turns, queue, served, faults, busy } = runQueue();
    queue.control(() => {
      throw new Error('a bad decision');
    });
    busy('a', 1);
    turns.all();
    expect([served, faults]).toEqual([['a'], [new Error('a bad decision')]]);
  });

  it('tells once that nothing is left to run, what came up meanwhile included', () => {
    const { turns, queue, served, busy } = runQueue();
    queue.onceIdle(() => served.push('idle'));
    busy('a', 1, () => {
      if (served.length < 5) busy('a', 1, () => {});
    });
    turns.all();
    busy('a', 1);
    turns.all();
    expect(served).toEqual(['a', 'a', 'idle', 'a']);
  });

  it('tells at once, on a later turn, if there was nothing to run at all', () => {
    const { turns, queue, served, faults } = runQueue();
    queue.onceIdle(() => {
      throw new Error('a bad listener');
    });
    queue.onceIdle(() => served.push('idle'));
    turns.all();
    expect([served, faults]).toEqual([['idle'], [new Error('a bad listener')]]);
  });

  it('works off a large set in order, once each, 500 in a chunk', () => {
    fc.assert(
      fc.property(fc.nat(2600), (size) => {
        const { turns, queue } = runQueue();
        const items = Array.from({ length: size }, (_, index) => index);
        const seen: number[] = [];
        let [ends, largestChunk, lastSeen] = [0, 0, 0];
        const look = (): void => {
          largestChunk = Math.max(largestChunk, seen.length - lastSeen);
          lastSeen = seen.length;
          if (ends === 0) queue.control(look);
        };
        look();
        queue.sweep(
          items,
          (item) => seen.push(item),
          () => {
            ends += 1;
          },
        );
        turns.all();
        expect({ seen, ends, largestChunk }).toEqual({
          seen: items,
          ends: 1,
          largestChunk: Math.min(size, 500),
        });
      }),
      { numRuns: 30 },
    );
  });
});
