import type {
  Vm,
  VmDriver,
  VmEvents,
  VmEvidence,
  VmExit,
  VmOutcome,
  VmUnavailable,
} from '../../../../actors/vm-drivers.ts';

const MEMORY_BYTES_MAX = 16 * 2 ** 20;

/** Names the way out of each escape that works. */
const escapes = `
const names = ['require', 'process', 'fetch', 'setTimeout', 'WebAssembly', 'SharedArrayBuffer'];
const global = [].constructor.constructor('return this')();
const found = names.filter((name) => name in globalThis || name in global);
Promise.all(['fs', 'node:fs', 'std', 'os'].map((name) =>
  import(name).then(() => found.push(name), () => {}))).then(() => found.join(' '))`;

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
  const escaped = await trial.outcomeOf(vm, escapes);
  if (escaped?.ok !== true) return { unavailable: 'a guest does not answer' };
  if (escaped.output !== '""') return { unavailable: `a guest gets at ${escaped.output}` };
  const bombed = await trial.outcomeOf(vm, bomb);
  if (bombed?.ok !== false || bombed.fault !== 'VM_MEMORY') {
    return { unavailable: 'the memory of a guest has no end' };
  }
  const ending = trial.outcomeOf(vm, deaf);
  vm.kill();
  return (await ending) === undefined ? undefined : { unavailable: 'a guest cannot be ended' };
}

/** What a guest comes to; undefined if it ended before. */
class Trial implements VmEvents {
  #settle: (outcome: VmOutcome | undefined) => void = () => {};
  #isOver = false;

  outcomeOf(vm: Vm, code: string): Promise<VmOutcome | undefined> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      if (this.#isOver) resolve(undefined);
      else vm.call({ code, input: 'null', resultBytesMax: 1_024 });
    });
  }

  onOutcome(outcome: VmOutcome): void {
    this.#settle(outcome);
  }

  onExited(_exit: VmExit): void {
    this.#isOver = true;
    this.#settle(undefined);
  }

  onPrinted(): void {}
  onHostCall(): void {}
  onPong(): void {}
  onViolated(): void {}
}
