import { describe, expect, it } from 'vitest';
import { Fifo } from '../../../runtime/kernel/fifo.ts';
import fc from '../../fast-check.ts';

type Step = { readonly move: 'push' | 'shift' | 'putBack' | 'takeAll'; readonly times: number };

const step: fc.Arbitrary<Step> = fc.record({
  move: fc.constantFrom('push', 'push', 'shift', 'shift', 'putBack', 'takeAll'),
  times: fc.nat(1500),
});

/** What a plain array does for the same steps. */
function walk(steps: readonly Step[], fifo: Fifo<number>, model: number[]): void {
  let pushed = 0;
  for (const { move, times } of steps) {
    if (move === 'takeAll') expect(fifo.takeAll()).toEqual(model.splice(0));
    for (let time = 0; time < times && move !== 'takeAll'; time++) {
      if (move === 'push') {
        model.push(pushed);
        fifo.push(pushed++);
        continue;
      }
      const taken = fifo.shift();
      if (taken !== model.shift()) throw new Error(`${taken} came out of turn`);
      if (move === 'shift' || taken === undefined) continue;
      model.unshift(taken);
      fifo.putBack(taken);
    }
    expect({ size: fifo.size, items: fifo.toArray() }).toEqual({
      size: model.length,
      items: model,
    });
  }
}

describe('a first-in-first-out queue', () => {
  it('hands out what a plain array would, whatever is done to it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => walk(steps, new Fifo(), [])),
    );
  });

  it('has nothing when it is empty', () => {
    const fifo = new Fifo<string>();
    expect([fifo.shift(), fifo.size, fifo.toArray(), fifo.takeAll()]).toEqual([
      undefined,
      0,
      [],
      [],
    ]);
  });

  it('takes an item back in front after it was the last one', () => {
    const fifo = new Fifo<string>();
    fifo.push('a');
    fifo.putBack(fifo.shift() ?? 'nothing');
    fifo.push('b');
    expect(fifo.takeAll()).toEqual(['a', 'b']);
  });
});
