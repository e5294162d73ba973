import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { createRuntime } from '../../../runtime/runtime.ts';
import { addCoverage, type Coverage, CoverageNotes } from '../../../runtime/sim/coverage.ts';
import { simulate } from '../../../runtime/sim/simulate.ts';

const lamp = setup({}).createMachine({
  id: 'lamp',
  initial: 'off',
  on: { 'lamp.break': '.broken' },
  states: {
    off: { on: { 'lamp.light': 'on' } },
    on: {
      initial: 'dim',
      states: { dim: { after: { 1000: 'bright' } }, bright: {} },
      on: { 'lamp.light': 'off', 'lamp.check': {} },
    },
    broken: {},
  },
});

describe('the coverage of a run', () => {
  it('names the states and the edges of each machine that were reached', async () => {
    const { coverage } = await simulate({
      seed: 1,
      horizonMs: 10_000,
      start: (at) => createRuntime({ world: at.world }),
      async workload(at, runtime) {
        const handle = runtime.supervisor('house').start('lamp', lamp);
        handle.tell({ type: 'lamp.light' });
        await at.wait(2_000);
        handle.tell({ type: 'lamp.check' });
        await at.wait(1);
        handle.tell({ type: 'lamp.light' });
      },
    });
    expect(coverage.states.lamp).toEqual(['off', 'on', 'on.bright', 'on.dim']);
    expect(coverage.edges.lamp).toEqual([
      'off lamp.light -> on',
      'on lamp.check',
      'on lamp.light -> off',
      'on.dim xstate.after.1000.lamp.on.dim -> on.bright',
    ]);
    expect(coverage.missed.lamp).toEqual({
      states: ['broken'],
      edges: ['lamp.break -> broken'],
    });
  });

  it('adds up over runs, and misses what none of them reached', () => {
    const nowhere = { sites: {}, sometimes: {}, states: {}, edges: {}, missed: {} };
    const one: Coverage = {
      sites: { slow: 2 },
      sometimes: { late: 0 },
      states: { lamp: ['off'] },
      edges: { lamp: [] },
      missed: { lamp: { states: ['broken', 'on'], edges: ['off light -> on', 'break -> broken'] } },
    };
    const other: Coverage = {
      sites: { slow: 1, torn: 0 },
      sometimes: { late: 4 },
      states: { door: ['shut'], lamp: ['off', 'on'] },
      edges: { door: [], lamp: ['off light -> on'] },
      missed: {
        door: { states: ['open'], edges: [] },
        lamp: { states: ['broken'], edges: ['break -> broken'] },
      },
    };
    expect(addCoverage(one, other)).toEqual({
      sites: { slow: 3, torn: 0 },
      sometimes: { late: 4 },
      states: { door: ['shut'], lamp: ['off', 'on'] },
      edges: { door: [], lamp: ['off light -> on'] },
      missed: other.missed,
    });
    expect(addCoverage(nowhere, one)).toEqual(one);
  });

  it('sees the charts of the runtime itself', async () => {
    const { coverage } = await simulate({
      seed: 1,
      horizonMs: 10_000,
      start: (at) => createRuntime({ world: at.world }),
      workload(_at, runtime) {
        runtime.breaker('backend').isolate('by a test');
      },
    });
    expect(coverage.states.breaker).toEqual([
      'circuit',
      'circuit.closed',
      'isolation',
      'isolation.isolated',
      'isolation.none',
    ]);
    expect(coverage.states.audit).toEqual(['readWrite']);
  });

  it('counts what is sometimes so, and names what never was', () => {
    const notes = new CoverageNotes();
    notes.sometimes('retried', true);
    notes.sometimes('retried', true);
    notes.sometimes('gave up', false);
    expect(notes.read({ 'late reply': 0 })).toEqual({
      sites: { 'late reply': 0 },
      sometimes: { retried: 2, 'gave up': 0 },
      states: {},
      edges: {},
      missed: {},
    });
  });
});
