import { describe, expect, it } from 'vitest';
import { StartTurns } from '../../actors/start-turns.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';

function staged(startsMax: number) {
  const clock = new VirtualClock();
  const turns = new StartTurns(clock, startsMax, 1_000);
  const heard: string[] = [];
  const take = (name: string, signal?: AbortSignal): void => {
    void turns.take(signal).then((isMine) => heard.push(`${name} ${isMine}`));
  };
  return { clock, turns, heard, take };
}

describe('turns to make something', () => {
  it('are so many at once, and then in the order that they were asked for', async () => {
    const { clock, turns, heard, take } = staged(2);
    for (const name of ['a', 'b', 'c', 'd']) take(name);
    await clock.advanceAsync(1);
    expect(heard).toEqual(['a true', 'b true']);
    turns.give();
    await clock.advanceAsync(1);
    expect(heard.slice(2)).toEqual(['c true']);
    for (let times = 0; times < 3; times++) turns.give();
    await clock.advanceAsync(1);
    for (const name of ['e', 'f', 'g']) take(name);
    await clock.advanceAsync(1);
    expect(heard.slice(3)).toEqual(['d true', 'e true', 'f true']);
  });

  it('are not waited for longer than they may be, nor by who gave up, nor at the end', async () => {
    const { clock, turns, heard, take } = staged(1);
    const controller = new AbortController();
    take('a');
    take('b');
    take('c', controller.signal);
    controller.abort();
    take('d', controller.signal);
    await clock.advanceAsync(999);
    expect(heard).toEqual(['a true', 'd false', 'c false']);
    await clock.advanceAsync(1);
    take('e');
    turns.close();
    await clock.advanceAsync(1);
    expect(heard.slice(3)).toEqual(['b false', 'e false']);
    turns.give();
    take('f');
    await clock.advanceAsync(1);
    expect([heard.at(-1), clock.pending]).toEqual(['f true', 0]);
  });
});
