/** An actor that crashes, and comes back. What waits in its mailbox survives the crash. */
import { createRuntime } from 'holdfast';
import { assign, emit, setup } from 'xstate';

const counter = setup({
  types: {
    context: /** @type {{ count: number }} */ ({}),
    events: /** @type {{ type: 'add' } | { type: 'crash' }} */ ({}),
    emitted: /** @type {{ type: 'added', count: number }} */ ({}),
  },
  actions: {
    add: assign({ count: ({ context }) => context.count + 1 }),
    answer: emit(({ context }) => ({ type: 'added', count: context.count })),
    crash: () => {
      throw new Error('out of fingers');
    },
  },
}).createMachine({
  id: 'counter',
  context: { count: 0 },
  on: { add: { actions: ['add', 'answer'] }, crash: { actions: 'crash' } },
});

const rt = await createRuntime({ name: 'supervise' });
rt.events$.subscribe(({ type, subject, data }) => {
  if (subject !== undefined) console.log(type, subject, data.because ?? '');
});

const handle = rt.supervisor('workers').start('counter', counter);
handle.tell({ type: 'add' });
handle.tell({ type: 'crash' });
const { count } = await handle.ask({ type: 'add' }, { reply: 'added' });
console.log(`it counts again, from the start: ${count}`);

await rt.shutdown();
