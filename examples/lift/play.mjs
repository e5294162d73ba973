/** A lift with a bug, and what must hold: `holdfast simulate examples/lift/play.mjs` finds it. */
import { createRuntime } from 'holdfast';
import { eventsOf, playSteps } from 'holdfast/sim/property';
import { setup, stateIn } from 'xstate';

const lift = setup({
  delays: { doorMs: 3_000, rideMs: 8_000 },
  guards: { isShut: stateIn({ door: 'shut' }) },
}).createMachine({
  id: 'lift',
  type: 'parallel',
  states: {
    cabin: {
      initial: 'standing',
      states: {
        standing: { on: { 'floor.press': { guard: 'isShut', target: 'moving' } } },
        moving: { after: { rideMs: 'standing' } },
      },
    },
    door: {
      initial: 'open',
      states: {
        open: { after: { doorMs: 'shut' } },
        shut: { on: { 'door.press': 'open' } },
      },
    },
  },
});

/** @typedef {import('holdfast').Handle<typeof lift>} Lift */
/** @typedef {import('xstate').EventFrom<typeof lift>} Press */
/** @typedef {import('holdfast/sim/property').ActorStep<Press>} Step */

/** @type {import('holdfast/sim/property').Playbook<Lift, readonly Step[]>} */
export const playbook = ({ workload: steps }) => ({
  async start({ world }) {
    const rt = await createRuntime({ name: 'house', world });
    return rt.supervisor('shaft').start('lift', lift);
  },
  workload: (at, handle) =>
    playSteps(at, steps, (event) => {
      at.note(event.type, { from: 'passenger', to: 'shaft/lift' });
      handle.tell(event);
    }),
  invariants: [
    {
      name: 'a lift moves only behind a shut door',
      always: (handle) =>
        handle.snapshot()?.matches({ cabin: 'moving', door: 'open' })
          ? 'shaft/lift moves, and its door is open'
          : undefined,
    },
  ],
});

export const options = { horizonMs: 60_000, workload: eventsOf(lift) };
