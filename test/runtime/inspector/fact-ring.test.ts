import { expect, it } from 'vitest';
import type { Fact } from '../../../runtime/facts.ts';
import { FactRing } from '../../../runtime/inspector/fact-ring.ts';

const fact = (id: number, data: Fact['data'] = {}): Fact => ({
  specversion: '1.0',
  id: `f-${id}`,
  source: 'holdfast/shop',
  type: 'actor.failed',
  time: '2026-01-01T00:00:00.000Z',
  data,
});

const put = (ring: FactRing, id: number, data: Fact['data'], after = 0) =>
  ring.add(id, () => fact(id, data), data, after);

it('makes those that hold little when they are read, and all others at once', () => {
  const ring = new FactRing();
  const made: number[] = [];
  const add = (id: number, data: Fact['data']) =>
    ring.add(
      id,
      () => {
        made.push(id);
        return fact(id, data);
      },
      data,
      0,
    );
  for (const [id, data] of [{ n: 1, of: 'x' }, { list: [1] }, { of: 'x'.repeat(101) }].entries()) {
    add(id, data);
  }
  const before = [...made];
  expect([before, ring.since(0)[0]?.fact, made]).toEqual([
    [1, 2],
    fact(0, { n: 1, of: 'x' }),
    [1, 2, 0],
  ]);
});

it('keeps the newest 10,000, oldest first', () => {
  const ring = new FactRing();
  for (let id = 0; id < 25_000; id++) put(ring, id, {}, id * 2);
  const kept = ring.since(0);
  expect([kept.length, kept[0]?.fact.id, kept[0]?.after, kept.at(-1)?.fact.id]).toEqual([
    10_000,
    'f-15000',
    30_000,
    'f-24999',
  ]);
  expect(ring.since(24_990)).toHaveLength(10);
});

it('keeps fewer of long ones, and never one that refers to a longer text', () => {
  const ring = new FactRing();
  const error = { message: 'x'.repeat(8_000) };
  const data = { error };
  for (let id = 0; id < 5_000; id++) put(ring, id, data);
  const kept = ring.since(0);
  expect(kept.length).toBe(Math.floor((16 * 1024 * 1024) / (kept[0]?.size ?? 0)));
  expect([kept[0]?.fact.data, Object.is(kept[0]?.fact.data, data)]).toEqual([data, false]);
});
