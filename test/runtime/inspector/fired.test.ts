import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, raise, setup } from 'xstate';
import { firedBetween } from '../../../runtime/inspector/fired.ts';
import { edgeOf } from '../../../runtime/kernel/xstate.ts';

const names = (machine: AnyStateMachine, by: string, before: unknown, value: unknown) =>
  firedBetween(machine, by, before, value).map(edgeOf);

const door = setup({ guards: { isLate: () => false, isOpen: () => true } }).createMachine({
  id: 'door',
  initial: 'shut',
  on: { 'power.*': '.dark' },
  states: {
    shut: {
      on: {
        push: [{ guard: 'isLate', target: 'barred' }, { target: 'open' }],
        bar: 'barred',
        either: [
          { guard: 'isLate', target: 'barred' },
          { guard: 'isOpen', target: 'barred' },
        ],
        never: [{ target: 'open' }, { target: 'barred' }],
      },
    },
    open: {
      initial: 'wide',
      after: { 500: 'shut' },
      states: { wide: { on: { pull: 'ajar' } }, ajar: {} },
    },
    barred: { on: { push: { guard: 'isLate', actions: () => {} } } },
    dark: { always: [{ guard: 'isLate', target: 'barred' }] },
  },
});

describe('the edges that an event took', () => {
  it('are those of the only way there is', () => {
    expect([
      names(door, 'push', 'shut', { open: 'wide' }),
      names(door, 'push', 'shut', 'barred'),
      names(door, 'pull', { open: 'wide' }, { open: 'ajar' }),
      names(door, 'xstate.after.500.door.open', { open: 'ajar' }, 'shut'),
      names(door, 'power.cut', { open: 'ajar' }, 'dark'),
      names(door, 'power.cut', 'shut', 'barred'),
    ]).toEqual([
      ['shut push -> open'],
      ['shut push -> barred'],
      ['open.wide pull -> open.ajar'],
      ['open xstate.after.500.door.open -> shut'],
      ['power.* -> dark'],
      ['power.* -> dark', 'dark  -> barred'],
    ]);
  });

  it('are none where several ways lead there, and where none does', () => {
    expect([
      names(door, 'either', 'shut', 'barred'),
      names(door, 'bar', 'shut', { open: 'wide' }),
      names(door, 'never', 'shut', 'barred'),
      names(door, 'stranger', 'shut', 'barred'),
      names(door, 'push', 'nowhere', 'barred'),
    ]).toEqual([[], [], [], [], []]);
  });

  it('are of all regions that took one', () => {
    const twins = setup({}).createMachine({
      type: 'parallel',
      states: {
        a: { initial: 'off', states: { off: { on: { go: 'on' } }, on: {} } },
        b: { initial: 'off', states: { off: { on: { go: 'on', b: 'on' } }, on: {} } },
      },
    });
    const off = { a: 'off', b: 'off' };
    expect([
      names(twins, 'go', off, { a: 'on', b: 'on' }),
      names(twins, 'go', off, { a: 'on', b: 'off' }),
      names(twins, 'b', off, { a: 'off', b: 'on' }),
    ]).toEqual([['a.off go -> a.on', 'b.off go -> b.on'], [], ['b.off b -> b.on']]);
  });

  it('are none where a history, an end within or an event of its own may have led on', () => {
    const states = { a: { on: { go: 'b' } }, b: {} };
    const raising = setup({}).createMachine({ initial: 'a', entry: raise({ type: 'go' }), states });
    const ending = setup({}).createMachine({
      initial: 'a',
      states: {
        a: { on: { go: 'b.end' } },
        b: { initial: 'end', states: { end: { type: 'final' } }, onDone: 'c' },
        c: {},
      },
    });
    const back = setup({}).createMachine({
      initial: 'a',
      states: {
        a: { on: { go: 'b.last' } },
        b: { initial: 'one', states: { one: {}, last: { type: 'history' } } },
      },
    });
    expect([
      names(raising, 'go', 'a', 'b'),
      names(ending, 'go', 'a', 'c'),
      names(back, 'go', 'a', { b: 'one' }),
    ]).toEqual([[], [], []]);
  });

  it('are none of a chart with so many ways that they cannot all be looked at', () => {
    const guard = () => true;
    const always = Array.from({ length: 40 }, (_, nth) => ({ guard, target: `s${nth}` }));
    const states = Object.fromEntries(always.map(({ target }) => [target, { always }]));
    const maze = setup({}).createMachine({
      initial: 'a',
      states: { a: { on: { go: 's0' } }, b: {}, ...states },
    });
    expect(names(maze, 'go', 'a', 's7')).toEqual([]);
  });
});
