import { type AnyMachineSnapshot, type AnyStateMachine, isMachineSnapshot } from 'xstate';
import type { Owner } from '../actors/world.ts';
import { equalJitterMs } from '../machines/backoff.ts';
import { TokenBucket } from '../machines/token-bucket.ts';
import type { Cancel } from '../storage/ports.ts';
import { describeError } from './errors.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { Incarnation, Owned } from './kernel/xstate.ts';
import type { Move } from './modes.ts';
import { statePaths } from './state-paths.ts';

/** What the chart of an embedder hears, besides its own timers. */
export type ModeEvent =
  | { readonly type: 'breaker.opened' | 'breaker.closed'; readonly name: string }
  | {
      readonly type: 'health.failed' | 'health.warned' | 'health.passed';
      readonly check: string;
    }
  | ({ readonly type: 'mode.moved'; readonly mode: string } & Move);

/** How a mode of an embedder stands. */
export interface OwnStanding {
  /** Its state: `a.b` within `a`, several beside each other with a comma; `failed` if it threw. */
  readonly mode: string;
  readonly sinceMs: number;
  /** The type of the event that moved it last; `timer` for none. */
  readonly because: string;
  /** Calls that name it are refused. */
  readonly isRefusing: boolean;
  /** Those with effects are. */
  readonly isReadOnly: boolean;
}

/** One that threw is begun anew, later and later; not so late again once it has stood so long. */
const BACKOFF = { minMs: 1_000, maxMs: 300_000, factor: 2 };
const STABLE_MS = 300_000;
/** Its moves are told one by one; of one that moves without end some are left out. */
const TOLD = { perSecond: 1, burst: 100 };
const LATE_MS = 1_000;

export type OnMoved = (name: string, move: Move, causeId: string) => void;

/**
 * A chart of an embedder that says what may be done. It moves on the stack of what it hears. What
 * it throws hurts only itself: it refuses nothing then, and is begun anew.
 */
export class OwnMode {
  readonly name: string;
  /** Follow from the chart's tags alone, and move with them. */
  isRefusing = false;
  isReadOnly = false;
  readonly #kernel: Kernel;
  readonly #chart: AnyStateMachine;
  readonly #onMoved: OnMoved;
  readonly #told: TokenBucket;
  #ref: Incarnation | undefined;
  #cancel: Cancel = () => {};
  #failures = 0;
  #begunAtMs = 0;
  #state = 'failed';
  #standing: Pick<OwnStanding, 'mode' | 'sinceMs' | 'because'>;
  #heard: ModeEvent | undefined;
  #causeId: string | undefined;
  /** The fact that it threw, which what comes of it follows from. */
  #failureId: string | undefined;
  /** Of the moves that were not told the last one, which is told late, and how many came before. */
  #late: { readonly move: Move; readonly causeId: string | undefined } | undefined;
  #cancelLate: Cancel = () => {};
  #untold = 0;
  #isTellAsked = false;

  constructor(kernel: Kernel, name: string, chart: AnyStateMachine, onMoved: OnMoved) {
    this.name = name;
    this.#kernel = kernel;
    this.#chart = chart;
    this.#onMoved = onMoved;
    this.#told = new TokenBucket(TOLD, this.#nowMs);
    this.#standing = { mode: this.#state, sinceMs: this.#nowMs, because: 'mode.defined' };
    this.#begin();
    this.#standing = { ...this.#standing, mode: this.#state };
  }

