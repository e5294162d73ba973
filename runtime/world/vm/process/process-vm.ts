import type { Vm, VmCall, VmEvents, VmEvidence, VmUsage } from '../../../../actors/vm-drivers.ts';
import { usageOf } from '../process-facts.ts';
import type { JailedGuest } from './jailed-guest.ts';

/** Node, in a jail, with our agent. Nobody hears of it before it is opened. */
export class ProcessVm implements Vm {
  readonly evidence: VmEvidence;
  readonly #guest: JailedGuest;
  #usage: VmUsage = { cpuMs: 0, memoryBytes: 0 };

  constructor(guest: JailedGuest, evidence: VmEvidence, events: VmEvents) {
    this.#guest = guest;
    this.evidence = evidence;
    guest.hear(events);
  }

  call(call: VmCall): void {
    this.#guest.line.call(call);
  }

  answer(id: number, answer: { readonly output: string } | { readonly refused: string }): void {
    this.#guest.line.answer(id, answer);
  }

  ping(nonce: string): void {
    this.#guest.line.ping(nonce);
  }

  /** What it last had, once it is gone. */
  async usage(): Promise<VmUsage> {
    const pid = this.#guest.jailed.programPid;
    if (pid === undefined) return this.#usage;
    try {
      this.#usage = await usageOf(pid);
    } catch {
      // It ended meanwhile.
    }
    return this.#usage;
  }

  kill(): void {
    this.#guest.line.close();
    this.#guest.jailed.kill();
  }
}
