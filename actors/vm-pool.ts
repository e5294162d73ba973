import type { VmDeadlines, VmDeath } from '../machines/vm.machine.ts';
import { VmActor } from './vm.actor.ts';
import type { VmDriver, VmEvidence, VmSpec, VmUnavailable } from './vm-drivers.ts';
import type { Kernel } from './world.ts';

/** That a guest is gone. */
export interface VmDied {
  readonly because: VmDeath;
  readonly detail: string;
  readonly calls: number;
  readonly tenant: string | undefined;
}

/** Leave to make one, by whoever reports what came of it. */
export interface MakeLeave {
  report(how: 'succeeded' | 'failed' | 'ignored', why?: VmUnavailable): void;
}

export interface PoolTools {
  readonly kernel: Kernel;
  readonly driver: VmDriver;
  readonly deadlines: VmDeadlines;
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

/** The guests of one level: those that wait for work, and those that have a tenant. */
export class VmPool {
  readonly #tools: PoolTools;
  readonly #idle = new Set<VmActor>();
  /** With the tenant of each. */
  readonly #taken = new Map<VmActor, string | undefined>();
  readonly #making = new Set<VmActor>();
  /** Called once nothing is left. */
  #onEmpty: (() => void) | undefined;
  #isOpen = true;
  #made = 0;
  #ahead = 0;

  constructor(tools: PoolTools) {
    this.#tools = tools;
  }

  get counts(): { readonly idle: number; readonly taken: number } {
    return { idle: this.#idle.size, taken: this.#taken.size };
  }

  /** One that has run nothing yet, for this tenant alone. */
  async take(spec: VmSpec, tenant: string | undefined): Promise<VmActor | VmUnavailable> {
    const vm = this.#takeIdle(spec) ?? (await this.#make(spec));
    if ('unavailable' in vm) return vm;
    if (vm.isOver) return { unavailable: 'it was lost before it was used' };
    this.#taken.set(vm, tenant);
    if (this.#isOpen) void this.refill();
    else vm.kill('closed');
    return vm;
  }

  #takeIdle({ memoryBytesMax }: VmSpec): VmActor | undefined {
    if (memoryBytesMax !== this.#tools.spec.memoryBytesMax) return undefined;
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
      if (this.#isOpen) this.#idle.add(vm);
      else vm.kill('closed');
    }
  }

  /**
   * Makes one as those are that wait, and asks whether it answers; if it may, it waits then.
   * Nobody has to be asked before.
   */
  async try(): Promise<VmUnavailable | undefined> {
    const { spec, warmMax } = this.#tools;
    this.#ahead += 1;
    const vm = await this.#create(spec, untold);
    if (!('unavailable' in vm)) {
      this.#making.add(vm);
      if (vm.isWarm) vm.check();
      await vm.settled();
      this.#making.delete(vm);
    }
    this.#ahead -= 1;
    if ('unavailable' in vm) return vm;
    if (vm.isOver) return { unavailable: 'a guest does not answer' };
    if (this.#isOpen && this.#idle.size < warmMax) this.#idle.add(vm);
    else vm.kill('closed');
    return undefined;
  }

  async #make(spec: VmSpec): Promise<VmActor | VmUnavailable> {
    const leave = this.#tools.admit();
    return leave === undefined ? REFUSED : await this.#create(spec, leave);
  }

  async #create(spec: VmSpec, leave: MakeLeave): Promise<VmActor | VmUnavailable> {
    const { kernel, driver, deadlines, doubtOf } = this.#tools;
    this.#made += 1;
    const vm = new VmActor(`${driver.isolation}-${this.#made}`, {
      ...{ kernel, driver, deadlines, doubtOf },
      onDied: (died, because, detail) => this.#died(died, because, detail),
    });
    this.#making.add(vm);
    const unavailable = await vm.provision(spec);
    this.#making.delete(vm);
    if (unavailable === undefined) leave.report('succeeded');
    else if (vm.death === 'closed') leave.report('ignored');
    else leave.report('failed', unavailable);
    return unavailable ?? vm;
  }

  #died(vm: VmActor, because: VmDeath, detail: string): void {
    const tenant = this.#taken.get(vm);
    const wasThere = this.#idle.delete(vm) || this.#taken.delete(vm);
    this.#making.delete(vm);
    if (wasThere) this.#tools.onDied({ because, detail, calls: vm.calls, tenant });
    if (this.#isEmpty) this.#onEmpty?.();
  }

  get #isEmpty(): boolean {
    return this.#idle.size + this.#taken.size + this.#making.size === 0;
  }

  /** Asks each that does nothing whether it is still well. */
  check(): void {
    for (const vm of [...this.#idle, ...this.#taken.keys()]) if (vm.isWarm) vm.check();
  }

  /** Those that wait are let go; what has a tenant goes on. */
  drain(): void {
    for (const vm of this.#idle) vm.kill('closed');
  }

  /** All are ended; resolves once nothing of them is left. */
  async close(): Promise<void> {
    this.#isOpen = false;
    for (const vm of [...this.#idle, ...this.#taken.keys(), ...this.#making]) vm.kill('closed');
    if (this.#isEmpty) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }
}