  /** Times are monotonic milliseconds. */
  get standing(): OwnStanding {
    return { ...this.#standing, isRefusing: this.isRefusing, isReadOnly: this.isReadOnly };
  }

  hear(event: ModeEvent, causeId: string | undefined): void {
    const ref = this.#ref;
    if (ref === undefined) return;
    this.#heard = event;
    this.#causeId = causeId;
    this.#inside(ref, () => this.#kernel.system.deliver(ref, event));
    this.#tell();
    this.#heard = undefined;
    this.#causeId = undefined;
  }

  /** Tells what is still untold. */
  settle(): void {
    const late = this.#late;
    this.#late = undefined;
    if (late === undefined) return;
    this.#told.take(1, this.#nowMs);
    this.#publishNow(late.move, late.causeId);
  }

  close(): void {
    this.#cancel();
    this.#cancelLate();
    this.#end();
  }

  // --- its chart ----------------------------------------------------------------------------

  #begin(): void {
    const { system, charts } = this.#kernel;
    this.#begunAtMs = this.#nowMs;
    const box: { ref?: Incarnation } = {};
    const owned = this.#owned(() => box.ref);
    try {
      const ref = system.create(this.#chart, owned, system.root, { id: `mode:${this.name}` });
      box.ref = ref;
      this.#ref = ref;
      charts.begin(`mode:${this.name}`, ref);
      ref.subscribe({ next: (snapshot) => this.#follow(ref, snapshot), error: () => {} });
      this.#inside(ref, () => ref.start());
      charts.moved(ref);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** What its code starts belongs to it, and what that throws, now or later, too. */
  #inside(ref: Incarnation, work: () => void): void {
    const uncaught: Owner['uncaught'] = (error) => {
      if (this.#ref === ref) this.#failed(error);
    };
    this.#kernel.containment.run({ uncaught }, () => {
      try {
        work();
      } catch (error) {
        uncaught(error);
      }
    });
  }

  #owned(current: () => Incarnation | undefined): Owned {
    const { letters } = this.#kernel;
    const path = `mode:${this.name}`;
    const owner: Owned = {
      handling: undefined,
      receive: (event) => letters.record(path, 'type', event),
      lose: (event) => letters.record(path, 'dead', event),
      moved: () => this.#show(current(), owner.handling),
      failing: () => {},
      ended: (_, how, error) => {
        if (current() !== this.#ref) return;
        if (how === 'failed') this.#failed(error);
        else this.#leave();
      },
    };
    return owner;
  }

  #follow(ref: Incarnation, snapshot: unknown): void {
    if (this.#ref !== ref || !isMachineSnapshot(snapshot)) return;
    this.isRefusing = snapshot.hasTag('refusing');
    this.isReadOnly = snapshot.hasTag('readOnly');
    this.#state = stateOf(snapshot);
    if (this.#heard !== undefined || this.#isTellAsked) return;
    // A timer moved it: that is told once the move is over.
    this.#isTellAsked = true;
    this.#kernel.queue.control(() => {
      this.#isTellAsked = false;
      this.#tell();
    });
  }

  #end(): void {
    const ref = this.#leave();
    this.isRefusing = false;
    this.isReadOnly = false;
    if (ref !== undefined) this.#kernel.system.stop(ref);
  }

  #leave(): Incarnation | undefined {
    const ref = this.#ref;
    this.#ref = undefined;
    if (ref !== undefined) this.#kernel.charts.end(ref);
    return ref;
  }

  #show(ref: Incarnation | undefined, by: string | undefined): void {
    if (ref !== undefined) this.#kernel.charts.moved(ref, by);
  }

  #failed(error: unknown): void {
    const { facts, clock, random, log } = this.#kernel;
    this.#end();
    if (this.#nowMs - this.#begunAtMs >= STABLE_MS) this.#failures = 0;
    this.#failures += 1;
    const retryAfterMs = Math.ceil(equalJitterMs(BACKOFF, this.#failures - 1, random.draw()));
    const data = { error: describeError(error), retryAfterMs };
    log.error({ subject: this.name, ...data }, 'a mode threw: it is begun anew later');
    this.#failureId = facts.publish('mode.failed', this.name, data, this.#causeId);
    this.#state = 'failed';
    this.#tell();
    this.#cancel = clock.after(retryAfterMs, () => this.#begin());
  }

  // --- its moves ----------------------------------------------------------------------------

  #tell(): void {
    const { mode: from } = this.#standing;
    const to = this.#state;
    if (from === to) return;
    const because = to === 'failed' ? 'mode.failed' : (this.#heard?.type ?? 'timer');
    this.#standing = { mode: to, sinceMs: this.#nowMs, because };
    const move = { from, to, because };
    this.#onMoved(this.name, move, this.#publish(move));
  }

  #publish(move: Move): string {
    const causeId = this.#failureId ?? this.#causeId;
    if (move.to !== 'failed') this.#failureId = undefined;
    if (this.#told.take(1, this.#nowMs)) return this.#publishNow(move, causeId);
    if (this.#late === undefined) {
      this.#cancelLate = this.#kernel.clock.after(LATE_MS, () => this.settle());
    } else this.#untold += 1;
    this.#late = { move, causeId };
    return causeId ?? '';
  }

  #publishNow(move: Move, causeId: string | undefined): string {
    if (this.#late !== undefined) this.#untold += 1;
    this.#late = undefined;
    this.#cancelLate();
    const untold = this.#untold > 0 ? { untold: this.#untold } : {};
    this.#untold = 0;
    const { isRefusing, isReadOnly } = this;
    const data = { ...move, isRefusing, isReadOnly, ...untold };
    return this.#kernel.facts.publish('mode.moved', this.name, data, causeId);
  }

  get #nowMs(): number {
    return this.#kernel.clock.monotonicMs();
  }
}

/** The innermost states that it is in. */
const stateOf = ({ value }: AnyMachineSnapshot): string => statePaths(value).join(', ');
