import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, fromCallback, not, setup } from 'xstate';
import { breakerMachine } from '../../machines/breaker.machine.ts';
import { chartOf, tryDrawing } from '../../runtime/chart-of.ts';

const phone = setup({
  actors: { dial: fromCallback(() => {}) },
  actions: { ring: () => {}, hush: () => {} },
  guards: { isPaid: () => true },
  delays: { patience: 5 },
}).createMachine({
  id: 'phone',
  context: { secret: 'hunter2' },
  initial: 'idle',
  states: {
    idle: {
      tags: ['resting'],
      entry: ['hush', assign({}), () => {}],
      meta: { note: 'hunter2' },
      on: {
        'phone.call': [
          { guard: 'isPaid', target: 'calling', actions: { type: 'ring' } },
          { guard: ({ context }) => context !== undefined, actions: 'hush' },
        ],
        '*': { reenter: true, target: 'idle', guard: not('isPaid') },
      },
    },
    calling: {
      type: 'parallel',
      states: {
        line: {
          initial: 'open',
          states: { open: { after: { 500: 'shut' } }, shut: { type: 'final' } },
        },
        screen: {},
      },
      invoke: [
        { id: 'dialler', src: 'dial', onDone: 'idle', onError: '.line.shut' },
        { src: fromCallback(() => {}) },
      ],
      onDone: 'over',
      after: { patience: 'idle' },
      always: { guard: 'isPaid', target: 'over' },
    },
    over: { type: 'final' },
    back: { type: 'history', target: 'idle' },
  },
});

describe('the chart of a machine', () => {
  it('has its states in the order of the definition, with what they do by name', () => {
    const { hash, id, states, root, more } = chartOf(phone);
    expect([hash, id, more]).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), 'phone', 0]);
    expect(states).toEqual([
      ...['', 'idle', 'calling', 'calling.line', 'calling.line.open', 'calling.line.shut'],
      ...['calling.screen', 'over', 'back'],
    ]);
    expect([root.key, root.type, root.initial, root.states.map(({ type }) => type)]).toEqual([
      'phone',
      'compound',
      'idle',
      ['atomic', 'parallel', 'final', 'history'],
    ]);
    expect(root.states[0]).toEqual({
      path: 'idle',
      key: 'idle',
      type: 'atomic',
      tags: ['resting'],
      entry: ['hush', 'assign', '(inline)'],
      exit: [],
      invoke: [],
      states: [],
    });
    expect(root.states[1]?.invoke).toEqual(['dial', '(inline)']);
  });

  it('has its transitions as they are read', () => {
    const read = chartOf(phone).edges.map(({ source, event, guard, actions, targets, reenter }) => {
      return [source, event, guard, actions.join(), targets.join(), reenter];
    });
    expect(read).toEqual([
      ['idle', 'phone.call', 'isPaid', 'ring', 'calling', false],
      ['idle', 'phone.call', '(inline)', 'hush', '', false],
      ['idle', '*', 'not', '', 'idle', true],
      ['calling', 'done', undefined, '', 'over', false],
      ['calling', 'done dialler', undefined, '', 'idle', false],
      ['calling', 'error dialler', undefined, '', 'calling.line.shut', false],
      ['calling', 'after patience', undefined, '', 'idle', false],
      ['calling', 'always', 'isPaid', '', 'over', false],
      ['calling.line.open', 'after 500 ms', undefined, '', 'calling.line.shut', false],
    ]);
  });

  it('says nothing of what a machine holds, and of its code the names alone', () => {
    expect(JSON.stringify(chartOf(phone))).not.toContain('hunter2');
  });

  it('is the same for whatever is drawn alike, and made once for a machine', () => {
    const make = () => setup({}).createMachine({ id: 'a', on: { go: {} } });
    const one = make();
    expect([chartOf(make()), Object.is(chartOf(one), chartOf(one))]).toEqual([chartOf(one), true]);
    expect(chartOf(setup({}).createMachine({ id: 'b', on: { go: {} } })).hash).not.toBe(
      chartOf(one).hash,
    );
  });

  it('names transitions as coverage and traces do', () => {
    const names = chartOf(breakerMachine).edges.map(({ name }) => name);
    expect(names.filter((name) => name.includes(' breaker.trip -> '))).toHaveLength(1);
  });

  it('finds every state and transition of its machine', () => {
    const drawing = tryDrawing(phone);
    if (drawing === undefined) throw new Error('it is a machine');
    const { chart, stateAt, edgeAt } = drawing;
    const [first] = phone.root.states.idle?.transitions.get('phone.call') ?? [];
    expect([first && edgeAt.get(first), stateAt.get('calling.line.shut'), stateAt.get('')]).toEqual(
      [0, 5, 0],
    );
    expect([edgeAt.size, stateAt.size]).toEqual([chart.edges.length, chart.states.length]);
  });
});

/** `states` in a row, each with `edges` ways on. */
function long(states: number, edges: number, name = 's'): AnyStateMachine {
  const on = Object.fromEntries(Array.from({ length: edges }, (_, nth) => [`e${nth}`, `${name}0`]));
  const all = Array.from({ length: states }, (_, nth) => [`${name}${nth}`, { on }]);
  return setup({}).createMachine({
    id: name,
    initial: `${name}0`,
    states: Object.fromEntries(all),
  });
}

describe('a chart too large to draw', () => {
  it('is drawn to 2,000 states and 5,000 transitions, and says how much it leaves out', () => {
    const { states, edges, more, root } = chartOf(long(2_500, 3));
    expect([states.length, edges.length, more, root.states.length]).toEqual([
      2_000,
      5_000,
      501 + 997,
      1_999,
    ]);
  });

  it('has its names cut and masked', () => {
    const name = 'x'.repeat(100_000);
    const { id, states } = chartOf(long(1, 1, name));
    expect([id, states[1]?.length]).toEqual([`${'x'.repeat(200)}…`, 201]);
    expect(chartOf(long(1, 0, 'token=hunter2hunter2 ')).states[1]).toContain('[secret]');
  });
});
