import { type VmDeadlines, type VmDeath, type VmEvent, vmMachine } from '../machines/vm.machine.ts';
import type { Cancel } from '../storage/ports.ts';
import type { GuestTime, Mark } from './guest-time.ts';
import { IdleWatch } from './idle-watch.ts';
import { jsonWeight } from './json-weight.ts';
import { utf8Bytes } from './peer/wire/utf8.ts';
import type {
  Vm,
  VmDriver,
  VmEvents,
  VmEvidence,
  VmExit,
  VmFault,
  VmOutcome,
  VmSpec,
  VmUnavailable,
  VmUsage,
} from './vm-drivers.ts';
import type { Chart, Kernel } from './world.ts';

/** What one call may take. Bytes are UTF-8. */
export interface VmLimits {
  readonly timeoutMs: number;
  readonly cpuMs: number;
  /** Of all that it prints. */
  readonly outputBytesMax: number;
  /** Of what it returns, and of what the host answers it, as JSON. */
  readonly resultBytesMax: number;
  readonly hostCallsMax: number;
  /** Of all that it asks the host, and is answered, by weight. */
  readonly hostBytesMax: number;
}

export interface VmWork {
  readonly code: string;
  /** As JSON. */
  readonly input: string;
  readonly limits: VmLimits;
  /** May not throw. */
  onPrinted(text: string): void;
  /** JSON for JSON; what it rejects with, the guest is told as a message. */
  onHostCall(name: string, input: string): Promise<string>;
  /** Once. May not throw. */
  onOver(outcome: VmOutcome): void;
}

export interface VmTools {
  readonly kernel: Kernel;
  readonly driver: VmDriver;
  readonly deadlines: VmDeadlines;
  readonly guestTime: GuestTime;
  /** What is wrong with what was found in force, if anything is. */
  doubtOf(evidence: VmEvidence): string | undefined;
  /** Once. `detail` is in the words of whoever saw it, for whoever operates it. */
  onDied(vm: VmActor, because: VmDeath, detail: string): void;
}

const CPU_POLL_MS = 100;
const DETAIL_CHARACTERS_MAX = 200;
const ENDING = 'the guest was ended';

const deathOf: Readonly<Record<VmExit['because'], VmDeath>> = {
  killed: 'VM_CRASHED',
  memory: 'VM_MEMORY',
  cpu: 'VM_CPU',
  crashed: 'VM_CRASHED',
};

/** What a call comes to if its guest dies of that; what it cannot die of meanwhile is a crash. */
function faultOf(death: VmDeath): VmFault {
  if (death === 'closed') return 'VM_CANCELLED';
  return death === 'unavailable' || death === 'lost' || death === 'silent' ? 'VM_CRASHED' : death;
}

/** One call, while it runs. */
interface Running {
  readonly work: VmWork;
  readonly sinceMs: number;
  readonly cpuBeforeMs: number;
  /** So far as it was measured. */
  tookMs: number;
  printedBytes: number;
  hostCalls: number;
  hostBytes: number;
  cancelPoll: Cancel;
}

/**
 * One guest and the limits of its calls, whatever keeps it in. What it says is not to be believed:
 * it is measured here, and by its driver, and never by itself.
 */
export class VmActor implements VmEvents {
  readonly #tools: VmTools;
  readonly #chart: Chart<typeof vmMachine>;
  readonly #creation = new AbortController();
  #vm: Vm | undefined;
  #running: Running | undefined;
  #cpuMs = 0;
  /** What it took since then of the processor was not measured; undefined while it runs nothing. */
  #unmeasuredSinceMs: number | undefined;
  /** When it was asked for what it has to do in time. */
  #asked: Mark;
  #isKilled = false;
  #isStarved = false;
  #pings = 0;
  /** Of the ping that is not answered yet. */
  #nonce: string | undefined;
  /** Since its last call. */
  #idle: IdleWatch | undefined;
  #onReady: ((unavailable: VmUnavailable | undefined) => void) | undefined;
  #unavailable: VmUnavailable = { unavailable: 'it was not there in time' };
  #detail = '';
  readonly #waiting: (() => void)[] = [];

