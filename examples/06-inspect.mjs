/** A runtime that shows itself: the address is for a browser, and here asked by a program. */
import { createRuntime } from 'holdfast';
import { inspector } from 'holdfast/inspector';
import { setup } from 'xstate';

const lamp = setup({}).createMachine({
  id: 'lamp',
  context: { owner: 'Ann', volts: 12 },
  initial: 'off',
  states: { off: { on: { press: 'on' } }, on: { on: { press: 'off' } } },
});

const rt = await createRuntime({
  name: 'house',
  diagnostics: { port: 0 },
  inspector: inspector({ control: true }),
});
rt.supervisor('hall').start('lamp', lamp).tell({ type: 'press' });
rt.breaker('heating');

const address = new URL(rt.inspectorControlUrl ?? '');
const authorization = `Bearer ${address.hash.replace('#token=', '')}`;
const headers = { authorization, origin: address.origin };

/**
 * @param {string} what
 * @param {RequestInit} [asked]
 * @returns {Promise<[number, unknown]>}
 */
const ask = async (what, asked = { headers }) => {
  const answer = await fetch(new URL(what, address), asked);
  return [answer.status, await answer.json()];
};

const [, told] = await ask('actor?path=hall/lamp');
console.log('it tells numbers, and of text how long it is:', Object(told).context);
console.log('without the token:', await ask('actor?path=hall/lamp', {}));

const command = 'command?do=breaker.isolate&target=heating&reason=the+boiler+is+mended';
console.log('isolated:', await ask(command, { method: 'POST', headers }));
console.log(rt.breaker('heating').isolations.map(({ by, reason }) => `${by}: ${reason}`));
for await (const read of rt.audit.read({ type: 'inspector.commanded' })) {
  if (read.kind === 'record') console.log('on record:', read.event.subject, read.event.data);
}
await rt.shutdown();
