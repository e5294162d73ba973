import { describe, expect, it } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import { type SessionEmitted, sessionMachine } from '../../machines/session.machine.ts';
import { input, samples } from './session.fixture.ts';

const places = ['resting', 'offering', 'answering'] as const;
type Place = (typeof places)[number];
type Sample = keyof typeof samples;

function running(place: Place = 'resting') {
  const clock = new SimulatedClock();
  const actor = createActor(sessionMachine, { input, clock });
  actor.start();
  if (place === 'offering') actor.send(samples['somebody asks for new keys']);
  if (place === 'answering') actor.send(samples['an offer']);
  const told: SessionEmitted['type'][] = [];
  actor.on('*', ({ type }) => told.push(type));
  const where = () => places.find((tag) => actor.getSnapshot().hasTag(tag)) ?? 'overdue';
  return { actor, clock, told, where };
}

type Cell = readonly [to: Place, ...told: SessionEmitted['type'][]] | null;

/** Where each leads, from where it stands, and what is told; null if nothing comes of it. */
const table: Record<Sample, Record<Place, Cell>> = {
  'somebody asks for new keys': {
    resting: ['offering', 'session.offer'],
    offering: null,
    answering: null,
  },
  'an offer': {
    resting: ['answering', 'session.answer'],
    offering: ['answering', 'session.answer'],
    answering: null,
  },
  'an offer that yields': {
    resting: ['answering', 'session.answer'],
    offering: null,
    answering: null,
  },
  'an answer': { resting: null, offering: ['resting', 'session.rotated'], answering: null },
  'the switch': { resting: null, offering: null, answering: ['resting', 'session.rotated'] },
};

const cells = Object.entries(table).flatMap(([sample, row]) =>
  Object.entries(row).map(([place, cell]) => ({ sample, place, cell }) as const),
);

describe(sessionMachine.id, () => {
  it.each(cells)('$place, after $sample', ({ sample, place, cell }) => {
    const { actor, told, where } = running(place as Place);
    actor.send(samples[sample as Sample]);
    const [to, ...facts] = cell ?? [place];
    expect([where(), told]).toEqual([to, facts]);
  });

  it('offers once its time has come, and again after each rotation, by what was drawn then', () => {
    const { actor, clock, told } = running();
    clock.increment(input.rotateMs - 1);
    expect(told).toEqual([]);
    clock.increment(1);
    expect(told).toEqual(['session.offer']);
    actor.send(samples['an answer']);
    clock.increment(samples['an answer'].rotateMs - 1);
    expect(told.slice(1)).toEqual(['session.rotated']);
    clock.increment(1);
    expect(told.slice(2)).toEqual(['session.offer']);
  });

  it.each(places)('is over, %s, once its keys are overdue, and not before', (place) => {
    const { actor, clock, told } = running(place);
    clock.increment(input.overdueMs - 1);
    expect(told).not.toContain('session.overdue');
    clock.increment(1);
    expect([told.at(-1), actor.getSnapshot().status]).toEqual(['session.overdue', 'done']);
  });

  it('has as long again with each set of keys', () => {
    const { actor, clock, told } = running('answering');
    clock.increment(input.overdueMs - 1);
    actor.send(samples['the switch']);
    clock.increment(input.overdueMs - 1);
    expect(told).not.toContain('session.overdue');
    clock.increment(1);
    expect(told.at(-1)).toBe('session.overdue');
  });
});
