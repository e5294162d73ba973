import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  Vm,
  VmCall,
  VmEvents,
  VmEvidence,
  VmExit,
  VmUsage,
} from '../../../../actors/vm-drivers.ts';
import { GuestLine } from '../guest-line.ts';
import { usageOf } from '../process-facts.ts';
import { Machine, type Start } from './machine.ts';

const SEED_BYTES = 48;
const POLL_MS = 2;
/** Exit codes of an agent that V8 ended for want of room (SIGABRT), or its kernel (SIGKILL). */
const STARVED = new Set([134, 137]);

/** A guest in a machine that was restored, and has a clock and chance of its own. */
export class MicroVm implements Vm {
  #evidence: VmEvidence | undefined;
  readonly #machine: Machine;
  readonly #line: GuestLine;
  readonly #ready: Promise<void>;
  #isKilled = false;
  #isStarved = false;
  readonly #memoryBytesMax: number;
  #cpuMsBefore = 0;

  constructor(start: Start, memoryBytesMax: number, events: VmEvents) {
    this.#memoryBytesMax = memoryBytesMax;
    this.#machine = new Machine(start);
    let becomeReady = (): void => {};
    this.#ready = new Promise((resolve) => {
      becomeReady = resolve;
    });
    this.#line = new GuestLine((frame) => this.#machine.line.write(frame), {
      onReady: () => becomeReady(),
      onPrinted: (text) => events.onPrinted(text),
      onHostCall: (id, name, input) => events.onHostCall(id, name, input),
      onOutcome: (outcome) => events.onOutcome(outcome),
      onPong: (nonce) => events.onPong(nonce),
      onViolated: (because) => events.onViolated(because),
    });
    this.#machine.line.on('data', (bytes: Buffer) => this.#line.receive(bytes));
  }

  get machine(): Machine {
    return this.#machine;
  }

  get evidence(): VmEvidence {
    if (this.#evidence === undefined) throw new Error('it is not there yet');
    return this.#evidence;
  }

  /** Once the snapshot is read; then it takes no time of the processor until it is woken. */
  async restored(signal: AbortSignal): Promise<void> {
    await this.#machine.unlessEnded(this.#isPaused(signal), signal);
  }

  /**
   * It is there only when it has taken its seed and the time: no byte of a guest is sent before.
   * @throws {Error} in plain words, if it does not come so far.
   */
  async wake(signal: AbortSignal): Promise<void> {
    await this.#machine.unlessEnded(this.#machine.qmp.run('cont'), signal);
    this.#line.seed(randomBytes(SEED_BYTES).toString('hex'), Date.now());
    await this.#machine.unlessEnded(this.#ready, signal);
  }

  /** From here on its end is told. */
  async begin(evidence: VmEvidence, events: VmEvents): Promise<void> {
    this.#evidence = evidence;
    this.#cpuMsBefore = (await this.#used()).cpuMs;
    void this.#machine.ended.then((status) => {
      this.#line.close();
      events.onExited(this.#exit(status));
    });
  }

  /** What its memory does not take is not sent: it would take the serial line minutes. */
  call(call: VmCall): void {
    if (call.code.length + call.input.length <= this.#memoryBytesMax) this.#line.call(call);
    else {
      this.#isStarved = true;
      this.#machine.kill();
    }
  }

  answer(id: number, answer: { readonly output: string } | { readonly refused: string }): void {
    this.#line.answer(id, answer);
  }

  ping(nonce: string): void {
    this.#line.ping(nonce);
  }

  async usage(): Promise<VmUsage> {
    const { cpuMs, memoryBytes } = await this.#used();
    return { cpuMs: cpuMs - this.#cpuMsBefore, memoryBytes };
  }

  kill(): void {
    this.#isKilled = true;
    this.#line.close();
    this.#machine.kill();
  }

  async #isPaused(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { status } = Object(await this.#machine.qmp.run('query-status'));
      if (status === 'paused') return;
      if (status !== 'inmigrate') throw new Error(`QEMU is ${status}, not restored`);
      await delay(POLL_MS);
    }
  }

  /** Of QEMU: the guest's processor is a thread of it. Nothing once it is gone. */
  async #used(): Promise<VmUsage> {
    try {
      return await usageOf(await this.#machine.pid);
    } catch {
      return { cpuMs: this.#cpuMsBefore, memoryBytes: 0 };
    }
  }

  #exit(status: string): VmExit {
    const { agentExit, complaint } = this.#machine;
    if (this.#isStarved) return { because: 'memory', status: 'what it was given is too large' };
    if (this.#isKilled) return { because: 'killed', status };
    const said = agentExit === undefined ? '' : `its agent ended with ${agentExit}, `;
    return {
      because: agentExit !== undefined && STARVED.has(agentExit) ? 'memory' : 'crashed',
      status: `${said}QEMU with ${status}${complaint === '' ? '' : `: ${complaint}`}`,
    };
  }
}
