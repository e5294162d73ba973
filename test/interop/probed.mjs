import { createRuntime } from 'holdfast';
import { setup } from 'xstate';

/** It hears that it is to end, and takes its time. */
const slow = setup({}).createMachine({
  initial: 'open',
  states: { open: { on: { 'actor.drain': 'ending' } }, ending: {} },
});

const rt = await createRuntime({
  name: 'shop',
  diagnostics: { port: 0, token: process.env.TOKEN },
});
rt.supervisor('desk').start('till', slow, { shutdownMs: 60_000 });
for (const name of ['psp', 'a "b"\n# EOF\\', 'é\u2028\r x', '{} 1']) rt.breaker(name);
rt.breaker('psp').isolate('maintenance');
process.once('message', () => {
  void rt.shutdown({ deadlineMs: 60_000 });
  process.send?.('draining');
});
process.send?.(rt.diagnosticsUrl);
