import type {
  Vm,
  VmCall,
  VmDriver,
  VmDrivers,
  VmEvents,
  VmEvidence,
  VmExit,
  VmUnavailable,
  VmUsage,
} from '../../actors/vm-drivers.ts';
import type { RandomStream } from '../../actors/world.ts';
import { type Isolation, isolations } from '../../machines/isolation.ts';
import type { Clock } from '../../storage/ports.ts';
import type { Fault } from './scenario.ts';

/** What may be wrong with a level, for a while. */
export type VmTrouble = 'absent' | 'barren' | 'hanging' | 'slow' | 'lying';

/** A fault of what keeps guests in, and none of a guest. */
export type VmFaultOfHost = Extract<Fault, { readonly kind: `vm.${string}` }>;

const troubles = {
  'vm.absent': 'absent',
  'vm.barren': 'barren',
  'vm.hang': 'hanging',
  'vm.slow': 'slow',
  'vm.lie': 'lying',
} as const satisfies Record<string, VmTrouble>;

interface Lasting {
  readonly trouble: VmTrouble;
  readonly untilMs: number;
  readonly latencyMs: number;
}

const CREATE_MS: Readonly<Record<Isolation, number>> = { isolate: 80, process: 110, microvm: 250 };
const KILL_MS = 5;
const ANSWER_MS = 2;
const POLL_MS = 20;
const CORES = 2;
const MIB = 1_048_576;

