import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type {
  Vm,
  VmDriver,
  VmEvents,
  VmEvidence,
  VmSpec,
  VmUnavailable,
} from '../../../../actors/vm-drivers.ts';
import { loadEngine } from './engine-file.ts';
import type { Ready } from './guest.mjs';
import { IsolateVm } from './isolate-vm.ts';
import { probeIsolate } from './probe.ts';

const PAGE_BYTES = 65_536;

/** What the engine starts with, and takes of it for itself. */
const PAGES_MIN = 256;
const PAGES_OF_ENGINE = 96;

/** Of the thread: its program, and what is underway between the guest and the host. */
const HEAP_MB = 64;
const STACK_MB = 16;

/** QuickJS in WebAssembly, in a thread. It has no way to the host but what is said over a port. */
export const isolateDriver: VmDriver = {
  isolation: 'isolate',
  probe: (signal) => probeIsolate(create, signal),
  create,
};

async function create(
  spec: VmSpec,
  events: VmEvents,
  signal: AbortSignal,
): Promise<Vm | VmUnavailable> {
  let worker: Worker | undefined;
  try {
    const { module, digests } = await loadEngine();
    signal.throwIfAborted();
    const gauge = new Int32Array(new SharedArrayBuffer(8));
    const pagesMax = pagesMaxOf(spec);
    worker = started({ engine: module, pagesMax, gauge }, spec);
    const [ready] = (await once(worker, 'message', { signal })) as [Ready];
    const evidence = evidenceOf(ready, digests);
    const mismatch = mismatchOf(ready, pagesMax);
    if (mismatch === undefined) return new IsolateVm(worker, events, gauge, ready.thread, evidence);
    void worker.terminate();
    return { unavailable: mismatch };
  } catch (error) {
    void worker?.terminate();
    return { unavailable: signal.aborted ? 'it took too long' : String(error) };
  }
}

function pagesMaxOf({ memoryBytesMax }: VmSpec): number {
  return Math.max(PAGES_MIN, PAGES_OF_ENGINE + Math.ceil(memoryBytesMax / PAGE_BYTES));
}

function started(workerData: object, { memoryBytesMax }: VmSpec): Worker {
  const worker = new Worker(new URL('./guest.mjs', import.meta.url), {
    workerData,
    env: {},
    argv: [],
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: {
      maxOldGenerationSizeMb: HEAP_MB + Math.ceil(memoryBytesMax / 2 ** 20),
      stackSizeMb: STACK_MB,
    },
  });
  // Else what fails in it after it was given up would be thrown here.
  worker.on('error', () => {});
  return worker;
}

function evidenceOf(ready: Ready, digests: VmEvidence['digests']): VmEvidence {
  const { memoryBytesMax, heapMbMax, variables, strays } = ready;
  const found = {
    memoryBytesMax,
    heapMbMax,
    environmentVariables: variables,
    strayGlobals: strays,
  };
  return { isolation: 'isolate', engine: 'quickjs-ng', digests, found };
}

/** What is not as it was ordered, in words. */
function mismatchOf({ strays, variables, memoryBytesMax }: Ready, pagesMax: number) {
  if (strays !== '') return `the guest finds what it should not: ${strays}`;
  if (variables !== 0) return 'the environment of the process reaches the thread of the guest';
  if (memoryBytesMax !== pagesMax * PAGE_BYTES) return 'the memory of the guest has no end';
  return undefined;
}
