import { expect, it } from 'vitest';
import { lastMoves } from '../../../runtime/sim/last-moves.ts';
import { Trace } from '../../../runtime/sim/trace.ts';

it('the last moves are those of an instant, each once, of the last eight lines', () => {
  let nowMs = 0;
  const trace = new Trace(() => nowMs);
  const turn = (subject: string): void => {
    for (const taken of ['up lift.sink -> down', 'down lift.rise -> up']) {
      trace.add(1, { kind: 'move', subject, transitions: [taken] });
    }
  };
  turn('house/second');
  nowMs = 7;
  turn('house/first');
  turn('house/first');
  trace.add(1, { kind: 'note', text: 'a note', fields: {} });
  expect([lastMoves(trace, 7), lastMoves(trace, 0)]).toEqual([
    ['house/first up lift.sink -> down', 'house/first down lift.rise -> up'],
    ['house/second up lift.sink -> down', 'house/second down lift.rise -> up'],
  ]);
  turn('house/first');
  expect(lastMoves(trace, 0)).toEqual(['house/second down lift.rise -> up']);
});
