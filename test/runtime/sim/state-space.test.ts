import { describe, expect, it } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { isPassing, spaceOf, statesIn, statesUnder } from '../../../runtime/sim/state-space.ts';

const lamp = setup({
  types: {
    context: {} as { presses: number },
    events: {} as { type: 'lamp.press'; times: number },
  },
  delays: { burnsForMs: 1_000 },
}).createMachine({
  id: 'lamp',
  context: { presses: 0 },
  initial: 'dark',
  states: {
    dark: {
      on: {
        'lamp.press': {
          target: 'lit',
          actions: assign({ presses: ({ context, event }) => context.presses + event.times }),
        },
      },
    },
    lit: { after: { burnsForMs: 'out' } },
    out: { type: 'final' },
  },
});

const press = { type: 'lamp.press', times: 2 };

describe('the space of a machine', () => {
  it('is its places, and the steps between them, under samples and timers', () => {
    const [dark, lit, out] = spaceOf(lamp, { events: [press] });
    const expired = { type: 'xstate.after.burnsForMs.lamp.lit' };
    expect(dark?.exits).toEqual([
      { event: press, to: lit },
      { event: expired, to: dark },
    ]);
    expect(lit?.exits).toEqual([
      { event: press, to: lit },
      { event: expired, to: out },
    ]);
    expect([out?.exits, out?.snapshot.context]).toEqual([[], { presses: 2 }]);
  });

  it('ends where its steps are used up', () => {
    const places = spaceOf(lamp, { events: [press], stepsMax: 2 });
    expect(places.map(({ isWalked }) => isWalked)).toEqual([true, false]);
  });

  it('goes on when a step throws, and shows every step to who asked, the start first', () => {
    const broken = setup({}).createMachine({
      initial: 'a',
      states: {
        a: {
          on: {
            'a.break': {
              guard: () => {
                throw new Error('bent');
              },
              target: 'b',
            },
            'a.pass': 'b',
          },
        },
        b: {},
      },
    });
    const seen: unknown[] = [];
    const places = spaceOf(broken, { onStep: ({ event }) => seen.push(event?.type) });
    expect(places.map(({ snapshot }) => snapshot.value)).toEqual(['a', 'b']);
    expect(seen).toEqual([undefined, 'a.break', 'a.pass', 'a.break', 'a.pass']);
  });

  it('knows the states by their paths, and those that no step ends in', () => {
    const work = fromPromise(async () => 1);
    const machine = setup({ actors: { work } }).createMachine({
      initial: 'a',
      states: {
        a: {
          initial: 'b',
          onDone: 'c',
          states: { b: { on: { go: 'end' } }, end: { type: 'final' } },
        },
        c: { always: 'd' },
        d: { invoke: { src: 'work', onDone: 'e', onError: 'e' } },
        e: { type: 'final' },
      },
    });
    expect([...statesIn({ a: 'b', c: { d: 'e' } })]).toEqual(['a', 'a.b', 'c', 'c.d', 'c.d.e']);
    const passing = statesUnder(machine.root).filter(isPassing);
    expect(passing.map(({ path }) => path.join('.'))).toEqual(['a.end', 'c']);
    const values = spaceOf(machine).map(({ snapshot }) => JSON.stringify(snapshot.value));
    expect([...new Set(values)]).toEqual(['{"a":"b"}', '"d"', '"e"']);
  });
});
