import { describe, expect, it } from 'vitest';
import { createActor, SimulatedClock, type StateValueFrom } from 'xstate';
import {
  type Links,
  type RouteContext,
  type RouteEmitted,
  type RouteMode,
  routeMachine,
} from '../../machines/route.machine.ts';
import { input, known, none, samples, settings, stranger } from './route.fixture.ts';

type Value = StateValueFrom<typeof routeMachine>;

const best = { ...known, knownSinceMs: 0, isRelayUp: true };

/** Where a chart may stand. */
const places = {
  mesh: { value: 'mesh', context: best },
  'direct, failing': { value: { direct: 'failing' }, context: { ...best, isRelayUp: false } },
  'direct, holding': { value: { direct: 'holding' }, context: best },
  'isolated, alone': { value: { isolated: 'alone' }, context: none },
  'isolated, holding': { value: { isolated: 'holding' }, context: { ...best, knownSinceMs: 5 } },
} as const satisfies Record<string, { value: Value; context: Partial<RouteContext> }>;

type Place = keyof typeof places;
type Sample = keyof typeof samples;

const modeOf = (value: Value): RouteMode => {
  if (typeof value === 'string') return value;
  return 'direct' in value ? 'direct' : 'isolated';
};

/** A chart at its beginning, or wherever it is said to stand; its clock shows what it is sent. */
function running(place?: Place) {
  const clock = new SimulatedClock();
  const began = createActor(routeMachine, { input }).getSnapshot();
  const { value, context } = place === undefined ? began : places[place];
  const snapshot = routeMachine.resolveState({
    value,
    context: { ...began.context, mode: modeOf(value), ...context },
  });
  const actor = createActor(routeMachine, { input, clock, snapshot });
  const told: RouteEmitted[] = [];
  actor.on('*', (fact) => told.push(fact));
  actor.start();
  const at = () => ({ nowMs: clock.now() });
  return {
    ...{ actor, told, clock },
    link: (links: Links) => actor.send({ type: 'link.opened', ...links, ...at() }),
    lose: (links: Links) => actor.send({ type: 'link.lost', ...links, ...at() }),
    relay: (type: 'relay.opened' | 'relay.closed') => actor.send({ type, ...at() }),
    mode: () => actor.getSnapshot().context.mode,
    /** How long it takes from now until the mode is another one. */
    lastsMs() {
      const { mode } = actor.getSnapshot().context;
      for (let ms = 0; ms < 100_000; ms += 1_000) {
        if (actor.getSnapshot().context.mode !== mode) return ms;
        clock.increment(1_000);
      }
      return Number.POSITIVE_INFINITY;
    },
  };
}

/** Where each leads, from where it stands; null if it moves nothing. */
const table: Record<Sample, Record<Place, Value | null>> = {
  'a link': {
    ...{ mesh: null, 'direct, failing': null, 'direct, holding': null },
    ...{ 'isolated, alone': { isolated: 'holding' }, 'isolated, holding': null },
  },
  'a link of a stranger': {
    ...{ mesh: null, 'direct, failing': null, 'direct, holding': null },
    ...{ 'isolated, alone': { isolated: 'holding' }, 'isolated, holding': null },
  },
  'one of two links lost': {
    ...{ mesh: null, 'direct, failing': null, 'direct, holding': null },
    ...{ 'isolated, alone': { isolated: 'holding' }, 'isolated, holding': null },
  },
  'the last link lost': {
    mesh: { isolated: 'alone' },
    'direct, failing': { isolated: 'alone' },
    'direct, holding': { isolated: 'alone' },
    'isolated, alone': null,
    'isolated, holding': { isolated: 'alone' },
  },
  'relays failing': {
    ...{ mesh: { direct: 'failing' }, 'direct, failing': null },
    'direct, holding': { direct: 'failing' },
    ...{ 'isolated, alone': null, 'isolated, holding': null },
  },
  'relays back': {
    ...{ mesh: null, 'direct, failing': { direct: 'holding' }, 'direct, holding': null },
    ...{ 'isolated, alone': null, 'isolated, holding': null },
  },
};

const cells = Object.entries(table).flatMap(([sample, row]) =>
  Object.entries(row).map(([place, to]) => ({ sample, place, to }) as const),
);

