import type { BreakerActor, BreakerCounts, BreakerState, Leave } from '../actors/breaker.actor.ts';
import type { Refusal } from '../actors/refusals.ts';
import type { Isolation } from '../machines/breaker.machine.ts';
import type { Breakers, Named } from './breakers.ts';
import { judgeCall, type Settled, thrownIsFailure, type Verdict } from './classify.ts';
import { HoldfastError, withoutStack } from './errors.ts';
import { type BreakerOptionsInput, breakerOptions, isolateOptions } from './options/breaker.ts';
import { breakerState } from './options/breaker-state.ts';
import { readOptions } from './options/read.ts';

/** What came of a call, without a throw. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly because: 'failed'; readonly error: unknown }
  | ({ readonly ok: false } & Omit<Refusal, 'admitted'>);

/** Leave to make one call, by whoever reports what came of it. The first report counts. */
export class Permit {
  readonly admitted = true;
  readonly #actor: BreakerActor;
  readonly #leave: Leave;
  #isReported = false;

  constructor(actor: BreakerActor, leave: Leave) {
    this.#actor = actor;
    this.#leave = leave;
  }

  succeed(): void {
    this.#report('succeeded');
  }

  fail(error?: unknown): void {
    this.#report('failed', error);
  }

  /** It says nothing about what was called: the caller gave up, or never called. */
  ignore(): void {
    this.#report('ignored');
  }

  #report(how: 'succeeded' | 'failed' | 'ignored', error?: unknown): void {
    if (this.#isReported) return;
    this.#isReported = true;
    this.#actor.report(this.#leave, how, error);
  }
}

/** An isolation, and the way to end it. */
export type IsolationHandle = Isolation & { release(): void };

/** Lets calls to one backend through, until it fails too often. Tags are public, states are not. */
export class Breaker {
  readonly name: string;
  readonly #breakers: Breakers;
  #named: Named;

  constructor(breakers: Breakers, named: Named) {
    this.#breakers = breakers;
    this.#named = named;
    this.name = named.actor.name;
  }

  /**
   * Calls `work`, and rejects with what it throws; or with BREAKER_OPEN or BREAKER_ISOLATED,
   * without calling it.
   */
  async execute<Value>(work: () => Value | PromiseLike<Value>): Promise<Value> {
    const { actor, classify } = this.#live();
    if (actor.gate !== 'admitting' || classify !== thrownIsFailure) {
      return valueFrom(await this.tryExecute(work), this.name);
    }
    actor.isUsed = true;
    const { epoch } = actor;
    const startedAtMs = actor.startedAtMs();
    let value: Value;
    try {
      value = await work();
    } catch (error) {
      actor.report({ admitted: true, epoch, isProbe: false, startedAtMs }, 'failed', error);
      throw error;
    }
    actor.succeeded(epoch, startedAtMs);
    return value;
  }

  /** The same as data: it rejects only once the runtime has stopped. */
  async tryExecute<Value>(work: () => Value | PromiseLike<Value>): Promise<Outcome<Value>> {
    const { actor, classify } = this.#live();
    const leave = actor.admit();
    if (!leave.admitted) return refused(leave);
    let settled: Settled;
    try {
      settled = { ok: true, value: await work() };
    } catch (error) {
      settled = { ok: false, error };
    }
    const [verdict, judged] = judgeCall(classify, settled);
    actor.report(leave, REPORTS[verdict], judged.ok ? undefined : judged.error);
    if (judged.ok) return { ok: true, value: judged.value as Value };
    return { ok: false, because: 'failed', error: judged.error };
  }

  /** For a call that is made elsewhere: leave to make it, or why not. */
  admit(): Permit | Refusal {
    const { actor } = this.#live();
    const leave = actor.admit();
    return leave.admitted ? new Permit(actor, leave) : leave;
  }

  hasTag(tag: 'admitting' | 'probing' | 'rejecting' | 'isolated'): boolean {
    const { actor } = this.#current();
    return tag === 'isolated' ? actor.snapshot.hasTag(tag) : actor.gate === tag;
  }

  get counts(): BreakerCounts {
    return this.#current().actor.counts;
  }

  /** Lets no call through until it is released, by everybody who isolated it. */
  isolate(reason: string, options: { readonly by?: string } = {}): IsolationHandle {
    const { by } = readOptions(isolateOptions, 'isolate', options);
    if (typeof reason !== 'string' || reason === '' || reason.length > REASON_LENGTH_MAX) {
      throw new TypeError(`reason must be a string of 1 to ${REASON_LENGTH_MAX} characters`);
    }
    if (this.isolations.length >= ISOLATIONS_MAX) {
      throw new RangeError(`isolations must be at most ${ISOLATIONS_MAX} at once`);
    }
    return this.#handleOf(this.#live().actor.isolate(by, reason));
  }

  /** All who isolate it now, those from before a restart of the process included. */
  get isolations(): readonly IsolationHandle[] {
    const { isolations } = this.#current().actor.snapshot.context;
    return isolations.map((isolation) => this.#handleOf(isolation));
  }

  #handleOf(isolation: Isolation): IsolationHandle {
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      this.#current().actor.release(isolation.id);
    };
    return { ...isolation, release };
  }

  /** Changes thresholds; what it has seen stays, and its state. Not named is as by default. */
  configure(options: BreakerOptionsInput): void {
    const named = this.#live();
    const { classify, ...thresholds } = readOptions(breakerOptions, 'configure', options);
    named.classify = classify ?? thrownIsFailure;
    named.actor.configure(thresholds);
  }

  /** All of its state as plain data, for `restore` to go on from. */
  save(): BreakerState {
    return this.#live().actor.save();
  }

  restore(state: BreakerState): void {
    this.#live().actor.restore(readOptions(breakerState, 'restore', state));
  }

  /** For a look, which need not keep it from being forgotten. */
  #current(): Named {
    if (!this.#named.actor.isForgotten) return this.#named;
    return this.#breakers.find(this.name) ?? this.#named;
  }

  #live(): Named {
    if (this.#named.actor.isForgotten) this.#named = this.#breakers.revive(this.#named);
    return this.#named;
  }
}

const REASON_LENGTH_MAX = 1_000;
const ISOLATIONS_MAX = 1_000;

export const REPORTS = {
  success: 'succeeded',
  failure: 'failed',
  ignored: 'ignored',
} as const satisfies Record<Verdict, string>;

const refused = ({ because, retryAfterMs }: Refusal): Outcome<never> =>
  retryAfterMs === undefined ? { ok: false, because } : { ok: false, because, retryAfterMs };

function valueFrom<Value>(outcome: Outcome<Value>, name: string): Value {
  if (outcome.ok) return outcome.value;
  throw outcome.because === 'failed' ? outcome.error : refusalError(name, outcome);
}

/** Without a stack, which would cost most where there is most to refuse. */
export function refusalError(
  name: string,
  { because, retryAfterMs }: Omit<Refusal, 'admitted'>,
): HoldfastError {
  const code = because === 'breaker.isolated' ? 'BREAKER_ISOLATED' : 'BREAKER_OPEN';
  const details = retryAfterMs === undefined ? {} : { retryAfterMs };
  return withoutStack(
    () =>
      new HoldfastError(code, `${because}: no call to "${name}"`, { name, because, ...details }),
  );
}
