import type { Vm, VmEvents, VmExit, VmOutcome, VmUnavailable } from '../../../actors/vm-drivers.ts';
import { realmEscapes } from './realm-escapes.ts';

const RESULT_BYTES_MAX = 1_024;

/** Hears a guest that is made to be tried: what its calls come to. */
export class Trial implements VmEvents {
  #settle: (outcome: VmOutcome | undefined) => void = () => {};
  #isOver = false;
  #leave = (): void => {};
  /** Nothing of it is left. */
  readonly ended = new Promise<void>((resolve) => {
    this.#leave = resolve;
  });

  /** Undefined if it ended before, or said what no guest says. */
  outcomeOf(vm: Vm, code: string): Promise<VmOutcome | undefined> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      if (this.#isOver) resolve(undefined);
      else vm.call({ code, input: 'null', resultBytesMax: RESULT_BYTES_MAX });
    });
  }

  /** Whether a guest gets out of its realm, or cannot be asked. */
  async escapeOf(vm: Vm): Promise<VmUnavailable | undefined> {
    const tried = await this.outcomeOf(vm, realmEscapes);
    if (tried?.ok !== true) return { unavailable: 'a guest does not answer' };
    return tried.output === '""' ? undefined : { unavailable: `a guest gets at ${tried.output}` };
  }

  onOutcome(outcome: VmOutcome): void {
    this.#settle(outcome);
  }

  onExited(_exit: VmExit): void {
    this.#leave();
    this.#end();
  }

  onViolated(): void {
    this.#end();
  }

  onPrinted(): void {}
  onHostCall(): void {}
  onPong(): void {}

  #end(): void {
    this.#isOver = true;
    this.#settle(undefined);
  }
}
