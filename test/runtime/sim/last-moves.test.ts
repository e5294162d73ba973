import { describe, expect, it } from 'vitest';
import { createActor, setup } from 'xstate';
import { LastMoves } from '../../../runtime/sim/last-moves.ts';

const lift = setup({}).createMachine({
  initial: 'up',
  states: { up: { on: { 'lift.sink': 'down' } }, down: { on: { 'lift.rise': 'up' } } },
});

describe('the last moves', () => {
  it('are those of an instant, each once, of the last eight', () => {
    const moves = new LastMoves();
    let nowMs = 0;
    const inspect = (event: Parameters<LastMoves['inspect']>[0]) => moves.inspect(event, nowMs);
    const [first, second] = ['first', 'second'].map((id) =>
      createActor(lift, { id, inspect }).start(),
    );
    const turn = (actor = first): void => {
      actor?.send({ type: 'lift.sink' });
      actor?.send({ type: 'lift.rise' });
    };
    turn(second);
    nowMs = 7;
    turn();
    turn();
    expect(moves.at(7)).toEqual(['first up lift.sink -> down', 'first down lift.rise -> up']);
    expect(moves.at(0)).toEqual(['second up lift.sink -> down', 'second down lift.rise -> up']);
    turn();
    turn();
    expect([moves.at(0), moves.at(7).length]).toEqual([[], 2]);
  });
});
