import type { Observable } from 'rxjs';
import type { AnyStateMachine } from 'xstate';
import { boundedWorld } from '../actors/bounded-sockets.ts';
import type { World } from '../actors/world.ts';
import type { Clock } from '../storage/ports.ts';
import type { AuditLog } from './audit.ts';
import { Breaker } from './breaker.ts';
import type { Metric } from './endpoints/open-metrics.ts';
import type { Endpoints } from './endpoints.ts';
import { describeError, HoldfastError } from './errors.ts';
import type { Fact } from './facts.ts';
import { type Foundation, layFoundation } from './foundation.ts';
import { Handle } from './handle.ts';
import type { Health, HealthCheck } from './health.ts';
import { type HealthReport, reportOf } from './health-report.ts';
import { Branch } from './kernel/branch.ts';
import type { Child } from './kernel/child.ts';
import type { DeadLetters } from './kernel/dead-letters.ts';
import type { Kernel } from './kernel/kernel.ts';
import { Leaf } from './kernel/leaf.ts';
import { Shutdown, type ShutdownReport } from './kernel/shutdown.ts';
import type { Keys } from './keys.ts';
import type { Mode, Modes } from './modes.ts';
import { type BreakerOptionsInput, breakerOptions } from './options/breaker.ts';
import { type FetchOptions, fetchOptions } from './options/diagnostics.ts';
import type { HealthOptionsInput } from './options/health.ts';
import { nameOfCalls } from './options/name-of-calls.ts';
import type { ListenOptionsInput } from './options/peer.ts';
import { protectOptions } from './options/protect.ts';
import { readOptions } from './options/read.ts';
import {
  checkTogether,
  type RuntimeOptions,
  type RuntimeOptionsInput,
  runtimeOptions,
} from './options/runtime.ts';
import { shutdownOptions } from './options/shutdown.ts';
import type { SupervisorOptionsInput } from './options/supervisor.ts';
import type { OwnIdentity } from './own-identity.ts';
import type { OwnStanding } from './own-mode.ts';
import type { Peers } from './peers.ts';
import { type CallTools, type Protect, Protected, type ProtectOptions } from './protect.ts';
import type { Sandboxes } from './sandboxes.ts';
import { Supervisor } from './supervisor.ts';
import type { LogWitness } from './witness.ts';
import { nodeWorld } from './world/node.ts';

/** Events that nobody handled: how many, why, and the newest of them. */
export type DeadLetterView = Pick<DeadLetters, 'total' | 'byReason' | 'recent'>;

const CLOSE_MS_MIN = 1_000;

export class Runtime {
  readonly name: string;
  /** Every fact, in order. A subscriber that throws hurts only itself. */
  readonly events$: Observable<Fact>;
  /** What was decided and what happened, on record. */
  readonly audit: AuditLog;
  /** Cosigns checkpoints of other logs, for who mounts it on an HTTP server. */
  readonly witness: LogWitness;
  /** Other runtimes, which this one serves, and which serve it. */
  readonly peers: Peers;
  /** Its keys, which take turns. */
  readonly keys: Keys;
  /** Code that is not trusted, kept in. */
  readonly sandboxes: Sandboxes;
  /** How far each part has had to step down: how it stands, and each time that changes. */
  readonly modes: Modes;
  readonly #kernel: Kernel;
  readonly #top: Supervisor;
  readonly #shutdown: Shutdown;
  readonly #tools: CallTools;
  readonly #health: Health;
  readonly #clock: Clock;
  readonly #shutdownMs: number;
  readonly #endpoints: Endpoints;
  readonly #ended: Promise<ShutdownReport>;
  #deadlineAtMs = Number.POSITIVE_INFINITY;
  #hasFailed = false;

