import { describe, expect, it } from 'vitest';
import { savedState } from '../../../runtime/options/saved-state.ts';

const deadline = { id: 'a', path: ['b'], event: { type: 'c' }, dueAtWallMs: 5, leftMs: 0 };
const state = {
  v: 1,
  logicVersion: 0,
  incarnation: 1,
  snapshot: { status: 'active', value: 'a', context: {} },
  deadlines: [deadline],
};

/** The fields of the first issue with what is given. */
const wrongIn = (given: unknown): string | undefined => {
  const { error } = savedState.safeParse(given);
  return error?.issues[0]?.path.join('.');
};

describe('the saved state of an actor', () => {
  it('is taken as it is, with all that a snapshot and an event hold', () => {
    const event = { type: 'c', amount: 5 };
    const full = { ...state, deadlines: Array(10_000).fill({ ...deadline, event }) };
    expect(savedState.parse(full)).toEqual(full);
  });

  it.each<[string, unknown]>([
    ['', null],
    ['', { ...state, more: 1 }],
    ['v', { ...state, v: 2 }],
    ['logicVersion', { ...state, logicVersion: 0.5 }],
    ['incarnation', { ...state, incarnation: -1 }],
    ['snapshot', { ...state, snapshot: 'active' }],
    ['snapshot.status', { ...state, snapshot: { status: 'error' } }],
    ['deadlines', { ...state, deadlines: Array(10_001).fill(deadline) }],
    ['deadlines.0.id', { ...state, deadlines: [{ ...deadline, id: 'x'.repeat(1_001) }] }],
    ['deadlines.0.path', { ...state, deadlines: [{ ...deadline, path: Array(65).fill('a') }] }],
    ['deadlines.0.event.type', { ...state, deadlines: [{ ...deadline, event: {} }] }],
    ['deadlines.0.dueAtWallMs', { ...state, deadlines: [{ ...deadline, dueAtWallMs: null }] }],
    ['deadlines.0.leftMs', { ...state, deadlines: [{ ...deadline, leftMs: -1 }] }],
  ])('is refused for its "%s" in %#', (field, given) => {
    expect(wrongIn(given)).toBe(field);
  });
});
