import { describe, expect, it } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import { feedMachine } from '../../machines/feed.machine.ts';
import { input, samples } from './feed.fixture.ts';

function watched() {
  const clock = new SimulatedClock();
  const actor = createActor(feedMachine, { input, clock });
  const told: string[] = [];
  actor.on('*', ({ type }) => told.push(type));
  actor.start();
  const tell = (what: keyof typeof samples): void => actor.send(samples[what]);
  const standing = (): string =>
    (['empty', 'fresh', 'stale'] as const).find((tag) => actor.getSnapshot().hasTag(tag)) ?? '';
  /** What it asks for within so long. */
  const within = (ms: number): string[] => {
    told.length = 0;
    clock.increment(ms);
    return [...told];
  };
  return { tell, standing, within, told };
}

describe('a feed', () => {
  it('is read at once, then looked at, and read again only if it has changed and settled', () => {
    const { tell, standing, within, told } = watched();
    expect([told, standing()]).toEqual([['feed.load'], 'empty']);
    tell('is taken');
    expect([within(59_999), within(1), standing()]).toEqual([[], ['feed.look'], 'fresh']);
    tell('is the same');
    expect([within(59_999), within(1)]).toEqual([[], ['feed.look']]);
    tell('has changed');
    expect([within(999), within(1)]).toEqual([[], ['feed.load']]);
    tell('is still written');
    expect([standing(), within(60_000)]).toEqual(['fresh', ['feed.look']]);
  });

  it('keeps what it has while the file fails, until it is as before or is taken anew', () => {
    const { tell, standing, within } = watched();
    tell('fails');
    expect(standing()).toBe('empty');
    within(60_000);
    tell('has changed');
    within(1_000);
    tell('is taken');
    within(60_000);
    tell('fails');
    expect(standing()).toBe('stale');
    within(60_000);
    tell('is what was refused');
    expect(standing()).toBe('stale');
    within(60_000);
    tell('is the same');
    expect(standing()).toBe('fresh');
  });

  it('waits for what hangs no longer than it may, and for its breaker as long as that says', () => {
    const { tell, within } = watched();
    expect([within(29_999), within(1), within(60_000)]).toEqual([
      [],
      ['feed.overdue'],
      ['feed.look'],
    ]);
    tell('is put off');
    expect([within(6_999), within(1)]).toEqual([[], ['feed.look']]);
  });
});
