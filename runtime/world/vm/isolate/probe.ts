import type { Vm, VmDriver, VmEvidence, VmUnavailable } from '../../../../actors/vm-drivers.ts';
import { Trial } from '../trial.ts';

const MEMORY_BYTES_MAX = 16 * 2 ** 20;

const bomb = 'const held = []; for (;;) held.push(new Uint8Array(1e6))';

/** No engine looks up from this before it is done, so only the thread can be ended. */
const deaf = '(new Array(1e9) + "").length';

/** Whether a guest that tries is kept in, kept small, and ended. */
export async function probeIsolate(
  create: VmDriver['create'],
  signal: AbortSignal,
): Promise<VmEvidence | VmUnavailable> {
  const trial = new Trial();
  const vm = await create({ memoryBytesMax: MEMORY_BYTES_MAX }, trial, signal);
  if ('unavailable' in vm) return vm;
  const end = (): void => vm.kill();
  signal.addEventListener('abort', end);
  try {
    return (await failureOf(vm, trial)) ?? vm.evidence;
  } finally {
    signal.removeEventListener('abort', end);
    vm.kill();
  }
}

async function failureOf(vm: Vm, trial: Trial): Promise<VmUnavailable | undefined> {
  const reached = await trial.escapeOf(vm);
  if (reached !== undefined) return reached;
  const bombed = await trial.outcomeOf(vm, bomb);
  if (bombed?.ok !== false || bombed.fault !== 'VM_MEMORY') {
    return { unavailable: 'the memory of a guest has no end' };
  }
  const ending = trial.outcomeOf(vm, deaf);
  vm.kill();
  return (await ending) === undefined ? undefined : { unavailable: 'a guest cannot be ended' };
}
