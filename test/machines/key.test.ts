import { describe, expect, it } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import { type KeyEmitted, type KeyInput, keyMachine } from '../../machines/key.machine.ts';
import { DAY_MS, events, input, settings } from './key.fixture.ts';

type State =
  | 'scheduled'
  | 'due'
  | 'overlapping'
  | 'lapsing'
  | 'archived'
  | 'perishing'
  | 'destroyed';

/** A key on a clock of its own. */
function keyOf(changed: Partial<KeyInput> = {}) {
  const clock = new SimulatedClock();
  const actor = createActor(keyMachine, { input: { ...input, ...changed }, clock });
  const told: KeyEmitted['type'][] = [];
  actor.on('*', ({ type }) => told.push(type));
  actor.start();
  const state = () => actor.getSnapshot().value;
  return { actor, clock, told, state, tags: () => [...actor.getSnapshot().tags] };
}

/** One that has come so far. */
function standing(state: State) {
  const stages = { overlapping: 'overlapping', lapsing: 'overlapping' } as const;
  const kept = { archived: 'archived', perishing: 'archived', destroyed: 'archived' } as const;
  const stage = { scheduled: 'scheduled', due: 'scheduled', ...stages, ...kept } as const;
  const key = keyOf({ stage: stage[state] });
  if (state === 'due') key.clock.increment(30 * DAY_MS);
  if (state === 'lapsing') key.clock.increment(7 * DAY_MS);
  if (state === 'perishing') key.clock.increment(90 * DAY_MS);
  if (state === 'destroyed') key.actor.send({ type: 'key.destroyed' });
  expect(key.state()).toBe(state);
  key.told.length = 0;
  return key;
}

/** Where each event leads; what is not named leaves it where it is. */
const table: Record<State, Readonly<Record<string, State>>> = {
  scheduled: { rotated: 'overlapping', revoked: 'destroyed', destroyed: 'destroyed' },
  due: { rotated: 'overlapping', revoked: 'destroyed', destroyed: 'destroyed' },
  overlapping: { archive: 'lapsing', archived: 'archived', destroyed: 'destroyed' },
  lapsing: { archived: 'archived', destroyed: 'destroyed' },
  archived: { destroyed: 'destroyed' },
  perishing: { destroyed: 'destroyed' },
  destroyed: {},
};

/** After the last state there is nobody to hear. */
const cells = Object.entries(table)
  .filter(([state]) => state !== 'destroyed')
  .flatMap(([state, row]) =>
    events.map(({ type }) => ({ state: state as State, type, to: row[type.slice(4)] ?? state })),
  );

describe(keyMachine.id, () => {
  it.each(cells)('$state, on $type, is $to', ({ state, type, to }) => {
    const key = standing(state);
    key.actor.send({ type });
    expect(key.state()).toBe(to);
  });

  it('says of itself what may be done with it', () => {
    const tags = Object.keys(table).map((state) => [state, standing(state as State).tags()]);
    expect(Object.fromEntries(tags)).toEqual({
      scheduled: ['present'],
      due: ['present', 'overdue'],
      overlapping: ['honoured'],
      lapsing: ['honoured'],
      archived: ['kept'],
      perishing: ['kept'],
      destroyed: ['gone'],
    });
  });

  it.each([
    [0, 30 * DAY_MS],
    [0.5, 28.5 * DAY_MS],
    [1, 27 * DAY_MS],
  ])('is due after 30 days, less up to a tenth: at a draw of %d', (draw, dueMs) => {
    const { clock, state, told } = keyOf({ draw });
    clock.increment(dueMs - 1);
    expect([state(), told]).toEqual(['scheduled', []]);
    clock.increment(1);
    expect([state(), told]).toEqual(['due', ['key.due']]);
  });

  it('tells again and again that it is overdue, and asks anew', () => {
    const { clock, told } = standing('due');
    clock.increment(settings.retryMs);
    clock.increment(settings.retryMs);
    expect(told).toEqual(['key.overdue', 'key.due', 'key.overdue', 'key.due']);
  });

  it('is beside the next one for 7 days, then kept for 90, then to be destroyed', () => {
    const { actor, clock, told, state } = standing('due');
    actor.send({ type: 'key.rotated' });
    clock.increment(7 * DAY_MS - 1);
    expect([state(), told]).toEqual(['overlapping', []]);
    clock.increment(1);
    expect(told).toEqual(['key.lapsed']);
    actor.send({ type: 'key.archived' });
    clock.increment(90 * DAY_MS - 1);
    expect(state()).toBe('archived');
    clock.increment(1);
    expect([state(), told]).toEqual(['perishing', ['key.lapsed', 'key.perished']]);
    actor.send({ type: 'key.destroyed' });
    expect(actor.getSnapshot().status).toBe('done');
  });

  it.each(['lapsing', 'perishing'] as const)('asks again for what is not done: %s', (state) => {
    const { clock, told } = standing(state);
    clock.increment(settings.retryMs);
    expect(told).toEqual([state === 'lapsing' ? 'key.lapsed' : 'key.perished']);
  });

  it('goes on where it was after a restart', () => {
    const { clock, state } = keyOf({ nowMs: 10 * DAY_MS, draw: 0 });
    clock.increment(20 * DAY_MS - 1);
    expect(state()).toBe('scheduled');
    clock.increment(1);
    expect(state()).toBe('due');
    expect(keyOf({ nowMs: 400 * DAY_MS }).state()).toBe('scheduled');
  });

  it.each(['scheduled', 'overlapping', 'archived'] as const)(
    'waits no longer than its time for a clock that was turned back: %s',
    (stage) => {
      const { clock, state } = keyOf({ stage, sinceMs: 4_000 * DAY_MS, nowMs: 0, draw: 0 });
      clock.increment({ scheduled: 30, overlapping: 7, archived: 90 }[stage] * DAY_MS - 1);
      expect(state()).toBe(stage);
      clock.increment(1);
      expect(state()).not.toBe(stage);
    },
  );
});