describe(routeMachine.id, () => {
  it.each(cells)('$place, after $sample', ({ sample, place, to }) => {
    const { value: before } = places[place as Place];
    const { actor, told } = running(place as Place);
    const { sinceMs } = actor.getSnapshot().context;
    const event = samples[sample as Sample];
    actor.send(event);
    const { value, context } = actor.getSnapshot();
    const from = modeOf(before);
    const moved = to !== null && modeOf(to) !== from;
    expect([value, context.mode, context.sinceMs]).toEqual([
      ...[to ?? before, modeOf(to ?? before)],
      moved ? event.nowMs : sinceMs,
    ]);
    const fact = { type: 'route.moved', from, to: context.mode, because: event.type };
    expect(told).toEqual(moved ? [fact] : []);
  });

  it.each([
    ['mesh', { relaying: true, direct: true, storing: false }],
    ['direct, failing', { relaying: false, direct: true, storing: false }],
    ['direct, holding', { relaying: false, direct: true, storing: false }],
    ['isolated, alone', { relaying: false, direct: false, storing: true }],
    ['isolated, holding', { relaying: false, direct: false, storing: true }],
  ] as const)('%s says how a peer is reached', (place, tags) => {
    const snapshot = running(place).actor.getSnapshot();
    expect({
      relaying: snapshot.hasTag('relaying'),
      direct: snapshot.hasTag('direct'),
      storing: snapshot.hasTag('storing'),
    }).toEqual(tags);
  });

  it('begins alone, and is better once a link has held, since then', () => {
    const { clock, link, actor, told } = running();
    clock.increment(100);
    link({ ...known, knownSinceMs: 100 });
    clock.increment(4_999);
    expect(told).toEqual([]);
    clock.increment(1);
    const moved = { type: 'route.moved', from: 'isolated', to: 'mesh', because: 'link.opened' };
    expect(told).toEqual([moved]);
    const { mode, sinceMs, because } = actor.getSnapshot().context;
    expect([mode, sinceMs, because]).toEqual(['mesh', 5_100, 'link.opened']);
  });

  it('is not moved by links that come and go, however many there are at a time', () => {
    const { clock, link, lose, told } = running();
    link({ ...known, knownSinceMs: 0 });
    for (let second = 3; second < 300; second += 3) {
      clock.increment(3_000);
      link({ links: 2, knownSinceMs: (second - 3) * 1_000, strangerSinceMs: null });
      lose({ links: 1, knownSinceMs: second * 1_000, strangerSinceMs: null });
    }
    expect(told).toEqual([]);
  });

  it('is better by a stranger who stays for as long as it is ever waited', () => {
    const { clock, link, lose, mode } = running();
    link({ ...stranger, strangerSinceMs: 0 });
    clock.increment(59_999);
    expect(mode()).toBe('isolated');
    clock.increment(1);
    expect(mode()).toBe('mesh');
    lose(none);
    expect(mode()).toBe('isolated');
  });

  it('goes by the link that is due first', () => {
    const { clock, link, told, actor } = running();
    link({ ...stranger, strangerSinceMs: 0 });
    clock.increment(58_000);
    link({ links: 2, knownSinceMs: 58_000, strangerSinceMs: 0 });
    clock.increment(2_000);
    expect([told.length, actor.getSnapshot().context.sinceMs]).toEqual([1, 60_000]);
  });

  it('falls at once, and waits longer with each fall before it is better, up to a bound', () => {
    const { clock, link, lose, lastsMs } = running();
    const waits: number[] = [];
    for (let times = 0; times < 6; times++) {
      link({ ...known, knownSinceMs: clock.now() });
      waits.push(lastsMs());
      lose(none);
    }
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  it('forgets how often it fell once a mode was held for long', () => {
    const { clock, link, lose, lastsMs } = running();
    const waits: number[] = [];
    for (const heldMs of [0, 0, 299_999, 300_000, 0]) {
      link({ ...known, knownSinceMs: clock.now() });
      waits.push(lastsMs());
      clock.increment(heldMs);
      lose(none);
    }
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 10_000]);
  });

  it('goes through others again once those have worked for a while, longer each time', () => {
    const { clock, relay, mode, actor } = running('mesh');
    const seen: unknown[] = [];
    for (const dwellMs of [10_000, 20_000, 40_000, 60_000, 60_000]) {
      relay('relay.opened');
      relay('relay.closed');
      clock.increment(dwellMs - 1);
      seen.push(mode());
      clock.increment(1);
      seen.push(mode(), actor.getSnapshot().context.sinceMs === clock.now());
    }
    expect(seen).toEqual(Array(5).fill(['direct', 'mesh', true]).flat());
  });

  it('asks every now and then whether relays work again while they fail, and only then', () => {
    const { clock, relay, told } = running('mesh');
    clock.increment(100_000);
    relay('relay.opened');
    told.length = 0;
    clock.increment(29_999);
    expect(told).toEqual([]);
    for (let times = 1; times <= 3; times++) {
      clock.increment(times === 1 ? 1 : 30_000);
      expect(told).toEqual(Array(times).fill({ type: 'route.probe' }));
    }
    told.length = 0;
    relay('relay.closed');
    clock.increment(settings.probeMs);
    expect(told.map(({ type }) => type)).toEqual(['route.moved']);
  });

  it('remembers while it is isolated whether relays may be used', () => {
    const { clock, link, lose, relay, lastsMs, mode } = running('mesh');
    const seen: RouteMode[] = [];
    for (const move of ['relay.opened', 'relay.closed'] as const) {
      lose(none);
      relay(move);
      link({ ...known, knownSinceMs: clock.now() });
      lastsMs();
      seen.push(mode());
    }
    expect(seen).toEqual(['direct', 'mesh']);
  });
});
