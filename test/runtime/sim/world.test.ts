import { describe, expect, it } from 'vitest';
import { simWorld } from '../../../runtime/sim/world.ts';

describe('a simulated world', () => {
  it('begins at the start of 2026, or when it is told to', () => {
    expect(simWorld({ seed: 1 }).clock.wallMs()).toBe(Date.parse('2026-01-01T00:00:00Z'));
    expect(simWorld({ seed: 1, startMs: 0 }).clock.wallMs()).toBe(0);
  });

  it('draws the same again from the same seed, and from no other', () => {
    const [first, again, other] = [9, 9, 10].map((seed) => {
      return simWorld({ seed }).random.stream('a').draw();
    });
    expect(first).toBe(again);
    expect(first).not.toBe(other);
  });

  it('shares nothing with another one', async () => {
    const [one, two] = [simWorld({ seed: 1 }), simWorld({ seed: 1 })];
    one.log.warn({}, 'of one');
    one.signals.send('SIGTERM');
    one.clock.after(1, () => {});
    one.random.stream('a').draw();
    await one.files.makeDirectory('/data');
    const store = await one.kv.create('/data/s');
    await store.close();
    expect([await one.files.list('/data/s'), await two.files.list('/')]).toEqual([['store'], []]);
    expect([two.log.lines, two.signals.raised, two.clock.pending]).toEqual([[], [], 0]);
    expect(two.random.stream('a').draw()).toBe(simWorld({ seed: 1 }).random.stream('a').draw());
  });
});
