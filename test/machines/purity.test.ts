import { describe, expect, it } from 'vitest';
import { assign, emit, fromPromise, raise, setup } from 'xstate';
import { loadCharts } from './charts.ts';
import { explore } from './exploration.ts';

for (const { noun, machine, fixture } of await loadCharts()) {
  describe(noun, () => {
    it('bears its noun as its id', () => {
      expect(machine.id).toBe(noun);
    });

    it('is pure, and every state can be reached', () => {
      expect(explore(machine, fixture)).toEqual([]);
    });
  });
}

const events = [{ type: 'lamp.press', times: 2 }];

const lamp = setup({
  types: {
    context: {} as { presses: number },
    events: {} as { type: 'lamp.press'; times: number } | { type: 'lamp.break' },
    input: {} as { presses: number },
    emitted: {} as { type: 'lamp.lit' },
  },
  delays: { burnsForMs: 1_000 },
  actions: { warm: () => {} },
  guards: { isOften: ({ context }) => context.presses > 5 },
});

const press = lamp.assign(({ context, event }) => ({
  presses: context.presses + (event.type === 'lamp.press' ? event.times : 0),
}));

const pureLamp = lamp.createMachine({
  id: 'lamp',
  context: ({ input }) => input,
  initial: 'dark',
  states: {
    dark: { on: { 'lamp.press': { target: 'lit', actions: press } } },
    lit: {
      entry: ['warm', emit({ type: 'lamp.lit' })],
      after: { burnsForMs: 'dark' },
      on: { 'lamp.press': [{ guard: 'isOften', target: 'broken' }, { actions: press }] },
    },
    broken: { type: 'final' },
  },
});

const fixture = { input: { presses: 0 }, events };

describe('the walk through a chart', () => {
  it('finds nothing in a pure one, whose states it reaches by counting and by delay', () => {
    expect(explore(pureLamp, fixture)).toEqual([]);
  });

  it('finds an action that nobody declared, though it bears a declared name', () => {
    const warm = () => {};
    const dark = { entry: [warm, () => {}] };
    const chart = lamp.createMachine({
      context: { presses: 0 },
      initial: 'dark',
      states: { dark },
    });
    const anonymous = 'start: (anonymous) is no declared action';
    expect(explore(chart, fixture)).toEqual(['start: warm is no declared action', anonymous]);
  });

  it('finds a context that JSON does not carry', () => {
    const dated = setup({}).createMachine({ context: { at: new Date(0) } });
    const hollow = setup({}).createMachine({ context: { at: undefined } });
    expect(explore(dated, {})).toEqual(['start: context does not survive JSON']);
    expect(explore(hollow, {})).toEqual(['start: context does not survive JSON']);
  });

  it('finds a context that is changed in place', () => {
    const chart = setup({ types: { context: {} as { seen: string[] } } }).createMachine({
      context: { seen: [] },
      on: {
        'lamp.press': {
          actions: assign(({ context, event }) => {
            context.seen.push(event.type);
            return {};
          }),
        },
      },
    });
    expect(explore(chart, {})).toEqual([
      ' on lamp.press: throws TypeError: Cannot add property 0, object is not extensible',
    ]);
  });

  it('finds a step that chance decides', () => {
    let chance = 0;
    const chart = setup({}).createMachine({
      context: () => {
        chance += 1;
        return { chance };
      },
    });
    expect(explore(chart, {})).toEqual(['start: the same step twice differs']);
  });

  it('finds a state that nothing reaches, unless it is listed, and only while it is so', () => {
    const chart = setup({}).createMachine({ initial: 'a', states: { a: {}, b: {} } });
    expect(explore(chart, {})).toEqual(['b is never reached']);
    expect(explore(chart, { unreached: { b: 'kept for an older snapshot' } })).toEqual([]);
    expect(explore(chart, { unreached: { a: 'why', b: 'why' } })).toEqual([
      'a is listed as unreached, and is not',
    ]);
  });

  it('finds a chart too wide or too deep', () => {
    const wide = Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`s${index}`, {}]));
    const deep = { a: { initial: 'b', states: { b: { initial: 'c', states: { c: {} } } } } };
    const states = { z: { initial: 'a', states: deep } };
    expect(explore(setup({}).createMachine({ type: 'parallel', states: wide }), {})).toEqual([
      '13 states of at most 12',
    ]);
    expect(explore(setup({}).createMachine({ initial: 'z', states }), {})).toEqual([
      '4 levels of at most 3',
    ]);
  });

  it('reaches what only the end of an actor or a raised event leads to', () => {
    const work = fromPromise(() => Promise.reject(new Error('run by nobody')));
    const chart = setup({ actors: { work } }).createMachine({
      initial: 'working',
      states: {
        working: {
          invoke: { src: 'work', id: 'work', onDone: 'resting', onError: 'failed' },
        },
        resting: { entry: raise({ type: 'lamp.rest' }), on: { 'lamp.rest': 'rested' } },
        rested: { type: 'final' },
        failed: { type: 'final' },
      },
    });
    const unreached = { resting: 'left in the step that enters it' };
    expect(explore(chart, { unreached })).toEqual([]);
  });
});
