import type { Vm, VmCall, VmDriver, VmEvents, VmExit, VmOutcome } from '../../actors/vm-drivers.ts';

export const MEMORY_BYTES_MAX = 32 * 2 ** 20;
export const RESULT_BYTES_MAX = 65_536;

const never = new AbortController().signal;

export interface Asked {
  readonly id: number;
  readonly name: string;
  readonly input: string;
}

/** A guest, and all that is heard of it. */
export class Box implements VmEvents {
  readonly printed: string[] = [];
  readonly asked: Asked[] = [];
  readonly outcomes: VmOutcome[] = [];
  readonly pongs: string[] = [];
  readonly violations: string[] = [];
  readonly exits: VmExit[] = [];
  #vm: Vm | undefined;
  #waiting: { isSo(): boolean; go(): void }[] = [];

  static async open(driver: VmDriver, memoryBytesMax = MEMORY_BYTES_MAX): Promise<Box> {
    const box = new Box();
    const vm = await driver.create({ memoryBytesMax }, box, never);
    if ('unavailable' in vm) throw new Error(vm.unavailable);
    box.#vm = vm;
    return box;
  }

  get vm(): Vm {
    if (this.#vm === undefined) throw new Error('it is not open');
    return this.#vm;
  }

  /** As soon as what is heard makes it so. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ isSo, go });
      this.#heard();
    });
  }

  start(code: string, input: unknown = null, more: Partial<VmCall> = {}): void {
    const { resultBytesMax = RESULT_BYTES_MAX } = more;
    this.vm.call({ code, input: JSON.stringify(input), resultBytesMax });
  }

  /** What came of a call, or of the guest. */
  async run(code: string, input?: unknown, more?: Partial<VmCall>): Promise<string> {
    const before = this.outcomes.length;
    this.start(code, input, more);
    await this.until(() => this.outcomes.length > before || this.exits.length > 0);
    return endOf(this.outcomes[before], this.exits[0]);
  }

  async ping(nonce: string): Promise<void> {
    this.vm.ping(nonce);
    await this.until(() => this.pongs.includes(nonce));
  }

  async close(): Promise<VmExit | undefined> {
    this.vm.kill();
    await this.until(() => this.exits.length > 0);
    return this.exits[0];
  }

  onPrinted(text: string): void {
    this.printed.push(text);
    this.#heard();
  }

  onHostCall(id: number, name: string, input: string): void {
    this.asked.push({ id, name, input });
    this.#heard();
  }

  onOutcome(outcome: VmOutcome): void {
    this.outcomes.push(outcome);
    this.#heard();
  }

  onPong(nonce: string): void {
    this.pongs.push(nonce);
    this.#heard();
  }

  onViolated(because: string): void {
    this.violations.push(because);
    this.#heard();
  }

  onExited(exit: VmExit): void {
    this.exits.push(exit);
    this.#heard();
  }

  #heard(): void {
    const ready = this.#waiting.filter(({ isSo }) => isSo());
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { go } of ready) go();
  }
}

export function endOf(outcome: VmOutcome | undefined, exit: VmExit | undefined): string {
  if (outcome === undefined) return `exit ${exit?.because}`;
  if (outcome.ok) return `returned ${outcome.output}`;
  return `${outcome.fault} ${outcome.message}`.trimEnd();
}
