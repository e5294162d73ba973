import type { Observable } from 'rxjs';
import type { World } from '../actors/world.ts';
import { Breaker } from './breaker.ts';
import { Breakers } from './breakers.ts';
import { describeError, HoldfastError } from './errors.ts';
import type { Fact } from './facts.ts';
import { Handle } from './handle.ts';
import { Branch } from './kernel/branch.ts';
import { Charts } from './kernel/charts.ts';
import type { Child } from './kernel/child.ts';
import type { DeadLetters } from './kernel/dead-letters.ts';
import { Kernel } from './kernel/kernel.ts';
import { Leaf } from './kernel/leaf.ts';
import { Shutdown, type ShutdownReport } from './kernel/shutdown.ts';
import { TimerWheel } from './kernel/timer-wheel.ts';
import { type BreakerOptionsInput, breakerOptions } from './options/breaker.ts';
import { nameOfCalls } from './options/name-of-calls.ts';
import { protectOptions } from './options/protect.ts';
import { readOptions } from './options/read.ts';
import {
  type RuntimeOptions,
  type RuntimeOptionsInput,
  runtimeOptions,
} from './options/runtime.ts';
import { shutdownOptions } from './options/shutdown.ts';
import { type SupervisorOptionsInput, supervisorOptions } from './options/supervisor.ts';
import { type CallTools, type Protect, Protected, type ProtectOptions } from './protect.ts';
import { Supervisor } from './supervisor.ts';
import { nodeWorld } from './world/node.ts';

/** Events that nobody handled: how many, why, and the newest of them. */
export type DeadLetterView = Pick<DeadLetters, 'total' | 'byReason' | 'recent'>;

export class Runtime {
  readonly name: string;
  /** Every fact, in order. A subscriber that throws hurts only itself. */
  readonly events$: Observable<Fact>;
  readonly #kernel: Kernel;
  readonly #top: Supervisor;
  readonly #shutdown: Shutdown;
  readonly #tools: CallTools;
  readonly #shutdownMs: number;

  constructor(world: World, options: RuntimeOptions) {
    const rootPolicy = supervisorOptions.parse({});
    this.name = options.name;
    this.#shutdownMs = options.timeouts.shutdownMs;
    this.#kernel = new Kernel(world, options, rootPolicy, (error, causeId) =>
      this.#fail(error, causeId),
    );
    this.#top = new Supervisor(this.#kernel.root);
    this.#shutdown = new Shutdown(this.#kernel);
    this.#tools = this.#makeTools(world, options.limits.breakersMax);
    this.events$ = this.#kernel.facts.events$;
    this.#heed(world, options.signals);
  }

  /** Starts a supervisor directly under the runtime. */
  supervisor(name: string, options: SupervisorOptionsInput = {}): Supervisor {
    if (!this.#shutdown.isAccepting) {
      throw new HoldfastError('RUNTIME_STOPPED', `runtime ${this.name} takes nothing new in`);
    }
    return this.#top.supervisor(name, options);
  }

  /** The actor at `path`, as in `workers/mailer`; undefined if there is none, or a supervisor. */
  find(path: string): Handle | undefined {
    if (typeof path !== 'string') throw new TypeError(`path must be a string, got ${typeof path}`);
    let child: Child | undefined = this.#kernel.root;
    for (const id of path.split('/')) {
      child = child instanceof Branch ? child.children.get(id) : undefined;
    }
    return child instanceof Leaf ? new Handle(child) : undefined;
  }

  /**
   * The breaker of that name. Options are for the first who asks; later ones name the same or none.
   * @throws {RangeError} for other options.
   * @throws {HoldfastError} BREAKERS_LIMIT, RUNTIME_STOPPED.
   */
  breaker(name: string, options?: BreakerOptionsInput): Breaker {
    readOptions(nameOfCalls, 'name', name);
    const read =
      options === undefined ? undefined : readOptions(breakerOptions, 'breaker', options);
    const { breakers } = this.#tools;
    return new Breaker(breakers, breakers.get(name, read));
  }

  /**
   * Puts `work` behind a timeout, a breaker, and what else `options` ask for. What it gives back is
   * called as `work` is, with `{ signal }` last, if anything, where `work` gets its context.
   * All that is protected under one name shares breaker, retry budget and bulkhead.
   * @throws {TypeError | RangeError} for what makes no sense together.
   */
  readonly protect: Protect = (
    name: string,
    work: (...args: never[]) => unknown,
    options: ProtectOptions<never[], unknown> = {},
  ) => {
    readOptions(nameOfCalls, 'name', name);
    checkWork(work);
    const read = readOptions(protectOptions, 'protect', options);
    const calls = new Protected(this.#tools, name, work, read);
    return (...args: readonly unknown[]): Promise<never> => calls.call(args) as Promise<never>;
  };

  #makeTools(world: World, breakersMax: number): CallTools {
    const kernel = this.#kernel;
    const charts = new Charts(kernel, world.random.stream('breakers'));
    const usual = breakerOptions.parse({});
    const breakers = new Breakers(charts, breakersMax, usual, (opened) =>
      kernel.trips.trip(opened),
    );
    const { clock, containment } = world;
    const random = world.random.stream('retries');
    const wheel = new TimerWheel(clock);
    void this.#shutdown.finished.then(() => {
      breakers.close();
      wheel.close(new HoldfastError('RUNTIME_STOPPED', 'the runtime has stopped'));
    });
    return { breakers, clock, containment, random, wheel };
  }

  get deadLetters(): DeadLetterView {
    return this.#kernel.letters;
  }

  /**
   * Ends everything in phases: intake closes, mailboxes drain, state is persisted, actors stop in
   * reverse start order. Never outlasts `deadlineMs` (default `timeouts.shutdownMs`) by more than
   * it takes to stop what is left at once; of several, the earliest counts.
   * @throws {TypeError | RangeError} for bad options, and for nothing else.
   */
  async shutdown(options: { readonly deadlineMs?: number } = {}): Promise<ShutdownReport> {
    const { deadlineMs = this.#shutdownMs } = readOptions(shutdownOptions, 'shutdown', options);
    this.#shutdown.begin(deadlineMs);
    return await this.#shutdown.finished;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #fail(error: unknown, causeId: string): void {
    const { facts, log } = this.#kernel;
    facts.publish('runtime.failed', '', { error: describeError(error) }, causeId);
    log.error({ error: describeError(error) }, 'the runtime failed: every actor is stopped');
    this.#shutdown.abandon();
  }

  #heed(world: World, signals: RuntimeOptions['signals']): void {
    if (signals.length === 0) return;
    const ignore = world.signals.once(signals, (signal) => {
      this.#kernel.facts.publish('runtime.signalled', '', { signal });
      void this.shutdown().then(() => world.signals.raise(signal));
    });
    void this.#shutdown.finished.then(ignore);
  }
}

/**
 * Starts a runtime. Without any option it works: in memory, with no port and no key.
 * @throws {TypeError | RangeError} naming field, value and range of the first bad option.
 */
export async function createRuntime(options: RuntimeOptionsInput = {}): Promise<Runtime> {
  const read = readOptions(runtimeOptions, 'createRuntime', options);
  return new Runtime(read.world ?? nodeWorld(), read);
}

function checkWork(work: unknown): void {
  if (typeof work === 'function') return;
  throw new TypeError(`work must be a function, got ${work === null ? 'null' : typeof work}`);
}
