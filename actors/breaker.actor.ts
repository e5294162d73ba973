import { initialTransition, type SnapshotFrom } from 'xstate';
import {
  type BreakerEmitted,
  type BreakerEvent,
  type BreakerSettings,
  breakerMachine,
  hasRoom,
  type Isolation,
} from '../machines/breaker.machine.ts';
import {
  openWindow,
  type Totals,
  type Window,
  type WindowOptions,
  type WindowState,
} from '../machines/window.ts';
import { type Refusal, refuse } from './refusals.ts';
import type { Chart, Kernel } from './world.ts';

export type BreakerOptions = BreakerSettings & { readonly window: WindowOptions };

type Snapshot = SnapshotFrom<typeof breakerMachine>;
type Circuit = 'closed' | 'open' | 'halfOpen';

/** The whole of a breaker as plain data. Times are wall-clock milliseconds since 1970. */
export interface BreakerState {
  readonly v: 1;
  readonly savedAtMs: number;
  readonly circuit: Circuit;
  readonly openings: number;
  readonly openForMs: number;
  readonly retryAtMs: number;
  readonly succeeded: number;
  readonly isolations: readonly Isolation[];
  readonly window: WindowState;
}

/** Since it was closed last: calls refused, and results that came too late to count. */
export interface BreakerCounts extends Totals {
  readonly refused: number;
  readonly late: number;
}

/** Leave to make one call. Its result counts only in the epoch that it was given in. */
export interface Leave {
  readonly admitted: true;
  readonly epoch: number;
  readonly isProbe: boolean;
  readonly startedAtMs: number;
}

/** That a breaker opened, and after what. */
export interface Opened {
  readonly name: string;
  /** Openings in a row, without a close between them. */
  readonly openings: number;
  readonly error: unknown;
  readonly factId: string;
}

type OnOpened = (opened: Opened) => void;
type OnMoved = (actor: BreakerActor) => void;

const gateOf = (snapshot: Snapshot): 'admitting' | 'probing' | 'rejecting' => {
  if (snapshot.hasTag('rejecting')) return 'rejecting';
  return snapshot.hasTag('probing') ? 'probing' : 'admitting';
};

/** Isolation forbids calls, and leaves the circuit as it is. */
const circuitOf = (snapshot: Snapshot): Circuit => {
  if (snapshot.hasTag('admitting')) return 'closed';
  return snapshot.hasTag('probing') ? 'halfOpen' : 'open';
};

/**
 * A breaker's chart, and the window of calls that trips it. The chart of a closed breaker sleeps:
 * it stands as it began, so there is nothing to run, and ten thousand of them cost little.
 */
export class BreakerActor {
  readonly name: string;
  options: BreakerOptions;
  /** Follows from the chart's tags alone, and moves with them on the same stack. */
  gate: ReturnType<typeof gateOf> = 'admitting';
  /** The result of a call that was let through in an earlier one is late, and moves nothing. */
  epoch = 0;
  /** Set by every call, cleared by whoever looks for a breaker that nobody uses. */
  isUsed = false;
  /** Its registry has let go of it; whoever still holds it asks there for the one of this name. */
  isForgotten = false;
  readonly #kernel: Kernel;
  readonly #onOpened: OnOpened;
  readonly #onMoved: OnMoved;
  #window: Window;
  #chart: Chart<typeof breakerMachine> | undefined;
  #circuit: Circuit = 'closed';
  /** Nothing is let through before; monotonic. */
  #retryAtMs = 0;
  #refused = 0;
  #late = 0;
  #isolations = 0;
  #lastError: unknown;

  /** `onMoved` is called within each move, that of a timer too. */
  constructor(
    kernel: Kernel,
    name: string,
    options: BreakerOptions,
    onOpened: OnOpened,
    onMoved: OnMoved = () => {},
  ) {
    this.#kernel = kernel;
    this.name = name;
    this.options = options;
    this.#onOpened = onOpened;
    this.#onMoved = onMoved;
    this.#window = openWindow(options.window);
  }

  /** True while the chart stands as it began. */
  get isAsleep(): boolean {
    return this.#chart === undefined;
  }

  /** Isolation leaves it as it is. */
  get circuit(): Circuit {
    return this.#circuit;
  }

  get snapshot(): Snapshot {
    return this.#chart?.snapshot ?? initialTransition(breakerMachine, this.options)[0];
  }

