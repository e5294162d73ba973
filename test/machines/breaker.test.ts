import { describe, expect, it } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import {
  type BreakerContext,
  type BreakerEvent,
  breakerMachine,
  hasRoom,
} from '../../machines/breaker.machine.ts';
import { input } from './breaker.fixture.ts';

type Circuit = 'closed' | 'open' | { halfOpen: 'waiting' | 'probing' };

const isolation = { id: 1, by: 'ops', reason: 'maintenance', sinceMs: 7 };
const other = { ...isolation, id: 2, by: 'a second one' };

/** Where a breaker stands: open until 500, or half-open with as many probes as said. */
const places = {
  closed: { circuit: 'closed', context: {} },
  open: { circuit: 'open', context: { openings: 1, openForMs: 500, retryAtMs: 500 } },
  waiting: { circuit: { halfOpen: 'waiting' }, context: { openings: 1, succeeded: 1 } },
  'probing once': { circuit: { halfOpen: 'probing' }, context: { openings: 1, inFlight: 1 } },
  'probing last': {
    circuit: { halfOpen: 'probing' },
    context: { openings: 1, inFlight: 1, succeeded: 1 },
  },
  'probing twice': { circuit: { halfOpen: 'probing' }, context: { openings: 1, inFlight: 2 } },
} as const satisfies Record<string, { circuit: Circuit; context: Partial<BreakerContext> }>;

const events = {
  trip: { type: 'breaker.trip', nowMs: 100, draw: 0.5 },
  'early probe': { type: 'breaker.probe', nowMs: 499, draw: 0 },
  'due probe': { type: 'breaker.probe', nowMs: 500, draw: 0 },
  success: { type: 'probe.succeeded' },
  failure: { type: 'probe.failed', nowMs: 600 },
  ignored: { type: 'probe.ignored' },
  configure: { type: 'breaker.configure', settings: { ...input, probesMax: 3 } },
} as const satisfies Record<string, BreakerEvent>;

function breaker(
  value: { circuit: Circuit; isolation: 'none' | 'isolated' },
  context: Partial<BreakerContext>,
) {
  const fresh = createActor(breakerMachine, { input }).getSnapshot().context;
  const snapshot = breakerMachine.resolveState({ value, context: { ...fresh, ...context } });
  const clock = new SimulatedClock();
  const actor = createActor(breakerMachine, { input, snapshot, clock });
  const emitted: string[] = [];
  actor.on('*', ({ type }) => emitted.push(type));
  return { actor: actor.start(), emitted, clock };
}

type Change = Partial<BreakerContext> & { to?: Circuit; emits?: string };

/** Every place under every event; what is not named does nothing. */
const table: Record<keyof typeof places, Partial<Record<keyof typeof events, Change>>> = {
  closed: {
    trip: { to: 'open', openings: 1, openForMs: 750, retryAtMs: 850, emits: 'breaker.opened' },
  },
  open: {
    'due probe': {
      to: { halfOpen: 'probing' },
      ...{ inFlight: 1, succeeded: 0, probeUntilMs: 5_500, draw: 0 },
      emits: 'breaker.probing',
    },
  },
  waiting: {
    'early probe': { to: { halfOpen: 'probing' }, inFlight: 1, probeUntilMs: 5_499 },
    'due probe': { to: { halfOpen: 'probing' }, inFlight: 1, probeUntilMs: 5_500 },
  },
  'probing once': {
    'early probe': { inFlight: 2, probeUntilMs: 5_499 },
    'due probe': { inFlight: 2, probeUntilMs: 5_500 },
    success: { to: { halfOpen: 'waiting' }, inFlight: 0, succeeded: 1 },
    failure: { to: 'open', openings: 2, openForMs: 1000, retryAtMs: 1600, emits: 'breaker.opened' },
    ignored: { to: { halfOpen: 'waiting' }, inFlight: 0 },
  },
  'probing last': {
    success: { to: 'closed', openings: 0, emits: 'breaker.closed' },
    failure: { to: 'open', openings: 2, openForMs: 1000, retryAtMs: 1600, emits: 'breaker.opened' },
    ignored: { to: { halfOpen: 'waiting' }, inFlight: 0 },
  },
  'probing twice': {
    success: { inFlight: 1, succeeded: 1 },
    failure: { to: 'open', openings: 2, openForMs: 1000, retryAtMs: 1600, emits: 'breaker.opened' },
    ignored: { inFlight: 1 },
  },
};

const cells = Object.entries(places).flatMap(([place, { circuit, context }]) =>
  Object.entries(events).map(([name, event]) => {
    const row = table[place as keyof typeof places];
    const change = row[name as keyof typeof events] ?? {};
    return { place, name, circuit, context, event, change };
  }),
);

