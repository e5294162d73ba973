import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { type RouteEmitted, type RouteMode, routeMachine } from '../../machines/route.machine.ts';
import { input, samples } from './route.fixture.ts';

type Sample = keyof typeof samples;

/** Where a chart may stand: `unrelayed` is isolated while relays fail. */
const ways = {
  mesh: ['a first link'],
  direct: ['a first link', 'relays failing'],
  isolated: [],
  unrelayed: ['relays failing'],
} as const satisfies Record<string, readonly Sample[]>;

type Standing = keyof typeof ways;

function standing(where: Standing) {
  const actor = createActor(routeMachine, { input });
  const told: RouteEmitted[] = [];
  actor.on('route.moved', (fact) => told.push(fact));
  actor.start();
  for (const sample of ways[where]) actor.send(samples[sample]);
  told.length = 0;
  return { actor, told };
}

/** Where each leads, from where it stands; null if it moves nothing. */
const table: Record<Sample, Record<Standing, RouteMode | null>> = {
  'a first link': { mesh: null, direct: null, isolated: 'mesh', unrelayed: 'direct' },
  'one of two links lost': { mesh: null, direct: null, isolated: 'mesh', unrelayed: 'direct' },
  'the last link lost': { mesh: 'isolated', direct: 'isolated', isolated: null, unrelayed: null },
  'relays failing': { mesh: 'direct', direct: null, isolated: null, unrelayed: null },
  'relays back': { mesh: null, direct: 'mesh', isolated: null, unrelayed: null },
};

const cells = Object.entries(table).flatMap(([sample, row]) =>
  Object.entries(row).map(([where, to]) => ({ sample, where, to }) as const),
);

describe(routeMachine.id, () => {
  it.each(cells)('$where, after $sample', ({ sample, where, to }) => {
    const { actor, told } = standing(where as Standing);
    const { mode: from, sinceMs } = actor.getSnapshot().context;
    const event = samples[sample as Sample];
    actor.send(event);
    const { value, context } = actor.getSnapshot();
    expect([value, context.mode, context.sinceMs]).toEqual([
      ...[to ?? from, to ?? from],
      to === null ? sinceMs : event.nowMs,
    ]);
    const fact = { type: 'route.moved', from, to, because: event.type };
    expect(told).toEqual(to === null ? [] : [fact]);
  });

  it.each([
    ['mesh', { relaying: true, direct: true, storing: false }],
    ['direct', { relaying: false, direct: true, storing: false }],
    ['isolated', { relaying: false, direct: false, storing: true }],
    ['unrelayed', { relaying: false, direct: false, storing: true }],
  ] as const)('%s says how a peer is reached', (where, tags) => {
    const snapshot = standing(where).actor.getSnapshot();
    expect({
      relaying: snapshot.hasTag('relaying'),
      direct: snapshot.hasTag('direct'),
      storing: snapshot.hasTag('storing'),
    }).toEqual(tags);
  });

  it('remembers while it is isolated whether relays may be used', () => {
    const { actor, told } = standing('direct');
    actor.send(samples['the last link lost']);
    actor.send(samples['relays back']);
    actor.send(samples['a first link']);
    expect(told.map(({ to }) => to)).toEqual(['isolated', 'mesh']);
  });
});
