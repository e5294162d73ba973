import type { Owner } from '../../actors/world.ts';
import { readOptions } from '../options/read.ts';
import { runOptions } from '../options/scenario.ts';
import { containment, hearRejections } from '../world/containment.ts';
import { hearOutsideCalls, type OutsideCall } from '../world/outside-calls.ts';
import { Checks, said } from './checks.ts';
import { Standstill, VirtualClock } from './clock.ts';
import { type Coverage, CoverageNotes } from './coverage.ts';
import { FaultyClock } from './faulty-clock.ts';
import { FaultyDisk, type Mishap } from './faulty-disk.ts';
import { lastMoves } from './last-moves.ts';
import type { Boot } from './neighbour.ts';
import { SeededRandom } from './random.ts';
import {
  type Fault,
  type Invariant,
  needsNeighbours,
  type Scenario,
  type Violation,
} from './scenario.ts';
import { Sites } from './sites.ts';
import { type Machine, Process, type Stage } from './stage.ts';
import { type FaultAround, Surroundings } from './surroundings.ts';
import { Trace, type TraceLine } from './trace.ts';
import { SimVms, type VmFaultOfHost } from './vm-drivers.ts';

/** A run: what goes wrong in it, what runs in it, and what must hold. */
export interface Simulation<State> extends Pick<Scenario, 'seed' | 'horizonMs' | 'sites'> {
  readonly faults?: readonly Fault[];
  /**
   * Called at the start of each process: of the first, and of those after a crash, which find the
   * same disk. If it fails, the process ends, and another is started a second later.
   */
  start(at: Stage): Promise<State> | State;
  /**
   * Machines beside it, by their addresses: each with a disk of its own, its processes started as
   * those of the first are. They and the first, 10.0.0.1, have a network between them. Faults of
   * disks, clocks and `process.` are those of the first machine alone.
   */
  readonly machines?: Readonly<Record<string, Boot>>;
  /**
   * Begun once a process has started. What it throws violates the invariant `workload`. What nobody
   * can catch, as a throw in a timer or a rejection that nobody awaits, violates `uncaught`, and
   * ends the process. If it waits when nothing is left that could happen, that violates `stalled`;
   * if it waits for later than the run ends, it is cut off, as one that goes on for ever is.
   */
  workload?(at: Stage, state: State): Promise<void> | void;
  readonly invariants?: readonly Invariant<State>[];
}

export interface SimulationResult {
  readonly trace: readonly TraceLine[];
  /** SHA-256 of the trace as NDJSON, in hex. */
  readonly traceHash: string;
  /** The first of each invariant, in order. */
  readonly violations: readonly Violation[];
  readonly coverage: Coverage;
  /**
   * Where its code, packages aside, called clock or chance of the process, or waited in real time,
   * each place once: `Date.now at /shop/orders.ts:12:5`. A wait violates `outside`, too, as does
   * `process.exit`, which ends the simulated process alone.
   */
  readonly outsideCalls: readonly string[];
}

const mishaps = {
  'disk.torn': 'torn',
  'disk.failAtWrite': 'fails',
  'process.crashAtWrite': 'before',
} as const satisfies Partial<Record<Fault['kind'], Mishap>>;

/** A fault that waits for its write. */
type AtWrite = Extract<Fault, { readonly kind: keyof typeof mishaps }>;

const isAtWrite = (fault: Fault): fault is AtWrite => fault.kind in mishaps;
const isAround = (fault: Fault): fault is FaultAround => needsNeighbours(fault.kind);

const isOfSandboxes = (fault: Fault): fault is VmFaultOfHost => fault.kind.startsWith('vm.');

const STALLED =
  'the workload waits for what nothing in its world can bring, as a promise of the process';

const USE_WORLD = 'use the clock and the files of at.world';

const RESTART_MS = 1_000;
/** How long after the faults a process must be up, whatever the invariants. */
const START_MS = 60_000;

/**
 * Runs on virtual time: same options, same trace. All that is simulated must take clock, randomness
 * and disk from `world`, or nothing of that holds.
 * @throws {TypeError | RangeError} naming field, value and range of what no run can be; and
 * TypeError if an invariant says something else than what is wrong, as a promise.
 */
export async function simulate<State>(options: Simulation<State>): Promise<SimulationResult> {
  readOptions(runOptions, 'simulate', options);
  const run = new Run(options);
  return await hearOutsideCalls(
    () => hearRejections(() => containment.run(run, () => run.go())),
    (call) => run.onOutsideCall(call),
  );
}

