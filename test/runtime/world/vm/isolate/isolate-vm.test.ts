import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { IsolateVm } from '../../../../../runtime/world/vm/isolate/isolate-vm.ts';
import { Box } from '../../../../contracts/vm.fixture.ts';

const evidence = { isolation: 'isolate', engine: 'none', digests: {}, found: {} } as const;

/** A guest whose thread runs `code`, with `port` and `gauge`. */
async function guestThat(code: string, resourceLimits = {}) {
  const gauge = new Int32Array(new SharedArrayBuffer(8));
  const start =
    "const { parentPort: port, workerData: gauge } = require('node:worker_threads');" +
    "const said = { type: 'said', isStarved: false };" +
    'const say = (kind, json) => port.postMessage({ ...said, kind, json });' +
    // Else it ends once nobody listens to its port, and may be gone before it is heard.
    'setInterval(() => {}, 1e9);' +
    "port.postMessage('ready');";
  const worker = new Worker(start + code, { eval: true, workerData: gauge, resourceLimits });
  await once(worker, 'message');
  const box = new Box();
  return { box, vm: new IsolateVm(worker, box, gauge, '', evidence) };
}

it.each([
  ['throws', 'throw new RangeError("trap");', { because: 'crashed', status: 'RangeError: trap' }],
  ['ends', 'process.exit(0);', { because: 'crashed', status: 'exit 0' }],
])('has crashed when its thread %s', async (_, code, exit) => {
  const { box, vm } = await guestThat(`port.once("message", () => { ${code} })`);
  vm.ping('a');
  await box.until(() => box.exits.length > 0);
  expect(box.exits).toEqual([exit]);
});

it('has died of memory when its thread has', async () => {
  const bomb = 'const held = []; for (;;) held.push([held.length, {}]);';
  const limits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 };
  const { box, vm } = await guestThat(`port.once("message", () => { ${bomb} })`, limits);
  vm.ping('a');
  await box.until(() => box.exits.length > 0);
  expect(box.exits[0]?.because).toBe('memory');
});

it.each([
  ['says what is no JSON', 'say(2, "a")', 'what it said is none of the kind 2'],
  ['answers what it was not asked', 'say(4, "1")', 'it answers what it was not asked'],
  [
    'fails what it was not asked',
    'say(5, \'{"fault":"VM_ERROR","message":""}\')',
    'it answers what it was not asked',
  ],
])('has violated the line when it %s', async (_, code, because) => {
  const { box, vm } = await guestThat(`port.once("message", () => { ${code} })`);
  vm.ping('a');
  await box.until(() => box.violations.length > 0);
  expect(box.violations).toEqual([because]);
  vm.kill();
  vm.kill();
  await box.until(() => box.exits.length > 0);
  expect(box.exits.map(({ because }) => because)).toEqual(['killed']);
});

it('answers a call once', async () => {
  const { box, vm } = await guestThat('port.once("message", () => { say(4, "1"); say(4, "2"); })');
  vm.call({ code: '', input: 'null', resultBytesMax: 9 });
  await box.until(() => box.violations.length > 0);
  expect(box.outcomes).toEqual([{ ok: true, output: '1' }]);
  vm.kill();
});
