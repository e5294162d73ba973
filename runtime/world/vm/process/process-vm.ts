import { readFile } from 'node:fs/promises';
import type { Vm, VmCall, VmEvents, VmEvidence, VmUsage } from '../../../../actors/vm-drivers.ts';
import type { JailedGuest } from './jailed-guest.ts';

/** Linux says so of every machine it runs on, to programs. */
const MS_PER_TICK = 10;

/** Of a process with all its threads; memory is what is its own, not of files that it shares. */
export async function usageOf(pid: number): Promise<VmUsage> {
  const [stat, status] = await Promise.all(
    ['stat', 'status'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')),
  );
  const fields = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
  const anonymousKiB = /^RssAnon:\s*(\d+) kB$/m.exec(status ?? '')?.[1];
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
    memoryBytes: Number(anonymousKiB ?? 0) * 1024,
  };
}

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
    this.#guest.jailed.kill();
  }
}