  get counts(): BreakerCounts {
    const totals = this.#window.totals(this.#kernel.clock.monotonicMs());
    return { ...totals, refused: this.#refused, late: this.#late };
  }

  // --- calls --------------------------------------------------------------------------------

  admit(): Leave | Refusal {
    this.isUsed = true;
    if (this.gate !== 'admitting') return this.#admitProbe();
    return { admitted: true, epoch: this.epoch, isProbe: false, startedAtMs: this.startedAtMs() };
  }

  /** Monotonic; NaN if nobody asks how long a call takes, which is then neither slow nor fast. */
  startedAtMs(): number {
    return this.#window.isTimed ? this.#kernel.clock.monotonicMs() : Number.NaN;
  }

  /** Why a call would not be let through now, if it would not; counted as refused. */
  refusal(nowMs = this.#kernel.clock.monotonicMs()): Refusal | undefined {
    const refusal = this.gate === 'admitting' ? undefined : this.#refusal(nowMs);
    if (refusal !== undefined) this.#refused += 1;
    return refusal;
  }

  #admitProbe(): Leave | Refusal {
    const { clock, random } = this.#kernel;
    const nowMs = clock.monotonicMs();
    const refusal = this.refusal(nowMs);
    if (refusal !== undefined) return refusal;
    this.#lastError = undefined;
    const epoch = this.#circuit === 'open' ? this.epoch + 1 : this.epoch;
    this.#send({ type: 'breaker.probe', nowMs, draw: random.draw() });
    // Whoever heard that it is being tried may have moved it since.
    if (this.epoch !== epoch) return refuse('breaker.probing');
    if (this.gate === 'probing')
      return { admitted: true, epoch, isProbe: true, startedAtMs: nowMs };
    this.#send({ type: 'probe.ignored' });
    return this.#refusal(nowMs) ?? refuse('breaker.probing');
  }

