import type { VmDeadlines, VmDeath } from '../machines/vm.machine.ts';
import type { GuestTime } from './guest-time.ts';
import { onAbort } from './on-abort.ts';
import { StartTurns } from './start-turns.ts';
import { VmActor } from './vm.actor.ts';
import type { VmDriver, VmEvidence, VmSpec, VmUnavailable } from './vm-drivers.ts';
import type { Kernel } from './world.ts';

/** That a guest is gone. */
export interface VmDied {
  readonly because: VmDeath;
  readonly detail: string;
  readonly calls: number;
  readonly tenant: string | undefined;
  /** It was asked whether it is still well, while others took the time to answer. */
  readonly isStarved: boolean;
}

/** Leave to make one, by whoever reports what came of it. */
export interface MakeLeave {
  report(how: 'succeeded' | 'failed' | 'ignored', why?: VmUnavailable): void;
}

export interface PoolTools {
  readonly kernel: Kernel;
  readonly driver: VmDriver;
  readonly deadlines: VmDeadlines;
  readonly guestTime: GuestTime;
  /** As many are made at once. */
  readonly startsMax: number;
  /** As many wait for work, made ahead. */
  readonly warmMax: number;
  /** What those that wait are made for. */
  readonly spec: VmSpec;
  doubtOf(evidence: VmEvidence): string | undefined;
  /** Asked before one is made; undefined if none may be. */
  admit(): MakeLeave | undefined;
  /** One that was there is gone. */
  onDied(died: VmDied): void;
}

const untold: MakeLeave = { report: () => {} };

const REFUSED: VmUnavailable = { unavailable: 'it failed too often of late' };

const GIVEN_UP: VmUnavailable = { unavailable: 'it was given up' };

/** In the time of one start: by then a level that hangs is known to be lost. */
const WAITS_MAX = 3;

const BUSY: VmUnavailable = { unavailable: 'guests take the time to make another', isBusy: true };

/** The guests of one level: those that wait for work, and those that have a tenant. */
export class VmPool {
  readonly #tools: PoolTools;
  readonly #idle = new Set<VmActor>();
  /** With the tenant of each. */
  readonly #taken = new Map<VmActor, string | undefined>();
  readonly #making = new Set<VmActor>();
  readonly #turns: StartTurns;
  /** Called once nothing is left. */
  #onEmpty: (() => void) | undefined;
  #isOpen = true;
  #made = 0;
  #ahead = 0;

  constructor(tools: PoolTools) {
    this.#tools = tools;
    const { kernel, startsMax, deadlines } = tools;
    const waitMsMax = WAITS_MAX * deadlines.provisionMs;
    this.#turns = new StartTurns(kernel.clock, startsMax, waitMsMax);
  }

