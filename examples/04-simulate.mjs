/** A machine with a bug; what it takes to see the bug is searched for, made small, and drawn. */
import { createRuntime } from 'holdfast';
import { diagramOf, eventsOf, findFailure, playSteps } from 'holdfast/sim/property';
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

const failure = await findFailure(
  ({ workload: steps }) => ({
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
  }),
  { horizonMs: 60_000, workload: eventsOf(lift) },
);

if (failure === undefined) throw new Error('nothing was found');
const { violation, found, scenario, result } = failure;
console.log(`${violation.invariant}: ${violation.detail}`);
console.log(`${found.faults.length} faults were drawn, ${scenario.faults.length} are needed`);
console.log(scenario.workload);
console.log(diagramOf(result.trace));