  constructor(id: string, tools: VmTools) {
    this.#tools = tools;
    this.#asked = tools.guestTime.mark();
    this.#chart = tools.kernel.startChart(vmMachine, {
      id: `vm:${id}`,
      input: tools.deadlines,
      onMoved: (snapshot) => {
        if (snapshot.hasTag('ending') && !this.#creation.signal.aborted) this.#end();
        if (snapshot.hasTag('idle') && this.isUsed) this.#idle ??= this.#watch();
        if (!snapshot.hasTag('busy')) this.#settle();
      },
      onEmitted: ({ because }) => this.#die(because),
    });
  }

  /** Undefined until it is there. */
  get evidence(): VmEvidence | undefined {
    return this.#vm?.evidence;
  }

  get isWarm(): boolean {
    return this.#chart.snapshot.hasTag('idle');
  }

  get isOver(): boolean {
    return this.#chart.snapshot.hasTag('ending') || this.#chart.snapshot.hasTag('dead');
  }

  /** Whether anything that is not trusted ran in it. */
  get isUsed(): boolean {
    return this.calls > 0;
  }

  /** That were begun. */
  get calls(): number {
    return this.#chart.snapshot.context.calls;
  }

  /** What it dies of, or died of. */
  get death(): VmDeath | null {
    return this.#chart.snapshot.context.because;
  }

  /** It was too late with something while others took the time that it needs. */
  get isStarved(): boolean {
    return this.#isStarved;
  }

  /** Resolves once it is there, or with why it cannot be had. Only for once. */
  provision(spec: VmSpec): Promise<VmUnavailable | undefined> {
    return new Promise((resolve) => {
      this.#onReady = resolve;
      const { driver } = this.#tools;
      driver.create(spec, this, this.#creation.signal).then(
        (created) => this.#created(created),
        (error: unknown) => this.#created({ unavailable: `the driver failed: ${String(error)}` }),
      );
    });
  }

  /** Resolves once it may be called, or has ended: of what it took while nothing ran, too. */
  async settled(): Promise<void> {
    if (this.#chart.snapshot.hasTag('busy')) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    await this.#idle?.lookAgain();
  }

  #settle(): void {
    this.#countUnmeasured();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Only while it is warm. */
  call(work: VmWork): void {
    const { clock } = this.#tools.kernel;
    const { timeoutMs, cpuMs, resultBytesMax } = work.limits;
    const nowMs = clock.monotonicMs();
    this.#leaveIdle();
    this.#unmeasuredSinceMs = nowMs;
    this.#running = {
      ...{ work, sinceMs: nowMs, cpuBeforeMs: this.#cpuMs, tookMs: 0 },
      ...{ printedBytes: 0, hostCalls: 0, hostBytes: 0, cancelPoll: this.#pollIn(cpuMs) },
    };
    this.#send({ type: 'vm.called', timeoutMs });
    this.#vm?.call({ code: work.code, input: work.input, resultBytesMax });
  }

  /** Whether its agent still answers; if not, it dies. Only while it is warm. */
  check(): void {
    this.#asked = this.#tools.guestTime.mark();
    this.#send({ type: 'vm.pinged' });
    this.#ping();
  }

  kill(because: VmDeath): void {
    if (this.isOver) return;
    this.#isKilled = true;
    this.#send({ type: 'vm.kill', because });
  }

  #send(event: VmEvent): void {
    if (!this.#chart.snapshot.hasTag('dead')) this.#chart.send(event);
  }

  /** What was seen first says most. */
  #note(detail: string): void {
    if (this.#detail === '') this.#detail = detail.slice(0, DETAIL_CHARACTERS_MAX);
  }

  // --- its making and its end ---------------------------------------------------------------

  #created(created: Vm | VmUnavailable): void {
    if ('unavailable' in created) {
      if (!this.isOver) this.#unavailable = created;
      this.#note(this.#unavailable.unavailable);
      return this.#send({ type: 'vm.exited', because: 'unavailable' });
    }
    this.#vm = created;
    if (this.isOver) return created.kill();
    const doubt = this.#tools.doubtOf(created.evidence);
    if (doubt !== undefined) {
      this.#unavailable = { unavailable: doubt };
      this.#note(doubt);
      return this.kill('unavailable');
    }
    this.#send({ type: 'vm.created' });
    this.#onReady?.(undefined);
    this.#onReady = undefined;
  }

  #end(): void {
    // By a deadline, unless it was killed.
    this.#isStarved = !this.#isKilled && this.#tools.guestTime.isMuchSince(this.#asked);
    this.#creation.abort(new Error(ENDING));
    this.#vm?.kill();
  }

  #die(because: VmDeath): void {
    this.#leaveIdle();
    this.#onReady?.(this.#unavailable);
    this.#onReady = undefined;
    this.#over({ ok: false, fault: faultOf(because), message: because });
    this.#tools.onDied(this, because, this.#detail);
  }

  onExited({ because, status }: VmExit): void {
    this.#note(status);
    const death = this.isUsed ? deathOf[because] : 'lost';
    this.#send({ type: 'vm.exited', because: death });
  }

  // --- a call -------------------------------------------------------------------------------

  onPrinted(text: string): void {
    const running = this.#running;
    if (running === undefined) return this.onViolated('it prints, and nothing runs');
    // Nothing, printed without end, takes time as well.
    running.printedBytes += Math.max(1, utf8Bytes(text));
    if (running.printedBytes > running.work.limits.outputBytesMax) this.kill('VM_OUTPUT');
    else running.work.onPrinted(text);
  }

  onHostCall(id: number, name: string, input: string): void {
    const running = this.#running;
    if (running === undefined) return this.onViolated('it asks, and nothing runs');
    running.hostCalls += 1;
    if (running.hostCalls > running.work.limits.hostCallsMax) return this.kill('VM_OUTPUT');
    if (!this.#weigh(running, input)) return;
    running.work.onHostCall(name, input).then(
      (output) => this.#answer(running, id, { output }),
      (error: unknown) => {
        const refused = error instanceof Error ? error.message : 'the host refused';
        this.#answer(running, id, { refused });
      },
    );
  }

  #answer(running: Running, id: number, answer: Parameters<Vm['answer']>[1]): void {
    if (running !== this.#running || this.isOver) return;
    if ('refused' in answer || this.#weigh(running, answer.output)) this.#vm?.answer(id, answer);
  }

  #weigh(running: Running, json: string): boolean {
    running.hostBytes += jsonWeight(json);
    if (running.hostBytes <= running.work.limits.hostBytesMax) return true;
    this.kill('VM_OUTPUT');
    return false;
  }

  onOutcome(outcome: VmOutcome): void {
    if (this.#running === undefined) return this.onViolated('it answers, and nothing runs');
    if (this.isOver) return;
    if (!outcome.ok && outcome.fault !== 'VM_ERROR' && outcome.fault !== 'VM_RESULT') {
      this.#over(outcome);
      return this.kill(outcome.fault);
    }
    this.#send({ type: 'vm.answered' });
    this.#ping();
    this.#over(outcome);
  }

  #over(outcome: VmOutcome): void {
    const running = this.#running;
    this.#running = undefined;
    running?.cancelPoll();
    running?.work.onOver(outcome);
  }

  onViolated(because: string): void {
    if (this.isOver) return;
    this.#note(because);
    this.kill(this.isUsed ? 'VM_PROTOCOL' : 'lost');
  }

  // --- its health, and what it takes --------------------------------------------------------

  #ping(): void {
    this.#pings += 1;
    this.#nonce = String(this.#pings);
    this.#vm?.ping(this.#nonce);
  }

  onPong(nonce: string): void {
    if (nonce !== this.#nonce) return this.onViolated('it answers a ping that it was not sent');
    this.#nonce = undefined;
    this.#send({ type: 'vm.ponged' });
  }

  #watch(): IdleWatch {
    const { kernel, guestTime } = this.#tools;
    return new IdleWatch({
      clock: kernel.clock,
      usedMs: async () => {
        const used = await this.#vm?.usage();
        this.#cpuMs = Math.max(this.#cpuMs, used?.cpuMs ?? 0);
        return this.#cpuMs;
      },
      onTook: (tookMs) => guestTime.add(tookMs),
      onExceeded: (detail) => {
        this.#note(detail);
        this.kill('VM_CPU');
      },
    });
  }

  #leaveIdle(): void {
    this.#idle?.stop();
    this.#idle = undefined;
  }

  #countUnmeasured(): void {
    const sinceMs = this.#unmeasuredSinceMs;
    if (sinceMs === undefined) return;
    this.#unmeasuredSinceMs = undefined;
    this.#tools.guestTime.add(this.#tools.kernel.clock.monotonicMs() - sinceMs);
  }

  #pollIn(leftMs: number): Cancel {
    const delayMs = Math.min(leftMs, CPU_POLL_MS);
    return this.#tools.kernel.clock.after(delayMs, () => {
      const running = this.#running;
      if (running === undefined) return;
      this.#vm?.usage().then(
        (usage) => this.#judge(running, usage),
        // It is on its way out, which is heard of otherwise; its wall clock goes on.
        () => {},
      );
    });
  }

  /** What it took before this call is not known exactly: no more counts than has passed since. */
  #judge(running: Running, { cpuMs }: VmUsage): void {
    this.#cpuMs = Math.max(this.#cpuMs, cpuMs);
    if (running !== this.#running) return;
    const nowMs = this.#tools.kernel.clock.monotonicMs();
    const foundMs = Math.min(nowMs - running.sinceMs, cpuMs - running.cpuBeforeMs);
    const tookMs = Math.max(running.tookMs, foundMs);
    this.#tools.guestTime.add(tookMs - running.tookMs);
    running.tookMs = tookMs;
    this.#unmeasuredSinceMs = nowMs;
    const leftMs = running.work.limits.cpuMs - tookMs;
    if (leftMs <= 0) this.kill('VM_CPU');
    else running.cancelPoll = this.#pollIn(Math.max(1, leftMs));
  }
}
