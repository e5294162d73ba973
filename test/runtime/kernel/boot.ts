import { State } from '../../../actors/state.ts';
import { Breaker } from '../../../runtime/breaker.ts';
import { Breakers } from '../../../runtime/breakers.ts';
import type { Fact } from '../../../runtime/facts.ts';
import { Charts } from '../../../runtime/kernel/charts.ts';
import { Kernel } from '../../../runtime/kernel/kernel.ts';
import { Persistence } from '../../../runtime/kernel/persistence.ts';
import { Shutdown } from '../../../runtime/kernel/shutdown.ts';
import { type BreakerOptionsInput, breakerOptions } from '../../../runtime/options/breaker.ts';
import { runtimeOptions } from '../../../runtime/options/runtime.ts';
import { supervisorOptions } from '../../../runtime/options/supervisor.ts';
import { saveBreakers } from '../../../runtime/saved-breakers.ts';
import { type SimWorld, simWorld } from '../../../runtime/sim/world.ts';
import { Supervisor } from '../../../runtime/supervisor.ts';
import { MemoryFiles } from '../../../runtime/world/memory-files.ts';
import { MemoryKv } from '../../../runtime/world/memory-kv.ts';
import type { Cancel, Clock } from '../../../storage/ports.ts';
import { StateStore } from '../../../storage/state.ts';
import { sealTools } from '../../storage/sealing.ts';

const PATH = '/data/state';

/** The clock of one process: its monotonic time begins with it, and its timers end with it. */
class ProcessClock implements Clock {
  readonly #clock: Clock;
  readonly #bornAtMs: number;
  isDead = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#bornAtMs = clock.monotonicMs() - 5_000;
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs() - this.#bornAtMs;
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  after(delayMs: number, task: () => void): Cancel {
    return this.#clock.after(delayMs, () => {
      if (!this.isDead) task();
    });
  }

  soon(task: () => void): void {
    this.#clock.soon(() => {
      if (!this.isDead) task();
    });
  }
}

/** A machine with a disk, on virtual time. Processes run on it one after another. */
export class Computer {
  readonly world: SimWorld = simWorld({ seed: 1 });
  readonly files = new MemoryFiles();
  readonly kv = new MemoryKv(this.files);
  /** One key for all its life, and never the same nonce twice. */
  readonly seal = sealTools();

  get clock(): SimWorld['clock'] {
    return this.world.clock;
  }

  async open(): Promise<StateStore> {
    const isNew = (await this.files.stat(PATH)) === undefined;
    const store = isNew ? await this.kv.create(PATH) : await this.kv.open(PATH);
    return new StateStore(store, this.seal);
  }

  /** What is on the disk, by name; only while no process runs. */
  async saved(): Promise<Record<string, unknown>> {
    const store = await this.open();
    const all: Record<string, unknown> = {};
    for (const name of await store.names()) all[name] = await store.get(name);
    await store.close();
    return all;
  }

  /** Puts something on the disk; only while no process runs. */
  async put(name: string, value: unknown): Promise<void> {
    const store = await this.open();
    await store.put(new Map([[name, value]]));
    await store.close();
  }

  /** Flips a bit in what is saved under a name; only while no process runs. */
  async damage(name: string): Promise<void> {
    const key = new TextEncoder().encode(name);
    const store = await this.kv.open(PATH);
    const value = (await store.get(key)) ?? new Uint8Array();
    value[value.length - 1] = (value.at(-1) ?? 0) ^ 1;
    await store.commit([{ key, value }]);
    await store.close();
  }

  /** `askFirst` is a breaker that is asked for before anything is read. */
  async boot({ askFirst }: { askFirst?: string } = {}): Promise<Process> {
    const clock = new ProcessClock(this.clock);
    const world = { ...this.world, clock };
    const kernel = new Kernel(
      world,
      runtimeOptions.parse({}),
      supervisorOptions.parse({}),
      () => {},
    );
    const charts = new Charts(kernel, world.random.stream('breakers'));
    const breakers = new Breakers(charts, 3, breakerOptions.parse({}), () => {});
    if (askFirst !== undefined) breakers.get(askFirst);
    const facts: Fact[] = [];
    kernel.facts.events$.subscribe((fact) => facts.push(fact));
    const tools = { kernel: charts, reopen: () => this.open() };
    const state = new State(await this.open(), tools);
    kernel.persistence = await Persistence.open(kernel, state);
    saveBreakers(kernel.persistence, breakers);
    return new Process(this, clock, kernel, breakers, state, facts);
  }
}

/** A runtime whose state is saved. */
export class Process {
  readonly #computer: Computer;
  readonly #clock: ProcessClock;
  readonly #shutdown: Shutdown;
  readonly breakers: Breakers;
  readonly state: State;
  readonly kernel: Kernel;
  readonly facts: Fact[];

  constructor(
    computer: Computer,
    clock: ProcessClock,
    kernel: Kernel,
    breakers: Breakers,
    state: State,
    facts: Fact[],
  ) {
    this.#computer = computer;
    this.#clock = clock;
    this.kernel = kernel;
    this.breakers = breakers;
    this.state = state;
    this.facts = facts;
    this.#shutdown = new Shutdown(kernel);
  }

  get top(): Supervisor {
    return new Supervisor(this.kernel.root);
  }

  breaker(name: string, options?: BreakerOptionsInput): Breaker {
    const read = options === undefined ? undefined : breakerOptions.parse(options);
    return new Breaker(this.breakers, this.breakers.get(name, read));
  }

  /** Data of the facts of one type, with their subjects. */
  told(type: string): readonly unknown[] {
    const found = this.facts.filter((fact) => fact.type === type);
    return found.map(({ subject, data }) => ({ ...(subject ? { subject } : {}), ...data }));
  }

  crash(): void {
    this.#clock.isDead = true;
    this.#computer.kv.crash();
  }

  /** As a runtime does; true unless somebody had to be abandoned. */
  async shutDown(deadlineMs = 25_000): Promise<boolean> {
    this.#shutdown.begin(deadlineMs);
    await this.#computer.clock.advanceAsync(deadlineMs);
    return await this.#end();
  }

  /** The tree has failed. */
  async abandon(): Promise<boolean> {
    this.#shutdown.abandon();
    await this.#computer.clock.advanceAsync(0);
    return await this.#end();
  }

  async #end(): Promise<boolean> {
    const { abandoned } = await this.#shutdown.finished;
    this.breakers.close();
    await this.state.close();
    this.crash();
    return abandoned.length === 0;
  }
}
