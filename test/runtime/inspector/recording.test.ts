import { describe, expect, it, vi } from 'vitest';
import { sendParent, sendTo, setup } from 'xstate';
import { chartOf } from '../../../runtime/chart-of.ts';
import { recordingOf } from '../../../runtime/inspector/recording.ts';
import { watched } from './watched.ts';

const lamp = setup({}).createMachine({
  id: 'lamp',
  initial: 'off',
  states: { off: { on: { light: 'on' } }, on: { on: { dim: 'off' } } },
});

const { hash } = chartOf(lamp);
const transitions = ['off light -> on'];

function recorded({ kernel, recorder }: Pick<ReturnType<typeof watched>, 'kernel' | 'recorder'>) {
  const text = [...recordingOf(kernel, recorder)].join('');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Without what every line begins with, and the ids of facts. */
const plain = (lines: readonly Record<string, unknown>[]) =>
  lines.map(({ atMs: _at, process: _process, id: _id, causationid: _cause, ...rest }) => rest);

describe('a recording', () => {
  it('has who is there, what came, each chart once, and all that happened in its order', () => {
    const house = watched();
    const first = house.top.supervisor('hall').start('first', lamp);
    house.clock.advance(10);
    first.tell({ type: 'light' });
    house.clock.advance(10);
    const lines = recorded(house);
    expect(lines.map(({ atMs, process }) => [atMs, process])).toEqual([
      ...Array(7).fill([0, 1]),
      [10, 1],
      [10, 1],
    ]);
    const born = { life: 'running', incarnation: 1 };
    expect(plain(lines)).toEqual([
      { kind: 'actor', subject: '', is: 'supervisor', ...born, states: [] },
      { kind: 'actor', subject: 'hall', is: 'supervisor', ...born, states: [] },
      { kind: 'fact', type: 'supervisor.started', subject: 'hall', data: { incarnation: 1 } },
      { kind: 'chart', chart: chartOf(lamp) },
      { kind: 'actor', subject: 'hall/first', is: 'actor', ...born, chart: hash, states: ['off'] },
      { kind: 'move', subject: 'hall/first', transitions: [], chart: hash, states: ['off'] },
      { kind: 'fact', type: 'actor.started', subject: 'hall/first', data: { incarnation: 1 } },
      { kind: 'event', subject: 'hall/first', event: 'light', handledMs: 10 },
      { kind: 'move', subject: 'hall/first', transitions, chart: hash, states: ['on'] },
    ]);
  });

  it('begins with actors as they were then', () => {
    const house = watched();
    const first = house.top.supervisor('hall').start('first', lamp);
    house.clock.advance(400_000);
    first.tell({ type: 'light' });
    house.clock.advance(0);
    expect(plain(recorded(house))).toEqual([
      expect.objectContaining({ kind: 'actor', subject: '' }),
      expect.objectContaining({ kind: 'actor', subject: 'hall' }),
      { kind: 'chart', chart: chartOf(lamp) },
      expect.objectContaining({ kind: 'actor', subject: 'hall/first', states: ['off'] }),
      { kind: 'event', subject: 'hall/first', event: 'light', handledMs: 400_000 },
      expect.objectContaining({ kind: 'move', states: ['on'] }),
    ]);
  });

  it('has actors that are no more, with the chart they had', () => {
    const house = watched();
    const first = house.top.supervisor('hall').start('first', lamp);
    first.tell({ type: 'light' });
    house.clock.advance(0);
    void first.stop();
    house.clock.advance(0);
    const lines = plain(recorded(house)).filter(({ kind }) => kind !== 'fact');
    expect(lines.slice(2)).toEqual([
      { kind: 'chart', chart: chartOf(lamp) },
      {
        ...{ kind: 'actor', subject: 'hall/first', is: 'actor', life: 'running', incarnation: 1 },
        ...{ chart: hash, states: ['off'] },
      },
      { kind: 'move', subject: 'hall/first', transitions: [], chart: hash, states: ['off'] },
      { kind: 'event', subject: 'hall/first', event: 'light', handledMs: 0 },
      { kind: 'move', subject: 'hall/first', transitions, chart: hash, states: ['on'] },
    ]);
  });

  it('has charts of the house, and who told whom', () => {
    const house = watched();
    const first = house.top.supervisor('hall').start('first', lamp);
    const relay = setup({ actions: { pass: () => first.tell({ type: 'light' }) } }).createMachine({
      on: { pass: { actions: 'pass' } },
    });
    house.top.supervisor('yard').start('second', relay).tell({ type: 'pass' });
    const options = { id: 'breaker:psp', input: undefined, onMoved() {}, onEmitted() {} };
    house.charts.startChart(lamp, options);
    house.clock.advance(0);
    const lines = plain(recorded(house));
    expect(lines).toContainEqual({
      ...{ kind: 'actor', subject: 'breaker:psp', is: 'chart', life: 'running', incarnation: 1 },
      ...{ chart: hash, states: ['off'] },
    });
    expect(lines).toContainEqual({
      ...{
        kind: 'event',
        subject: 'hall/first',
        from: 'yard/second',
        event: 'light',
        handledMs: 0,
      },
    });
  });

  it('names the edge of each move by an event, a deadline or what an actor in it sends', () => {
    const house = watched();
    const inner = setup({ actions: { answer: sendParent({ type: 'answered' }) } }).createMachine({
      on: { ask: { actions: 'answer' } },
    });
    const outer = setup({ actors: { inner }, actions: { fail: () => {} } }).createMachine({
      id: 'outer',
      invoke: { id: 'inner', src: 'inner' },
      initial: 'idle',
      states: {
        idle: { on: { go: { target: 'asking', actions: sendTo('inner', { type: 'ask' }) } } },
        asking: { on: { answered: 'done' }, after: { 9000: 'idle' } },
        done: { after: { 500: 'idle' }, on: { fail: { actions: 'fail' } } },
      },
    });
    const fail = () => {
      throw new Error('it fails');
    };
    const failing = outer.provide({ actions: { fail } });
    const actor = house.top.supervisor('hall').start('first', failing);
    actor.tell({ type: 'go' });
    house.clock.advance(500);
    actor.tell({ type: 'go' });
    actor.tell({ type: 'fail' });
    house.clock.advance(499);
    const moves = plain(recorded(house)).filter(({ kind }) => kind === 'move');
    // What follows from what it sent itself meanwhile is left out, and so is a restart.
    expect(moves.map(({ states, transitions: fired }) => [states, fired])).toEqual([
      [['idle'], []],
      [['asking'], ['idle go -> asking']],
      [['done'], []],
      [['idle'], ['done xstate.after.500.outer.done -> idle']],
      [['asking'], ['idle go -> asking']],
      [['done'], []],
      [['idle'], []],
    ]);
  });

  it('does not say when an event was handled that still waits', () => {
    const house = watched();
    house.top.supervisor('hall').start('first', lamp).tell({ type: 'light' });
    expect(plain(recorded(house)).at(-1)).toEqual({
      ...{ kind: 'event', subject: 'hall/first', event: 'light' },
    });
  });

  it('looks at many actors a part at a time, before it reads what they did', () => {
    const house = watched();
    for (let shelf = 0; shelf < 5; shelf++) {
      const supervisor = house.top.supervisor(`shelf-${shelf}`);
      for (let nth = 0; nth < 100; nth++) supervisor.start(`lamp-${nth}`, lamp);
    }
    house.clock.advance(10);
    const happened = vi.spyOn(house.recorder, 'happened');
    const recording = recordingOf(house.kernel, house.recorder)[Symbol.iterator]();
    const wasRead = [1, 2, 3].map(() => {
      recording.next();
      return happened.mock.calls.length;
    });
    expect(wasRead).toEqual([0, 0, 1]);
  });

  it('goes up to when it is read, and is made a few hundred lines at a time', () => {
    const house = watched();
    const first = house.top.supervisor('hall').start('first', lamp);
    for (let told = 0; told < 500; told++) {
      first.tell({ type: 'stray' });
      house.clock.advance(1);
    }
    const recording = recordingOf(house.kernel, house.recorder);
    first.tell({ type: 'light' });
    house.clock.advance(0);
    const pieces = [...recording];
    const counts = pieces.map((piece) => piece.split('\n').length - 1);
    expect(counts.length).toBeGreaterThan(2);
    expect(Math.max(...counts)).toBeLessThan(300);
    const events = pieces.join('').match(/(?<="kind":"event".*"event":")\w+/g);
    expect(events).toEqual([...Array(500).fill('stray'), 'light']);
  });

  it('of nothing is who is there', () => {
    const house = watched();
    house.clock.advance(400_000);
    expect(plain(recorded(house))).toEqual([
      expect.objectContaining({ kind: 'actor', subject: '', is: 'supervisor' }),
    ]);
  });
});