  #refusal(nowMs: number): Refusal | undefined {
    if (this.gate === 'rejecting') {
      if (nowMs >= this.#retryAtMs) return undefined;
      const isIsolated = this.#retryAtMs === Number.POSITIVE_INFINITY;
      return isIsolated
        ? refuse('breaker.isolated')
        : refuse('breaker.open', Math.ceil(this.#retryAtMs - nowMs));
    }
    const { context } = this.snapshot;
    if (hasRoom(context)) return undefined;
    return refuse('breaker.probing', Math.ceil(Math.max(0, context.probeUntilMs - nowMs)));
  }

  /** What became of a call that was let through; `error` is why, if it failed. */
  report(leave: Leave, how: 'succeeded' | 'failed' | 'ignored', error?: unknown): void {
    if (leave.epoch !== this.epoch) this.#late += 1;
    else if (leave.isProbe) this.#reportProbe(how, error);
    else if (how !== 'ignored') this.#record(how === 'failed', leave.startedAtMs, error);
  }

  /** The same for a call that succeeded and was no probe. */
  succeeded(epoch: number, startedAtMs: number): void {
    if (epoch !== this.epoch) this.#late += 1;
    else this.#record(false, startedAtMs, undefined);
  }

  #record(isFailure: boolean, startedAtMs: number, error: unknown): void {
    const { clock } = this.#kernel;
    const { isTimed, isDated } = this.#window;
    const nowMs = isFailure || isTimed || isDated ? clock.monotonicMs() : 0;
    if (this.#window.record(isFailure, nowMs - startedAtMs, nowMs)) this.trip(error);
  }

  /** Opens it, if it is closed, whatever its window has seen. */
  trip(error: unknown): void {
    const { clock, random } = this.#kernel;
    this.#lastError = error;
    this.#send({ type: 'breaker.trip', nowMs: clock.monotonicMs(), draw: random.draw() });
  }

  #reportProbe(how: 'succeeded' | 'failed' | 'ignored', error: unknown): void {
    if (how !== 'failed') return this.#send({ type: `probe.${how}` });
    this.#lastError = error;
    this.#send({ type: 'probe.failed', nowMs: this.#kernel.clock.monotonicMs() });
  }

  // --- steering -----------------------------------------------------------------------------

  isolate(by: string, reason: string): Isolation {
    this.#isolations += 1;
    const sinceMs = this.#kernel.clock.wallMs();
    const isolation = { id: this.#isolations, by, reason, sinceMs };
    this.#send({ type: 'breaker.isolate', isolation });
    return isolation;
  }

  release(id: number): void {
    this.#send({ type: 'breaker.release', id });
  }

  /** The thresholds change; what was seen stays, and the state. */
  configure(options: BreakerOptions): void {
    const nowMs = this.#kernel.clock.monotonicMs();
    const seen = this.#window.save(nowMs);
    this.options = options;
    this.#window = openWindow(options.window);
    this.#window.load(seen, nowMs, 0);
    this.#chart?.send({ type: 'breaker.configure', settings: options });
  }

  // --- the chart ----------------------------------------------------------------------------

  #send(event: BreakerEvent): void {
    this.#chart ??= this.#wake();
    this.#chart.send(event);
    if (this.gate === 'admitting') this.sleep();
  }

  #wake(from?: Snapshot): Chart<typeof breakerMachine> {
    return this.#kernel.startChart(breakerMachine, {
      id: `breaker:${this.name}`,
      input: this.options,
      ...(from === undefined ? {} : { from }),
      onMoved: (snapshot) => this.#follow(snapshot),
      onEmitted: (emitted) => this.#tell(emitted),
    });
  }

  /** For a closed breaker that nobody isolates; and for all of them at the end. */
  sleep(): void {
    this.#chart?.stop();
    this.#chart = undefined;
  }

  #follow(snapshot: Snapshot): void {
    this.gate = gateOf(snapshot);
    const isIsolated = snapshot.hasTag('isolated');
    this.#retryAtMs = isIsolated ? Number.POSITIVE_INFINITY : snapshot.context.retryAtMs;
    const circuit = circuitOf(snapshot);
    this.#onMoved(this);
    if (circuit === this.#circuit) return;
    this.#circuit = circuit;
    this.epoch += 1;
  }

  #tell(emitted: BreakerEmitted): void {
    const { name } = this;
    const { type, ...data } = emitted;
    const { calls, failures, slow, refused, late } = this.counts;
    if (emitted.type === 'breaker.opened') {
      const error = this.#lastError;
      const factId = this.#kernel.tell(type, name, { ...data, calls, failures, slow, error });
      this.#window = openWindow(this.options.window);
      this.#onOpened({ name, openings: emitted.openings, error, factId });
    } else {
      this.#kernel.tell(type, name, { ...data, refused, late });
    }
    if (type === 'breaker.closed') this.#refused = this.#late = 0;
  }

  // --- its state, to outlive the process ----------------------------------------------------

  save(): BreakerState {
    const { clock } = this.#kernel;
    const { openings, openForMs, retryAtMs, succeeded, isolations } = this.snapshot.context;
    const [nowMs, savedAtMs] = [clock.monotonicMs(), clock.wallMs()];
    return {
      v: 1,
      savedAtMs,
      circuit: this.#circuit,
      openings,
      openForMs,
      retryAtMs: savedAtMs + Math.max(0, retryAtMs - nowMs),
      succeeded,
      isolations,
      window: this.#window.save(nowMs),
    };
  }

  /**
   * Goes on from `state`. A probe that was under way when it was saved is forgotten; whoever
   * isolates it now goes on to.
   */
  restore(state: BreakerState): void {
    const { clock } = this.#kernel;
    const [nowMs, wallMs] = [clock.monotonicMs(), clock.wallMs()];
    const { circuit, openings, openForMs, succeeded } = state;
    const isolations = this.#isolationsWith(state.isolations);
    this.sleep();
    this.#window = openWindow(this.options.window);
    this.#window.load(state.window, nowMs, Math.max(0, wallMs - state.savedAtMs));
    // A wall clock that jumped meanwhile must not keep it open for ever.
    const { maxMs } = this.options.open;
    const leftMs = Math.min(Math.max(0, state.retryAtMs - wallMs), openForMs, maxMs);
    const from = breakerMachine.resolveState({
      value: {
        circuit: circuit === 'halfOpen' ? { halfOpen: 'waiting' } : circuit,
        isolation: isolations.length > 0 ? 'isolated' : 'none',
      },
      context: {
        ...this.snapshot.context,
        ...{ openings, openForMs, succeeded, isolations },
        retryAtMs: nowMs + leftMs,
      },
    });
    this.epoch += 1;
    this.#follow(from);
    if (this.gate !== 'admitting') this.#chart = this.#wake(from);
  }

  /** Where another has its id already, a saved one gets a new one. */
  #isolationsWith(saved: readonly Isolation[]): Isolation[] {
    const isolations = [...this.snapshot.context.isolations];
    this.#isolations = saved.reduce((max, { id }) => Math.max(max, id), this.#isolations);
    for (const isolation of saved) {
      if (isolations.every(({ id }) => id !== isolation.id)) isolations.push(isolation);
      else if (!isolations.some((known) => isSame(known, isolation))) {
        this.#isolations += 1;
        isolations.push({ ...isolation, id: this.#isolations });
      }
    }
    return isolations;
  }
}

const isSame = (one: Isolation, other: Isolation): boolean =>
  one.by === other.by && one.reason === other.reason && one.sinceMs === other.sinceMs;