describe(breakerMachine.id, () => {
  for (const isolations of [[], [isolation]]) {
    const where = isolations.length === 0 ? 'none' : 'isolated';
    it.each(cells)(`isolated by ${isolations.length}: $place on $name`, (cell) => {
      const { circuit, context, event, change } = cell;
      const { actor, emitted } = breaker({ circuit, isolation: where }, { ...context, isolations });
      const before = actor.getSnapshot().context;
      actor.send(event);
      const { to = circuit, emits, ...changed } = change;
      const settings = event.type === 'breaker.configure' ? { settings: event.settings } : {};
      const after = actor.getSnapshot();
      expect(after.value).toEqual({ circuit: to, isolation: where });
      expect(after.context).toEqual({ ...before, ...changed, ...settings });
      expect(emitted).toEqual(emits === undefined ? [] : [emits]);
    });
  }

  it.each(Object.entries(places))('%s keeps its circuit over isolations', (_, place) => {
    const { circuit, context } = place;
    const { actor, emitted } = breaker({ circuit, isolation: 'none' }, context);
    const before = actor.getSnapshot().context;
    const send = (event: BreakerEvent): unknown => {
      actor.send(event);
      const { value, context: now } = actor.getSnapshot();
      expect(now).toEqual({ ...before, isolations: now.isolations });
      return [value, now.isolations];
    };
    const apart = { circuit, isolation: 'isolated' };
    expect(send({ type: 'breaker.isolate', isolation })).toEqual([apart, [isolation]]);
    expect(send({ type: 'breaker.isolate', isolation: other })).toEqual([
      apart,
      [isolation, other],
    ]);
    expect(send({ type: 'breaker.release', id: 9 })).toEqual([apart, [isolation, other]]);
    expect(send({ type: 'breaker.release', id: 1 })).toEqual([apart, [other]]);
    expect(send({ type: 'breaker.release', id: 2 })).toEqual([{ circuit, isolation: 'none' }, []]);
    expect(emitted).toEqual(['breaker.isolated', 'breaker.isolated', 'breaker.released']);
  });

  it('tells what is allowed by tags: closed, open, half-open, each free and isolated', () => {
    const tagsIn = (circuit: Circuit, where: 'none' | 'isolated') =>
      [...breaker({ circuit, isolation: where }, {}).actor.getSnapshot().tags].sort();
    const circuits: Circuit[] = ['closed', 'open', { halfOpen: 'probing' }];
    expect(circuits.map((circuit) => tagsIn(circuit, 'none'))).toEqual([
      ['admitting'],
      ['rejecting'],
      ['probing'],
    ]);
    expect(circuits.map((circuit) => tagsIn(circuit, 'isolated'))).toEqual([
      ['admitting', 'isolated', 'rejecting'],
      ['isolated', 'rejecting'],
      ['isolated', 'probing', 'rejecting'],
    ]);
  });

  it('opens again, by itself, when a probe has not reported in time', () => {
    const { actor, clock, emitted } = breaker(
      { circuit: { halfOpen: 'waiting' }, isolation: 'none' },
      { openings: 1 },
    );
    actor.send({ type: 'breaker.probe', nowMs: 40_000, draw: 0 });
    clock.increment(4_999);
    expect(emitted).toEqual([]);
    clock.increment(1);
    const { value, context } = actor.getSnapshot();
    expect([value.circuit, context.retryAtMs, emitted]).toEqual([
      'open',
      40_000 + 5_000 + 1_000,
      ['breaker.opened'],
    ]);
  });

  it('gives a probe its time anew when another one joins it, and none to nobody', () => {
    const { actor, clock, emitted } = breaker(
      { circuit: { halfOpen: 'waiting' }, isolation: 'none' },
      { openings: 1 },
    );
    clock.increment(1_000_000);
    actor.send({ type: 'breaker.probe', nowMs: 0, draw: 0 });
    clock.increment(4_000);
    actor.send({ type: 'breaker.probe', nowMs: 0, draw: 0 });
    clock.increment(4_000);
    expect(emitted).toEqual([]);
    clock.increment(1_000);
    expect(emitted).toEqual(['breaker.opened']);
  });

  it('has room for a probe whenever none is under way, whatever was configured meanwhile', () => {
    const context = { ...createActor(breakerMachine, { input }).getSnapshot().context };
    const rooms = [
      { inFlight: 0, succeeded: 0 },
      { inFlight: 1, succeeded: 0 },
      { inFlight: 1, succeeded: 1 },
      { inFlight: 2, succeeded: 0 },
      { inFlight: 0, succeeded: 5 },
    ].map((counts) => hasRoom({ ...context, ...counts }));
    expect(rooms).toEqual([true, true, false, false, true]);
  });
});
