import { expect, it } from 'vitest';
import { CanaryNames } from '../../../../actors/peer/suspicion/canary-names.ts';
import { SeededRandom } from '../../../../runtime/sim/random.ts';

const names = (seed = 1): CanaryNames => new CanaryNames(new SeededRandom(seed).stream('canaries'));
const drawn = (from: CanaryNames, count = 1_000) =>
  Array.from({ length: count }, () => from.draw());

it('a canary begins as requests that are made here do, is as large, and is never the same', () => {
  const from = names();
  from.asked('shop.orders.get', 120);
  from.asked('users.find', 0);
  const canaries = drawn(from);
  const heads = canaries.map(({ name }) => name.split('.').slice(0, -1).join('.'));
  expect(new Set(heads)).toEqual(new Set(['shop.orders', 'users']));
  expect(new Set(canaries.map(({ name }) => name)).size).toBe(1_000);
  const sizes = canaries.map(({ payload }, nth) => [heads[nth], payload.bytes.length]);
  expect(new Set(sizes.map(String))).toEqual(new Set(['shop.orders,119', 'users,0']));
});

it('a canary is one of ours in no way: no reserved method, and no method that is asked for', () => {
  const from = names();
  from.asked('holdfast.relay', 70);
  from.asked('orders.get', 9);
  const canaries = drawn(from);
  expect(canaries.filter(({ name }) => !/^orders\.[a-z]{10,14}$/.test(name))).toEqual([]);
});

it('before anything was asked, a canary begins with a word that is common', () => {
  expect(drawn(names()).filter(({ name }) => !/^[a-z]+\.[a-z]{10,14}$/.test(name))).toEqual([]);
});

it('canaries are drawn: another world has others, the same one the same', () => {
  const [first, again, other] = [names(1), names(1), names(2)].map((from) => from.draw().name);
  expect([first === again, first === other]).toEqual([true, false]);
});

it('what is sent is no larger than 4 KiB, however large requests are', () => {
  const from = names();
  from.asked('backup.put', 10_000_000);
  expect(drawn(from, 10).filter(({ payload }) => payload.bytes.length > 4_096)).toEqual([]);
});