  get counts(): { readonly idle: number; readonly taken: number } {
    return { idle: this.#idle.size, taken: this.#taken.size };
  }

  /** One that has run nothing yet, for this tenant alone. */
  async take(
    spec: VmSpec,
    tenant: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<VmActor | VmUnavailable> {
    if (signal?.aborted === true || !this.#isOpen) return GIVEN_UP;
    const vm = this.#takeIdle(spec) ?? (await this.#make(spec, signal));
    if ('unavailable' in vm) return vm;
    if (vm.isOver) return { unavailable: 'it was lost before it was used' };
    this.#taken.set(vm, tenant);
    if (this.#isOpen) void this.refill();
    else vm.kill('closed');
    return vm;
  }

  #takeIdle(spec: VmSpec): VmActor | undefined {
    if (!this.#isUsual(spec)) return undefined;
    for (const vm of this.#idle) {
      if (!vm.isWarm) continue;
      this.#idle.delete(vm);
      return vm;
    }
    return undefined;
  }

  /** Makes as many as are to wait; what fails is tried again when it is next asked for. */
  async refill(): Promise<void> {
    while (this.#isOpen && this.#idle.size + this.#ahead < this.#tools.warmMax) {
      this.#ahead += 1;
      const vm = await this.#make(this.#tools.spec);
      this.#ahead -= 1;
      if ('unavailable' in vm) return;
      this.#keep(vm);
    }
  }

  #keep(vm: VmActor): void {
    if (this.#isOpen && this.#idle.size < this.#tools.warmMax) this.#idle.add(vm);
    else vm.kill('closed');
  }

  /**
   * Makes one as those are that wait, and asks whether it answers; if it may, it waits then.
   * Nobody has to be asked before.
   */
  async try(): Promise<VmUnavailable | undefined> {
    const { spec } = this.#tools;
    this.#ahead += 1;
    const isMine = await this.#turns.take(undefined);
    const vm = isMine ? await this.#create(spec, untold) : BUSY;
    if (!('unavailable' in vm)) {
      this.#making.add(vm);
      if (vm.isWarm) vm.check();
      await vm.settled();
      this.#making.delete(vm);
    }
    if (isMine) this.#turns.give();
    this.#ahead -= 1;
    if ('unavailable' in vm) return vm;
    if (vm.isStarved) return BUSY;
    if (vm.isOver) return { unavailable: 'a guest does not answer' };
    this.#keep(vm);
    return undefined;
  }

  async #make(spec: VmSpec, signal?: AbortSignal): Promise<VmActor | VmUnavailable> {
    const isMine = await this.#turns.take(signal);
    if (isMine) return await this.#makeNow(spec, signal);
    if (signal?.aborted === true) return GIVEN_UP;
    return this.#tools.admit() === undefined ? REFUSED : BUSY;
  }

  async #makeNow(spec: VmSpec, signal: AbortSignal | undefined): Promise<VmActor | VmUnavailable> {
    const leave = this.#tools.admit();
    const vm = leave === undefined ? REFUSED : await this.#create(spec, leave, signal);
    this.#turns.give();
    const isOfLevel = leave === undefined || this.#isUsual(spec) || !this.#isOpen;
    if (!isOfLevel && 'unavailable' in vm && !vm.isBusy) await this.#doubt();
    return vm;
  }

  #isUsual({ memoryBytesMax }: VmSpec): boolean {
    return memoryBytesMax === this.#tools.spec.memoryBytesMax;
  }

  /** Is it the level that fails, or only a guest of that size? One of the usual size tells. */
  async #doubt(): Promise<void> {
    const vm = await this.#make(this.#tools.spec);
    if (!('unavailable' in vm)) this.#keep(vm);
  }

  async #create(
    spec: VmSpec,
    leave: MakeLeave,
    signal?: AbortSignal,
  ): Promise<VmActor | VmUnavailable> {
    const { kernel, driver, deadlines, guestTime, doubtOf } = this.#tools;
    this.#made += 1;
    const vm = new VmActor(`${driver.isolation}-${this.#made}`, {
      ...{ kernel, driver, deadlines, guestTime, doubtOf },
      onDied: (died, because, detail) => this.#died(died, because, detail),
    });
    this.#making.add(vm);
    const forget = signal && onAbort(signal, () => vm.kill('closed'));
    const unavailable = await vm.provision(spec);
    forget?.();
    this.#making.delete(vm);
    if (unavailable === undefined) leave.report('succeeded');
    else if (vm.death === 'closed' || vm.isStarved || !this.#isUsual(spec)) leave.report('ignored');
    else leave.report('failed', unavailable);
    if (unavailable === undefined) return vm;
    return vm.isStarved ? BUSY : unavailable;
  }

  #died(vm: VmActor, because: VmDeath, detail: string): void {
    const tenant = this.#taken.get(vm);
    const wasThere = this.#idle.delete(vm) || this.#taken.delete(vm);
    this.#making.delete(vm);
    const { calls, isStarved } = vm;
    if (wasThere) this.#tools.onDied({ because, detail, calls, tenant, isStarved });
    if (this.#isEmpty) this.#onEmpty?.();
  }

  get #isEmpty(): boolean {
    return this.#idle.size + this.#taken.size + this.#making.size === 0;
  }

  /** Asks each that does nothing whether it is still well. */
  check(): void {
    for (const vm of [...this.#idle, ...this.#taken.keys()]) if (vm.isWarm) vm.check();
  }

  /** Those that wait are let go, and whoever waits for one; what has a tenant goes on. */
  drain(): void {
    this.#turns.close();
    for (const vm of this.#idle) vm.kill('closed');
  }

  /** All are ended; resolves once nothing of them is left. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#turns.close();
    for (const vm of [...this.#idle, ...this.#taken.keys(), ...this.#making]) vm.kill('closed');
    if (this.#isEmpty) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }
}
