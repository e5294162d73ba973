import { describe, expect, it } from 'vitest';
import { createActor, fromCallback, SimulatedClock } from 'xstate';
import { type ShutdownEvent, shutdownMachine } from '../../machines/shutdown.machine.ts';

/** A shutdown whose phases are done when told, and what it has begun so far. */
function shutdown() {
  const clock = new SimulatedClock();
  const begun: string[] = [];
  const phase = (name: string) => fromCallback<ShutdownEvent>(() => void begun.push(name));
  const actors = {
    closing: phase('closing'),
    draining: phase('draining'),
    persisting: phase('persisting'),
    stopping: phase('stopping'),
    abandoning: phase('abandoning'),
  };
  const actor = createActor(shutdownMachine.provide({ actors }), { clock }).start();
  const send = (...events: readonly ShutdownEvent[]) => {
    for (const event of events) actor.send(event);
  };
  const tags = (): unknown => [...actor.getSnapshot().tags];
  return { clock, begun, send, tags, actor };
}

const begin = { type: 'shutdown.begin', deadlineMs: 1000 } as const;
const completed = { type: 'phase.completed' } as const;
const abandon = { type: 'shutdown.abandon' } as const;

describe('a shutdown', () => {
  it('has begun nothing while the runtime runs, whatever comes due', () => {
    const { begun, tags, clock, send } = shutdown();
    send(completed);
    clock.increment(100_000);
    expect([begun, tags()]).toEqual([[], ['accepting']]);
  });

  it('goes through its phases one by one, each when the last is done', () => {
    const { begun, send, tags, actor } = shutdown();
    send(begin);
    expect([begun, tags()]).toEqual([['closing'], ['closing']]);
    send(completed, completed, completed, completed);
    expect(begun).toEqual(['closing', 'draining', 'persisting', 'stopping']);
    expect([tags(), actor.getSnapshot().status]).toEqual([['closed'], 'done']);
  });

  it('begins once: a second wish does not move its deadline', () => {
    const { begun, send, clock } = shutdown();
    send(begin, { ...begin, deadlineMs: 50_000 });
    clock.increment(1000);
    expect(begun).toEqual(['closing', 'abandoning']);
  });

  it('drains for half of its deadline, no longer', () => {
    const { begun, send, clock } = shutdown();
    send(begin, completed);
    clock.increment(499);
    expect(begun).toEqual(['closing', 'draining']);
    clock.increment(1);
    expect(begun).toEqual(['closing', 'draining', 'persisting']);
  });

  it.each([0, 1, 2, 3])('abandons what is left at its deadline, after %d phases', (phases) => {
    const { begun, send, clock, tags } = shutdown();
    send(begin, ...Array.from({ length: phases }, () => completed));
    clock.increment(500);
    clock.increment(500);
    expect(begun.at(-1)).toBe('abandoning');
    send(completed);
    expect(tags()).toEqual(['closed']);
  });

  it('abandons at once what cannot be saved, running or under way, and only once', () => {
    for (const before of [[], [begin], [begin, completed, completed]]) {
      const { begun, send, actor } = shutdown();
      send(...before, abandon, abandon, begin);
      expect(begun.filter((phase) => phase === 'abandoning').length).toBe(1);
      send(completed);
      expect(actor.getSnapshot().status).toBe('done');
    }
  });
});
