import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { loadEngine } from '../../../../../runtime/world/vm/isolate/engine-file.ts';

const UNTAKEN_LENGTH_MAX = 1_048_576;

it('says no more than a megabyte ahead of who listens', async () => {
  const { module: engine } = await loadEngine();
  const gauge = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(
    new URL('../../../../../runtime/world/vm/isolate/guest.mjs', import.meta.url),
    { workerData: { engine, pagesMax: 512, gauge }, env: {} },
  );
  await once(worker, 'message');
  let length = 0;
  worker.on('message', ({ json }) => {
    length += json.length;
  });
  const code = JSON.stringify('for (;;) console.log("y".repeat(1000))');
  worker.postMessage({ type: 'call', code, input: 'null', resultBytesMax: 9 });
  // Nobody takes from the gauge, so that it stands still when the guest waits.
  while (length <= UNTAKEN_LENGTH_MAX) await once(worker, 'message');
  await worker.terminate();
  expect(length - Atomics.load(gauge, 0)).toBe(0);
  expect(length).toBeLessThan(UNTAKEN_LENGTH_MAX + 1_010);
});
