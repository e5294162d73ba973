import { describe, expect, it } from 'vitest';
import { type WalkOptions, walk } from '../../runtime/sim/walk.ts';
import { loadCharts } from './charts.ts';

/** What is good for each chart, and which of its states are an exception to a rule. */
const exceptions: Readonly<Record<string, WalkOptions>> = {
  audit: { good: ['readWrite'] },
  breaker: {
    good: ['circuit.closed'],
    lazy: { 'circuit.open': 'breaker.probe', 'circuit.halfOpen.waiting': 'breaker.probe' },
  },
  feed: { good: ['standing.fresh'] },
  health: { good: ['standing.passing'] },
  isolation: { good: ['microvm'] },
  key: { good: ['scheduled', 'destroyed'] },
  load: { good: ['normal'] },
  peer: { good: ['ended'] },
  route: { good: ['mesh'] },
  segment: { good: ['closed', 'destroyed'] },
  session: { good: ['keyed.resting'] },
  shutdown: {
    good: ['stopped'],
    undated: { abandoning: 'it waits for nobody: it ends one actor after the other' },
  },
  vm: { good: ['dead'] },
};

const charts = await loadCharts();

describe('each chart of the house', () => {
  it('is walked here', () => {
    expect(charts.map(({ noun }) => noun)).toEqual(Object.keys(exceptions));
  });

  it.each(charts)('$noun has no dead end, no endless wait, and a way back', (chart) => {
    const { noun, machine, fixture } = chart;
    expect(walk(machine, { ...fixture, ...exceptions[noun] }).findings).toEqual([]);
  });
});
