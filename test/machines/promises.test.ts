import { expect, it } from 'vitest';
import { isolations } from '../../machines/isolation.ts';
import { modesOf, promisesOf } from '../../machines/promises.ts';
import { loadCharts } from './charts.ts';
import { cases, charts, combinations, told } from './combinations.ts';

const best = { audit: 'readWrite', isolation: 'microvm', route: 'mesh', load: 'normal' } as const;

it('everything is promised while nothing has stepped down', () => {
  expect(promisesOf(best)).toEqual({
    ...{ reads: 'served', writes: 'served', widening: 'recorded first', narrowing: 'recorded' },
    ...{ acknowledged: 'kept', sandboxedReads: isolations, sandboxedWrites: isolations },
    ...{ requests: 'over links and through others', strangers: 'let in', letGo: 'nobody' },
  });
});

it('the least that is ever promised: reads, records that are kept, decisions that protect', () => {
  const worst = { audit: 'failed', isolation: 'refusing', route: 'isolated', load: 'shedding' };
  expect(promisesOf(worst as Parameters<typeof promisesOf>[0])).toEqual({
    ...{ reads: 'served', writes: 'refused', widening: 'refused' },
    ...{ narrowing: 'kept aside or counted', acknowledged: 'kept' },
    ...{ sandboxedReads: [], sandboxedWrites: [], requests: 'wait for a link' },
    ...{ strangers: 'let in after work', letGo: 'the least trusted' },
  });
});

it('in no combination is an effect served that cannot be recorded or kept aside', () => {
  const served = combinations().filter((at) => promisesOf(at).writes === 'served');
  expect([...new Set(served.map(({ audit }) => audit))]).toEqual(['readWrite', 'spooling']);
  for (const at of combinations()) {
    const { writes, sandboxedWrites, sandboxedReads, reads, acknowledged } = promisesOf(at);
    expect([reads, acknowledged]).toEqual(['served', 'kept']);
    expect(sandboxedWrites).toEqual(writes === 'served' ? sandboxedReads : []);
  }
});

it('to step down in one chart promises nothing more', () => {
  const rank = (at: Parameters<typeof promisesOf>[0]) =>
    Object.values(promisesOf(at)).map((value) =>
      typeof value === 'string' ? value : value.length,
    );
  for (const at of combinations()) {
    for (const chart of charts) {
      const modes: readonly string[] = modesOf[chart];
      const next = modes[modes.indexOf(at[chart]) + 1];
      if (next === undefined) continue;
      const worse = rank({ ...at, [chart]: next });
      rank(at).forEach((value, index) => {
        if (typeof value === 'number') expect(worse[index]).toBeLessThanOrEqual(value);
        else if (value === 'refused') expect(worse[index]).toContain('refused');
      });
    }
  }
});

it('the modes are the states of the charts, but for the end', async () => {
  for (const { noun, machine } of await loadCharts()) {
    if (!charts.some((chart) => chart === noun)) continue;
    const states = Object.keys(machine.states).filter((state) => state !== 'closed');
    expect([...modesOf[noun as keyof typeof modesOf]].sort()).toEqual(states.sort());
  }
});

it('each combination is in one row of the table for each promise', () => {
  for (const at of combinations()) {
    const found = cases().filter((each) => charts.every((c) => each.while[c].includes(at[c])));
    const is = Object.entries(promisesOf(at)).map(([promise, value]) => [promise, told(value)]);
    expect(found.map(({ promise, is: said }) => [promise, said])).toEqual(is);
  }
});