  private constructor(world: World, options: RuntimeOptions, foundation: Foundation) {
    const { kernel, tools, audit, witness, peers, keys, sandboxes, modes, endpoints } = foundation;
    this.name = options.name;
    this.audit = audit;
    this.witness = witness;
    this.peers = peers;
    this.keys = keys;
    this.sandboxes = sandboxes;
    this.modes = modes;
    this.#shutdownMs = options.timeouts.shutdownMs;
    this.#endpoints = endpoints;
    this.#kernel = kernel;
    this.#tools = tools;
    this.#health = foundation.health;
    this.#clock = world.clock;
    this.#top = new Supervisor(kernel.root);
    this.#shutdown = new Shutdown(kernel);
    this.#ended = this.#shutdown.finished.then(async (report) => {
      await foundation.close(this.#leftMs());
      return report;
    });
    this.events$ = kernel.facts.events$;
    this.#heed(world, options.signals);
  }

  /** @throws {HoldfastError} if `dataDir` cannot be opened. */
  static async open(world: World, options: RuntimeOptions): Promise<Runtime> {
    const box: { runtime?: Runtime } = {};
    const life = {
      health: () => box.runtime?.health() ?? reportOf({ isStarted: false, isAccepting: true }, {}),
      hasFailed: () => (box.runtime === undefined ? false : box.runtime.#hasFailed),
    };
    const fail = (error: unknown, causeId: string): void => {
      if (box.runtime !== undefined) box.runtime.#fail(error, causeId);
    };
    const foundation = await layFoundation(boundedWorld(world), options, fail, life);
    const runtime = new Runtime(world, options, foundation);
    box.runtime = runtime;
    await runtime.#listen(options.listen, foundation.own);
    runtime.#health.isStarted = true;
    return runtime;
  }

  /** Whoever asked for a port and gets none has no runtime; who is nobody to peers, none yet. */
  async #listen(options: ListenOptionsInput | undefined, own: OwnIdentity): Promise<void> {
    try {
      await this.#endpoints.listen();
      if (options === undefined) return;
      if (own.fault === undefined) await this.peers.listen(options);
      else own.onKnown = () => void this.#listenLate(options);
    } catch (error) {
      await this.shutdown();
      throw error;
    }
  }

  async #listenLate(options: ListenOptionsInput): Promise<void> {
    await this.peers.listen(options).catch((error: unknown) => {
      this.#kernel.log.error({ error: describeError(error) }, 'no peer can be let in');
    });
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

  /**
   * How it is, as far as it is known: what its checks found last. They begin with the first call,
   * and go on; no later one makes any of them run.
   */
  health(): HealthReport {
    return this.#health.report(this.#shutdown.isAccepting);
  }

  /**
   * Has `check` called now and every `everyMs`: one that throws, hangs or gives what is no status
   * has failed. Returns how to take it away again.
   * @throws {TypeError | RangeError} naming the field; for a name that is taken; for the 101st.
   * @throws {HoldfastError} RUNTIME_STOPPED.
   */
  healthCheck(name: string, check: HealthCheck, options: HealthOptionsInput = {}): () => void {
    return this.#health.add(name, check, options);
  }

  /**
   * A mode of your own: any machine. It hears `ModeEvent`s from now on. While it has the tag
   * `refusing`, calls that name it are refused with MODE_REFUSING; while it has `readOnly`, those
   * with effects with READ_ONLY. If it throws it refuses nothing, and is begun anew later.
   * @throws {TypeError | RangeError} for a bad name, one that is taken, and more than 32.
   * @throws {HoldfastError} RUNTIME_STOPPED.
   */
  defineMode(name: string, chart: AnyStateMachine): Mode<OwnStanding> {
    const mode = this.#tools.ownModes.define(name, chart);
    this.#health.begin();
    return mode;
  }

  /**
   * The pages on which it says how it is, to be mounted: `/livez`, `/readyz` and `/startupz` for
   * everybody; `/healthz`, `/metrics` and `/diagnostics` for who bears `diagnostics.token`; below
   * `/inspector/` the inspector, if there is one. All else is 404. `remoteAddress` is where it
   * comes from, for counting who is refused.
   * @throws {TypeError} if it is no request; nothing else.
   */
  async fetch(request: Request, options: FetchOptions = {}): Promise<Response> {
    const { remoteAddress } = readOptions(fetchOptions, 'fetch', options);
    if (typeof Object(request).url !== 'string') {
      throw new TypeError(`fetch.request must be a Request, got ${typeof request}`);
    }
    return await this.#endpoints.fetch(request, remoteAddress);
  }

  /** What `/metrics` says; always the same metrics, each with what it is now. */
  metrics(): readonly Metric[] {
    return this.#endpoints.metrics();
  }

  /** Where these pages are served, if `diagnostics.port` was given. */
  get diagnosticsUrl(): string | undefined {
    return this.#endpoints.url;
  }

  /** Where the inspector is opened, with its token, if there is one and `diagnostics.port`. */
  get inspectorUrl(): string | undefined {
    return this.#endpoints.inspectorUrls?.view;
  }

  /** The same for whoever may also command, if `inspector({ control })` allows that. */
  get inspectorControlUrl(): string | undefined {
    return this.#endpoints.inspectorUrls?.control;
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
    this.#deadlineAtMs = Math.min(this.#deadlineAtMs, this.#clock.monotonicMs() + deadlineMs);
    this.#shutdown.begin(deadlineMs);
    return await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /** What is written to gets a second at least, to be closed cleanly. */
  #leftMs(): number {
    const leftMs = this.#deadlineAtMs - this.#clock.monotonicMs();
    return Math.max(CLOSE_MS_MIN, Math.min(leftMs, this.#shutdownMs));
  }

  #fail(error: unknown, causeId: string): void {
    this.#hasFailed = true;
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
    void this.#ended.then(ignore);
  }
}

/**
 * Starts a runtime. Without any option it works: in memory, with no port and no key.
 * @throws {TypeError | RangeError} naming field, value and range of the first bad option.
 */
export async function createRuntime(options: RuntimeOptionsInput = {}): Promise<Runtime> {
  const read = readOptions(runtimeOptions, 'createRuntime', options);
  checkTogether(read);
  return await Runtime.open(read.world ?? nodeWorld(read.vm), read);
}

function checkWork(work: unknown): void {
  if (typeof work === 'function') return;
  throw new TypeError(`work must be a function, got ${work === null ? 'null' : typeof work}`);
}