/** What keeps guests in on one simulated machine, and what is wrong with it. */
export class SimVms {
  readonly #clock: Clock;
  readonly #troubles: Readonly<Record<Isolation, Lasting[]>> = {
    isolate: [],
    process: [],
    microvm: [],
  };
  readonly #guests = new Set<SimVm>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Of a new process; what an earlier one had is gone with it. */
  drivers(clock: Clock, random: RandomStream): VmDrivers {
    this.#guests.clear();
    const driver = (isolation: Isolation) => new SimVmDriver(isolation, this, clock, random);
    return {
      isolate: driver('isolate'),
      process: driver('process'),
      microvm: driver('microvm'),
      startsMax: CORES,
    };
  }

  /** It lasts no longer than `cut` lets it. */
  hit(fault: VmFaultOfHost, cut: (forMs: number) => number): void {
    if (fault.kind === 'vm.die') return this.kill(fault.isolation);
    const latencyMs = fault.kind === 'vm.slow' ? fault.latencyMs : 0;
    this.begin(fault.isolation, troubles[fault.kind], cut(fault.forMs), latencyMs);
  }

  begin(isolation: Isolation, trouble: VmTrouble, forMs: number, latencyMs = 0): void {
    const untilMs = this.#clock.monotonicMs() + forMs;
    this.#troubles[isolation].push({ trouble, untilMs, latencyMs });
  }

  /** All guests of that level end at once, as if their host had been short of memory. */
  kill(isolation: Isolation): void {
    for (const guest of this.#guests) {
      if (guest.evidence.isolation === isolation)
        guest.exit({ because: 'crashed', status: 'SIGKILL' });
    }
  }

  /** All guests of that level are there, and answer nothing any more. */
  mute(isolation: Isolation): void {
    for (const guest of this.#guests) if (guest.evidence.isolation === isolation) guest.mute();
  }

  heal(): void {
    for (const isolation of isolations) this.#troubles[isolation].length = 0;
  }

  /** Undefined if it is not so now; else how much longer everything takes. */
  latencyOf(isolation: Isolation, trouble: VmTrouble): number | undefined {
    const nowMs = this.#clock.monotonicMs();
    const isNow = (each: Lasting): boolean => each.trouble === trouble && nowMs < each.untilMs;
    return this.#troubles[isolation].findLast(isNow)?.latencyMs;
  }

  /** Guests take the whole processor: nothing else gets on. */
  get isStarved(): boolean {
    let spinning = 0;
    for (const guest of this.#guests) if (guest.isSpinning) spinning += 1;
    return spinning >= CORES;
  }

  lives(guest: SimVm): void {
    this.#guests.add(guest);
  }

  left(guest: SimVm): void {
    this.#guests.delete(guest);
  }
}

class SimVmDriver implements VmDriver {
  readonly isolation: Isolation;
  readonly #vms: SimVms;
  readonly #clock: Clock;
  readonly #random: RandomStream;

  constructor(isolation: Isolation, vms: SimVms, clock: Clock, random: RandomStream) {
    this.isolation = isolation;
    this.#vms = vms;
    this.#clock = clock;
    this.#random = random;
  }

  async probe(signal: AbortSignal): Promise<VmEvidence | VmUnavailable> {
    return (await this.#wait(signal)) ?? this.#evidence();
  }

  async create(_: unknown, events: VmEvents, signal: AbortSignal): Promise<Vm | VmUnavailable> {
    const unavailable = await this.#wait(signal);
    if (unavailable !== undefined) return unavailable;
    const isBarren = this.#vms.latencyOf(this.isolation, 'barren') !== undefined;
    if (isBarren) return { unavailable: `${this.isolation} makes no guest`, fix: 'wait' };
    const guest = new SimVm(this.#evidence(), events, this.#clock, this.#vms);
    this.#vms.lives(guest);
    return guest;
  }

  async #wait(signal: AbortSignal): Promise<VmUnavailable | undefined> {
    const { isolation } = this;
    const slowMs = this.#vms.latencyOf(isolation, 'slow') ?? 0;
    const usualMs = CREATE_MS[isolation] * (0.5 + this.#random.draw());
    let leftMs = usualMs + slowMs;
    // In steps, for a signal has no place in the order of a virtual clock.
    while (leftMs > 0 || this.#vms.latencyOf(isolation, 'hanging') !== undefined) {
      await new Promise<void>((resolve) => this.#clock.after(POLL_MS, resolve));
      if (signal.aborted) return { unavailable: 'it was given up' };
      if (!this.#vms.isStarved) leftMs -= POLL_MS;
    }
    const isAbsent = this.#vms.latencyOf(isolation, 'absent') !== undefined;
    return isAbsent ? { unavailable: `${isolation} is absent`, fix: 'wait' } : undefined;
  }

  #evidence(): VmEvidence {
    const isLying = this.#vms.latencyOf(this.isolation, 'lying') !== undefined;
    const other = this.isolation === 'isolate' ? 'process' : 'isolate';
    const isolation = isLying ? other : this.isolation;
    return { isolation, engine: 'simulated', digests: {}, found: {} };
  }
}

/**
 * A guest that runs no code. It does what the first word of its code says: `loop`, `spin` (with all
 * of its CPU), `exhaust`, `crash`, `flood`, `throw`, `swell`, `violate`, `linger` (answers, and
 * then nothing more), `haunt` (answers, and spins on), `chatter` and `mutter` (answer, and then a
 * ping that there was not, or print), `print TEXT`, `ask NAME`; for any other it returns its input.
 */
export class SimVm implements Vm {
  readonly evidence: VmEvidence;
  readonly #events: VmEvents;
  readonly #clock: Clock;
  readonly #vms: Pick<SimVms, 'isStarved' | 'left'>;
  #isOver = false;
  #isStuck = false;
  #spinsSinceMs: number | undefined;
  #cpuMs = 0;

  constructor(
    evidence: VmEvidence,
    events: VmEvents,
    clock: Clock,
    vms: Pick<SimVms, 'isStarved' | 'left'>,
  ) {
    this.evidence = evidence;
    this.#events = events;
    this.#clock = clock;
    this.#vms = vms;
  }

  /** With all that one core can do. */
  get isSpinning(): boolean {
    return this.#spinsSinceMs !== undefined && !this.#isOver;
  }

  call({ code, input }: VmCall): void {
    const [word = '', ...rest] = code.split(' ');
    const text = rest.join(' ');
    const act: Record<string, () => void> = {
      loop: () => this.mute(),
      spin: () => {
        this.mute();
        this.#spin();
      },
      exhaust: () => this.exit({ because: 'memory', status: 'out of memory' }),
      crash: () => this.exit({ because: 'crashed', status: 'SIGSEGV' }),
      flood: () => this.#flood(),
      throw: () =>
        this.#events.onOutcome({ ok: false, fault: 'VM_ERROR', message: 'Error: thrown' }),
      swell: () => this.#events.onOutcome({ ok: false, fault: 'VM_RESULT', message: '' }),
      violate: () => this.#events.onViolated('a frame of an unknown kind'),
      linger: () => {
        this.mute();
        this.#return(input);
      },
      haunt: () => {
        this.#spin();
        this.#return(input);
      },
      chatter: () => {
        this.#return(input);
        this.#soon(() => this.#events.onPong('none'));
      },
      mutter: () => {
        this.#return(input);
        this.#soon(() => this.#events.onPrinted('late'));
      },
      print: () => {
        this.#events.onPrinted(text);
        this.#return(input);
      },
      ask: () => this.#events.onHostCall(1, text, input),
    };
    this.#soon(() => (act[word] ?? (() => this.#return(input)))());
  }

  answer(_: number, answer: Parameters<Vm['answer']>[1]): void {
    if ('output' in answer) this.#soon(() => this.#return(answer.output));
    else {
      const message = `Error: ${answer.refused}`;
      this.#soon(() => this.#events.onOutcome({ ok: false, fault: 'VM_ERROR', message }));
    }
  }

  ping(nonce: string): void {
    this.#soon(() => {
      if (this.#isStuck) return;
      if (this.#vms.isStarved) this.#clock.after(POLL_MS, () => this.ping(nonce));
      else this.#events.onPong(nonce);
    });
  }

  async usage(): Promise<VmUsage> {
    const since = this.#spinsSinceMs;
    const spunMs = since === undefined ? 0 : this.#clock.monotonicMs() - since;
    return { cpuMs: this.#cpuMs + spunMs, memoryBytes: MIB };
  }

  kill(): void {
    this.#clock.after(KILL_MS, () => this.exit({ because: 'killed', status: 'SIGKILL' }));
  }

  exit(exit: VmExit): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#vms.left(this);
    this.#events.onExited(exit);
  }

  mute(): void {
    this.#isStuck = true;
  }

  #spin(): void {
    this.#spinsSinceMs = this.#clock.monotonicMs();
  }

  #flood(): void {
    if (this.#isOver) return;
    this.#events.onPrinted('y'.repeat(65_536));
    this.#soon(() => this.#flood());
  }

  #return(output: string): void {
    this.#cpuMs += 1;
    this.#events.onOutcome({ ok: true, output });
  }

  #soon(task: () => void): void {
    this.#clock.after(ANSWER_MS, () => {
      if (!this.#isOver) task();
    });
  }
}
