import { describe, expect, it } from 'vitest';
import {
  leavesWithin,
  readableEvent,
  SeenChart,
  statesAfter,
  transitionOf,
} from '../../../../runtime/inspector/page/trace-chart.ts';

const alone = (path: string) => [path];

describe('the name of a transition', () => {
  it('tells where from, by what, and where to', () => {
    const parts = (name: string) => {
      const { source, type, targets } = transitionOf(name);
      return [source, type, targets];
    };
    expect(parts('closed breaker.trip -> open')).toEqual(['closed', 'breaker.trip', ['open']]);
    expect(parts('a.b go -> c.d, e.f')).toEqual(['a.b', 'go', ['c.d', 'e.f']]);
    expect(parts('counting add')).toEqual(['counting', 'add', []]);
    expect(parts('stop -> done')).toEqual(['', 'stop', ['done']]);
    expect(parts('closed  -> open')).toEqual(['closed', '', ['open']]);
  });

  it('is read without the words of XState', () => {
    const types = {
      'xstate.after.500.lift.door.open': 'after 500 ms',
      'xstate.after.doorMs.lift.door.open': 'after doorMs',
      'xstate.done.actor.mailer': 'done mailer',
      'xstate.error.actor.0.lift.ride': 'error 0.lift.ride',
      'xstate.done.state.lift.ride': 'done lift.ride',
      '': 'always',
      'floor.press': 'floor.press',
    };
    expect(Object.keys(types).map(readableEvent)).toEqual(Object.values(types));
  });
});

describe('the states of a machine', () => {
  const follow = (states: string[], ...names: string[]) =>
    statesAfter(states, names.map(transitionOf), alone);

  it('follow its transitions, region by region', () => {
    expect(follow(['closed'], 'closed trip -> open')).toEqual(['open']);
    expect(follow(['door.open'], 'door.open shut -> door.shut')).toEqual(['door.shut']);
    expect(follow(['cabin.moving', 'door.open'], 'door.open shut -> door.shut')).toEqual([
      'cabin.moving',
      'door.shut',
    ]);
    expect(follow(['a.b.c', 'a.b.d'], 'a stop -> e')).toEqual(['e']);
    expect(follow(['open'], 'open x -> half', 'half y -> closed')).toEqual(['closed']);
  });

  it('are where a transition began that leads nowhere else', () => {
    expect(follow([], 'cabin.standing press')).toEqual(['cabin.standing']);
    expect(follow(['cabin.standing'], 'cabin press', 'stop')).toEqual(['cabin.standing']);
  });

  it('are entered down to where the definition begins', () => {
    const none = { tags: [], entry: [], exit: [], invoke: [], states: [] };
    const leaf = (path: string, key: string) => ({ ...none, path, key, type: 'atomic' as const });
    const chart = {
      hash: 'h',
      id: 'm',
      states: ['', 'off', 'on', 'on.a', 'on.b', 'on.b.c', 'on.b.d'],
      root: {
        ...leaf('', 'm'),
        states: [
          leaf('off', 'off'),
          {
            ...leaf('on', 'on'),
            type: 'parallel' as const,
            states: [
              leaf('on.a', 'a'),
              {
                ...leaf('on.b', 'b'),
                type: 'compound' as const,
                initial: 'd',
                states: [leaf('on.b.c', 'c'), leaf('on.b.d', 'd')],
              },
            ],
          },
        ],
      },
      edges: [],
      more: 0,
    };
    const leaves = leavesWithin(chart);
    expect(statesAfter(['off'], [transitionOf('off go -> on')], leaves)).toEqual([
      'on.a',
      'on.b.d',
    ]);
    expect(leaves('gone')).toEqual(['gone']);
  });
});

describe('a chart that was never told', () => {
  it('is drawn as far as it was seen', () => {
    const seen = new SeenChart('lift');
    seen.saw(
      ['door.open shut -> door.shut', 'cabin.standing press -> cabin.moving'].map(transitionOf),
    );
    seen.saw(['door.open shut -> door.shut'].map(transitionOf));
    seen.wasIn(['cabin.moving', 'door.shut']);
    const { hash, ...chart } = seen.chart();
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    const none = { tags: [], entry: [], exit: [], invoke: [] };
    const leaf = (path: string, key: string) => ({
      path,
      key,
      type: 'atomic',
      ...none,
      states: [],
    });
    expect(chart).toEqual({
      id: 'lift',
      states: ['', 'door', 'door.open', 'door.shut', 'cabin', 'cabin.standing', 'cabin.moving'],
      root: {
        path: '',
        key: 'lift',
        type: 'parallel',
        ...none,
        states: [
          {
            path: 'door',
            key: 'door',
            type: 'compound',
            initial: 'open',
            ...none,
            states: [leaf('door.open', 'open'), leaf('door.shut', 'shut')],
          },
          {
            path: 'cabin',
            key: 'cabin',
            type: 'compound',
            ...none,
            states: [leaf('cabin.standing', 'standing'), leaf('cabin.moving', 'moving')],
          },
        ],
      },
      edges: [
        {
          name: 'door.open shut -> door.shut',
          source: 'door.open',
          event: 'shut',
          targets: ['door.shut'],
        },
        {
          name: 'cabin.standing press -> cabin.moving',
          source: 'cabin.standing',
          event: 'press',
          targets: ['cabin.moving'],
        },
      ].map((edge) => ({ ...edge, actions: [], reenter: false })),
      more: 0,
    });
  });

  it('is another one as soon as it differs', () => {
    const chartOf = (id: string, ...names: string[]) => {
      const seen = new SeenChart(id);
      seen.saw(names.map(transitionOf));
      return seen.chart().hash;
    };
    const hashes = [chartOf('a', 'b c -> d'), chartOf('a', 'b c'), chartOf('b', 'b c')];
    expect(new Set(hashes).size).toBe(3);
    expect(chartOf('a', 'b c -> d')).toBe(hashes[0]);
  });
});