/** It owns what no process of it does, as what invariants do. */
class Run<State> implements Owner {
  readonly #options: Simulation<State>;
  readonly #clock = new VirtualClock();
  readonly #trace: Trace;
  readonly #machine: Machine;
  readonly #surroundings: Surroundings | undefined;
  readonly #checks: Checks<State>;
  readonly #faults: readonly Fault[];
  readonly #mishaps = new Map<number, AtWrite>();
  #process: Process | undefined;
  #state: { readonly state: State } | undefined;
  #incarnation = 0;
  #why = 'start has not ended: it waits for what nothing in its world has brought';
  #isHealed = false;
  /** The process whose workload has not ended. */
  #working: Process | undefined;
  readonly #outsideCalls = new Set<string>();

  constructor(options: Simulation<State>) {
    const { seed, faults = [], invariants = [], horizonMs, sites = 'drawn' } = options;
    const nowMs = (): number => this.#clock.monotonicMs();
    const random = new SeededRandom(seed);
    this.#options = options;
    this.#faults = faults;
    this.#trace = new Trace(nowMs);
    const alone: Machine = {
      clock: new FaultyClock(this.#clock),
      disk: new FaultyDisk({
        nowMs,
        random: (name) => random.stream(name),
        onMishap: (nth) => this.#mishap(nth),
      }),
      vms: new SimVms(this.#clock),
      random,
      sites: new Sites(random, faults, sites === 'drawn', (fault) => this.#tellFault(fault)),
      coverage: new CoverageNotes(),
      trace: this.#trace,
      horizonMs,
      nowMs,
    };
    this.#surroundings = this.#around(alone);
    this.#machine = this.#surroundings?.own ?? alone;
    this.#checks = new Checks(invariants, nowMs, ({ invariant, detail }) =>
      this.#trace.add(this.#incarnation, { kind: 'violation', invariant, detail }),
    );
  }

  #around(machine: Machine): Surroundings | undefined {
    const { machines } = this.#options;
    if (machines === undefined) return undefined;
    return new Surroundings(machine, machines, {
      clock: this.#clock,
      onUncaught: (error) => this.uncaught(error),
      crash: (downMs, why) => this.#crash(downMs, why),
    });
  }

  async go(): Promise<SimulationResult> {
    for (const fault of this.#faults) this.#plan(fault);
    this.#boot();
    this.#surroundings?.boot();
    try {
      await this.#advanceTo(this.#options.horizonMs);
      this.#heal();
      await this.#eventually();
    } catch (error) {
      if (!(error instanceof Standstill)) throw error;
      this.#standStill(error);
    }
    if (this.#process !== undefined) this.#end(this.#process);
    this.#surroundings?.end();
    const trace = this.#trace;
    let lines: readonly TraceLine[] | undefined;
    return {
      // Read when somebody asks: the lines of a year take gigabytes.
      get trace() {
        lines ??= trace.lines;
        return lines;
      },
      traceHash: trace.hash,
      violations: this.#checks.violations,
      coverage: this.#machine.coverage.read(this.#machine.sites.fired),
      outsideCalls: [...this.#outsideCalls],
    };
  }

  uncaught(error: unknown): void {
    this.#checks.violate('uncaught', said(error));
  }

  onOutsideCall({ text, kind }: OutsideCall): void {
    this.#outsideCalls.add(text);
    if (kind === 'end') {
      this.#checks.violate('outside', `${text} ends the process`);
      this.#crash(RESTART_MS, `${text} ended the process`);
    }
    if (kind === 'wait')
      this.#checks.violate('outside', `${text} waits in real time: ${USE_WORLD}`);
  }

  #standStill({ atMs, message }: Standstill): void {
    const moves = lastMoves(this.#trace, atMs);
    const last = moves.length === 0 ? '' : `; the last moves: ${moves.join(', ')}`;
    this.#checks.violate('standstill', `${message}${last}`);
    this.#working = undefined;
  }

  #end(process: Process): void {
    if (this.#working === process && this.#clock.pending === 0) {
      const calls = [...this.#outsideCalls].map((call) => `; it called ${call}`);
      this.#checks.violate('stalled', `${STALLED}${calls.join('')}`);
    }
    process.die();
  }

  async #advanceTo(ms: number): Promise<void> {
    const leftMs = Math.max(0, ms - this.#clock.monotonicMs());
    await this.#clock.advanceAsync(leftMs, () => {
      if (this.#state !== undefined) this.#checks.always(this.#state.state);
    });
  }

  async #eventually(): Promise<void> {
    const { horizonMs } = this.#options;
    await this.#advanceTo(horizonMs);
    for (const waitMs of this.#checks.waits) {
      await this.#advanceTo(horizonMs + waitMs);
      this.#checks.eventually(waitMs, this.#state, this.#why);
    }
    if (this.#whyDown === undefined) return;
    await this.#advanceTo(horizonMs + START_MS);
    if (this.#whyDown !== undefined) this.#checks.violate('start', this.#whyDown);
  }

  get #whyDown(): string | undefined {
    return this.#state === undefined ? this.#why : this.#surroundings?.whyDown;
  }

  #plan(fault: Fault): void {
    if (isAtWrite(fault)) {
      const isFirst = this.#machine.disk.mishapAt(fault.nth, mishaps[fault.kind]);
      if (isFirst) this.#mishaps.set(fault.nth, fault);
    } else if (fault.kind !== 'site') {
      const begin = (): void => {
        if (!this.#isHealed) void this.#begin(fault);
      };
      this.#clock.after(fault.atMs, begin);
    }
  }

  async #begin(fault: Fault): Promise<void> {
    const { disk, clock } = this.#machine;
    if (fault.kind === 'disk.rot') {
      const hit = disk.rot(fault.file, fault.offset);
      return this.#tellFault(fault, hit);
    }
    if (isAround(fault)) {
      this.#tellFault(fault, this.#surroundings?.hit(fault));
      return this.#surroundings?.begin(fault, (forMs) => this.#cut(forMs));
    }
    this.#tellFault(fault);
    if (isOfSandboxes(fault)) return this.#machine.vms.hit(fault, (forMs) => this.#cut(forMs));
    if (fault.kind === 'process.crash') this.#crash(this.#cut(fault.downMs), 'the process crashed');
    if (fault.kind === 'clock.jump') clock.jump(fault.byMs);
    if (fault.kind === 'clock.pause') clock.pause(this.#cut(fault.forMs));
    if (fault.kind === 'clock.skew') clock.skew(this.#cut(fault.forMs), fault.perMille);
    if (fault.kind === 'disk.vanish') disk.vanish();
    if (fault.kind === 'disk.slow') disk.slow(this.#cut(fault.forMs), fault.latencyMs);
    if (fault.kind === 'disk.hang') disk.hang(this.#cut(fault.forMs));
    if (fault.kind === 'disk.flaky') disk.stumble(this.#cut(fault.forMs), fault.perMille);
    if (fault.kind === 'disk.readOnly') disk.admitNoWrites(this.#cut(fault.forMs));
    if (fault.kind === 'disk.fail') disk.fail(this.#cut(fault.forMs));
    if (fault.kind === 'disk.full') await disk.fill(this.#cut(fault.forMs));
    if (fault.kind === 'disk.unsynced') disk.loseSync(this.#cut(fault.forMs));
  }

  /** Nothing lasts longer than until all faults heal. */
  #cut(forMs: number): number {
    return Math.min(forMs, Math.max(0, this.#options.horizonMs - this.#clock.monotonicMs()));
  }

  #tellFault(fault: Fault, hit?: string): void {
    const entry = { kind: 'fault', fault, ...(hit === undefined ? {} : { hit }) } as const;
    this.#trace.add(this.#incarnation, entry);
  }

  #heal(): void {
    this.#isHealed = true;
    this.#machine.disk.heal();
    this.#machine.vms.heal();
    this.#surroundings?.heal();
    this.#machine.sites.isOver = true;
    this.#note('all faults have healed');
  }

  #note(text: string, fields = {}): void {
    this.#trace.add(this.#incarnation, { kind: 'note', text, fields }, this.#machine.address);
  }

  #mishap(nth: number): void {
    const fault = this.#mishaps.get(nth);
    if (fault === undefined) return;
    this.#tellFault(fault);
    if (fault.kind === 'disk.failAtWrite') return;
    const downMs = fault.kind === 'disk.torn' ? 0 : fault.downMs;
    this.#crash(this.#cut(downMs), 'the process died at a write');
  }

  #crash(downMs: number, why: string): void {
    if (this.#process === undefined) return;
    this.#process.die();
    this.#process = undefined;
    this.#state = undefined;
    this.#why = why;
    this.#clock.after(downMs, () => this.#boot());
    const { disk } = this.#machine;
    if (!disk.is('unsynced')) return;
    this.#note('writes that were not synced are lost');
    disk.lose();
  }

  #boot(): void {
    this.#incarnation += 1;
    const process: Process = new Process(this.#machine, this.#incarnation, (error) => {
      this.uncaught(error);
      this.#crash(RESTART_MS, `the process died of ${said(error)}`);
    });
    this.#process = process;
    this.#note('a process starts');
    void containment.run(process, () => this.#live(process));
  }

  async #live(process: Process): Promise<void> {
    const { start, workload } = this.#options;
    let state: State;
    try {
      state = await start(process);
    } catch (error) {
      if (process.isDead) return;
      this.#note('it cannot start', { error: said(error) });
      return this.#crash(RESTART_MS, `the process cannot start: ${said(error)}`);
    }
    if (process.isDead) return;
    this.#state = { state };
    this.#note('it is up');
    this.#working = process;
    try {
      await workload?.(process, state);
    } catch (error) {
      if (!process.isDead) this.#checks.violate('workload', said(error));
    }
    if (this.#working === process) this.#working = undefined;
  }
}
