import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { supervisorLogic } from '../../../runtime/kernel/supervisor.ts';

/** The incarnation of a supervisor, with what became of it. */
function incarnation() {
  const actor = createActor(supervisorLogic);
  const ends: unknown[] = [];
  actor.subscribe({ error: (error) => ends.push(error), complete: () => ends.push('stopped') });
  return { actor: actor.start(), ends };
}

describe('the incarnation of a supervisor', () => {
  it('decides nothing: whatever it is sent leaves it as it is', () => {
    const { actor, ends } = incarnation();
    const before = actor.getSnapshot();
    const send = actor.send as (event: { type: string }) => void;
    for (const type of ['xstate.error.actor.a', 'xstate.done.actor.a', 'work']) send({ type });
    expect(actor.getSnapshot()).toBe(before);
    expect(ends).toEqual([]);
  });

  it('fails with the error it is given, by its status and not by a throw', () => {
    const { actor, ends } = incarnation();
    actor.send({ type: 'supervisor.fail', error: 'spent' });
    expect([actor.getSnapshot(), ends]).toEqual([
      { status: 'error', output: undefined, error: 'spent' },
      ['spent'],
    ]);
  });

  it('stops when it is told to', () => {
    const { actor, ends } = incarnation();
    actor.send({ type: 'xstate.stop' });
    expect([actor.getSnapshot().status, ends]).toEqual(['stopped', ['stopped']]);
  });

  it('persists as it is', () => {
    const { actor } = incarnation();
    expect(actor.getPersistedSnapshot()).toEqual(actor.getSnapshot());
  });
});
