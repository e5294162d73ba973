import { isDeepStrictEqual } from 'node:util';
import type { Leave } from '../actors/breaker.actor.ts';
import { onAbort } from '../actors/on-abort.ts';
import type { Containment, RandomStream } from '../actors/world.ts';
import { decorrelatedMs } from '../machines/backoff.ts';
import { RetryBudget } from '../machines/retry-budget.ts';
import type { Clock } from '../storage/ports.ts';
import { refusalError } from './breaker.ts';
import type { Breakers, Named } from './breakers.ts';
import { Bulkhead } from './bulkhead.ts';
import { Attempt, type Attempted, Call, type CallContext, Pause } from './call.ts';
import { HoldfastError, withoutStack } from './errors.ts';
import type { TimerWheel } from './kernel/timer-wheel.ts';
import { type BreakerOptions, breakerOptions } from './options/breaker.ts';
import type {
  ProtectOptionsInput,
  ProtectOptions as ProtectOptionsRead,
  RetryOptions,
} from './options/protect.ts';
import type { ModeGate, OwnModes } from './own-modes.ts';
import { retryAfterMs } from './retry-after.ts';

/** What calls are made with, the same for all of a runtime. */
export interface CallTools {
  readonly breakers: Breakers;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly containment: Containment;
  readonly random: RandomStream;
  /** Effects are refused while decisions cannot be recorded. */
  readonly isReadOnly: () => boolean;
  readonly ownModes: Pick<OwnModes, 'gate' | 'define'>;
}

export interface CallOptions {
  /** Gives the call up when it aborts: at once, a wait between attempts included. */
  readonly signal?: AbortSignal | undefined;
}

/** To retry, it must do no harm to call twice: that is for the caller to say. */
export type ProtectOptions<Args extends readonly unknown[], Other> = Omit<
  ProtectOptionsInput,
  'fallback' | 'retry' | 'idempotent'
> & {
  /** Gets what the call failed or was refused with, and its arguments. */
  readonly fallback?: (error: unknown, ...args: Args) => Other | PromiseLike<Other>;
} & (
    | { readonly retry?: undefined; readonly idempotent?: boolean }
    | { readonly retry: ProtectOptionsInput['retry']; readonly idempotent: true }
  );

/** Called as the work is, with options for the call last where the work gets its context. */
export type Guarded<Args extends readonly unknown[], Result> = (
  ...args: [...Args, call?: CallOptions]
) => Promise<Result>;

/** A function of its context alone, or of the signal in it, takes no arguments. */
type ArgsOf<A> = unknown extends A
  ? [a?: A]
  : [A] extends [{ readonly signal: AbortSignal }]
    ? []
    : [A];

export interface Protect {
  /** For a work of one argument or none: its context need not be declared. */
  <Result, A = CallContext, Other = never>(
    name: string,
    work: (a: A, context: CallContext) => Result | PromiseLike<Result>,
    options?: ProtectOptions<ArgsOf<A>, Other>,
  ): Guarded<ArgsOf<A>, Result | Other>;
  /** For any number of them. */
  <Args extends readonly unknown[], Result, Other = never>(
    name: string,
    work: (...args: [...Args, CallContext]) => Result | PromiseLike<Result>,
    options?: ProtectOptions<Args, Other>,
  ): Guarded<Args, Result | Other>;
  /** For one that ignores its context. */
  <Args extends readonly unknown[], Result, Other = never>(
    name: string,
    work: (...args: Args) => Result | PromiseLike<Result>,
    options?: ProtectOptions<Args, Other>,
  ): Guarded<Args, Result | Other>;
}

/** For each attempt, unless it or the deadline says otherwise. */
const TIMEOUT_MS = 30_000;

type Work = (...args: unknown[]) => unknown;

const refused = (error: unknown): Attempted => ({
  verdict: 'refused',
  settled: { ok: false, error },
});

/**
 * A function behind, from the outside in: fallback, deadline, retry, bulkhead, breaker, timeout.
 * Before a call waits for room it asks the breaker, so that an open one refuses at once.
 */
export class Protected {
  readonly #tools: CallTools;
  readonly #work: Work;
  readonly #options: ProtectOptionsRead;
  readonly #timeoutMs: number;
  readonly #gate: ModeGate | undefined;
  #named: Named;

  constructor(
    tools: CallTools,
    name: string,
    work: (...args: never[]) => unknown,
    options: ProtectOptionsRead,
  ) {
    this.#tools = tools;
    this.#work = work as Work;
    this.#options = options;
    const { timeoutMs, deadlineMs = TIMEOUT_MS, mode } = options;
    this.#gate = mode === undefined ? undefined : tools.ownModes.gate('protect.mode', mode);
    this.#timeoutMs = timeoutMs ?? Math.min(TIMEOUT_MS, deadlineMs);
    this.#named = tools.breakers.get(name, breakerOf(options));
    this.#equip(this.#named);
  }

  /** @throws {RangeError} if the name is known with another retry budget or bulkhead. */
  #equip(named: Named): void {
    const { retry, bulkhead } = this.#options;
    const { name } = named.actor;
    this.#provide(named);
    if (retry !== undefined) {
      checkShared('retry.budget', name, named.budget?.options, retry.budget);
    }
    if (bulkhead !== undefined) checkShared('bulkhead', name, named.bulkhead?.options, bulkhead);
  }

  #provide(named: Named): void {
    const { retry, bulkhead } = this.#options;
    const { wheel, containment } = this.#tools;
    if (retry !== undefined) named.budget ??= new RetryBudget(retry.budget);
    if (bulkhead !== undefined) {
      named.bulkhead ??= new Bulkhead(named.actor.name, bulkhead, wheel, containment);
    }
  }

  #live(): Named {
    if (this.#named.actor.isForgotten) {
      this.#named = this.#tools.breakers.revive(this.#named);
      this.#provide(this.#named);
    }
    return this.#named;
  }

  async call(given: readonly unknown[]): Promise<unknown> {
    const { args, signal } = this.#split(given);
    signal?.throwIfAborted();
    const { retry, fallback, deadlineMs } = this.#options;
    const { name } = this.#live().actor;
    const attempted =
      signal === undefined && retry === undefined && deadlineMs === undefined
        ? await this.#attempt(new Call(name, args, 0, 0), 1)
        : await this.#attempts(name, args, signal);
    const { verdict, settled } = attempted;
    if (settled.ok) return settled.value;
    const isFailure = verdict === 'failure' || verdict === 'refused';
    if (fallback === undefined || !isFailure) throw settled.error;
    return await fallback(settled.error, ...args);
  }

  /**
   * The last argument is for the call itself if it stands where the work expects its context, and
   * is nothing but `{ signal }`, or a context that is passed on.
   */
  #split(given: readonly unknown[]): {
    args: readonly unknown[];
    signal?: AbortSignal | undefined;
  } {
    const own = Math.max(0, this.#work.length - 1);
    const last = given.at(-1);
    if (given.length > own && isCallOptions(last, this.#work.length > 0)) {
      return { args: given.slice(0, -1), signal: signalOf(last) };
    }
    if (given.length >= own) return { args: given };
    return { args: Array.from({ length: own }, (_, index) => given[index]) };
  }

  // --- one attempt --------------------------------------------------------------------------

  #attempt(call: Call, attempt: number): Promise<Attempted> {
    return new Promise((done) => {
      const { actor, bulkhead } = this.#live();
      if (bulkhead === undefined) {
        this.#begin(call, attempt, done, () => {});
        return;
      }
      const gated = this.#refusal(actor.name);
      if (gated !== undefined) return done(refused(gated));
      const refusal = actor.refusal();
      if (refusal !== undefined) return done(refused(refusalError(actor.name, refusal)));
      const place = bulkhead.enter((entered, error) => {
        if (error !== undefined) done(refused(error));
        else this.#begin(call, attempt, done, () => entered.leave());
      });
      if (!place.isWaiting) return;
      call.enter({
        end: (verdict, error) => {
          place.leave();
          done({ verdict, settled: { ok: false, error } });
        },
      });
    });
  }

  #begin(
    call: Call,
    attempt: number,
    done: (attempted: Attempted) => void,
    onSettled: () => void,
  ): void {
    const admitted = this.#admit();
    if (admitted instanceof Error) {
      done(refused(admitted));
      onSettled();
      return;
    }
    const [named, leave] = admitted;
    const limits = { attempt, timeoutMs: this.#timeoutMs };
    const running = new Attempt(named, leave, this.#tools, limits, done);
    call.enter(running);
    running.begin((context) => this.#work(...call.args, context), onSettled);
  }

  /** Asked before each attempt: a retry is an effect, too. */
  #refusal(name: string): HoldfastError | undefined {
    const gate = this.#gate;
    if (gate?.isRefusing === true) return modeError(name, gate);
    if (this.#options.effect !== 'write') return undefined;
    if (this.#tools.isReadOnly()) return readOnlyError(name);
    return gate?.isReadOnly === true ? readOnlyError(name, gate) : undefined;
  }

  /** Its breaker may have been forgotten, or the runtime have stopped, while it waited for room. */
  #admit(): readonly [Named, Leave] | Error {
    try {
      const named = this.#live();
      const gated = this.#refusal(named.actor.name);
      if (gated !== undefined) return gated;
      const leave = named.actor.admit();
      return leave.admitted ? [named, leave] : refusalError(named.actor.name, leave);
    } catch (error) {
      return error as Error;
    }
  }

  // --- several ------------------------------------------------------------------------------

  async #attempts(
    name: string,
    args: readonly unknown[],
    signal: AbortSignal | undefined,
  ): Promise<Attempted> {
    const { wheel, clock } = this.#tools;
    const { retry, deadlineMs = Number.POSITIVE_INFINITY } = this.#options;
    const call = new Call(name, args, clock.monotonicMs(), deadlineMs);
    const abort = (): void => call.end('aborted', signal?.reason);
    if (deadlineMs !== Number.POSITIVE_INFINITY) wheel.arm(call, deadlineMs);
    const deafen = signal && onAbort(signal, abort);
    try {
      if (retry === undefined) return await this.#attempt(call, 1);
      return await this.#retry(call, retry);
    } finally {
      wheel.cancel(call);
      deafen?.();
    }
  }

  async #retry(call: Call, retry: RetryOptions): Promise<Attempted> {
    this.#named.budget?.deposit();
    let last = await this.#attempt(call, 1);
    let waitMs = retry.minMs;
    for (let attempt = 2; attempt <= retry.attemptsMax; attempt++) {
      waitMs = decorrelatedMs(retry, waitMs, this.#tools.random.draw());
      const pauseMs = this.#pauseMs(last, call, retry, waitMs);
      if (pauseMs === undefined || this.#named.budget?.withdraw() === false) break;
      const ended = await this.#pause(call, pauseMs);
      if (ended !== undefined) return ended;
      const next = await this.#attempt(call, attempt);
      // That a retry is refused is no news: what had failed stands.
      if (next.verdict === 'refused') break;
      last = next;
    }
    return last;
  }

  /** Undefined if there is no sense in another attempt. */
  #pauseMs(
    { verdict, settled }: Attempted,
    call: Call,
    { codes, maxMs }: RetryOptions,
    waitMs: number,
  ): number | undefined {
    if (verdict !== 'failure' || settled.ok) return undefined;
    if (!isWorthRetrying(settled.error, codes)) return undefined;
    const { clock } = this.#tools;
    const askedMs = retryAfterMs(settled.error, clock.wallMs()) ?? 0;
    const pauseMs = Math.max(waitMs, askedMs);
    return askedMs > maxMs || clock.monotonicMs() + pauseMs >= call.untilMs ? undefined : pauseMs;
  }

  /** Undefined once it is over; what the call came to, if that was first. */
  #pause(call: Call, pauseMs: number): Promise<Attempted | undefined> {
    return new Promise((resolve) => {
      const pause = new Pause(this.#tools.wheel, resolve);
      this.#tools.wheel.arm(pause, pauseMs);
      call.enter(pause);
    });
  }
}

function readOnlyError(name: string, gate?: ModeGate): HoldfastError {
  const why = gate ? `while mode "${gate.name}" is read-only` : 'while nothing can be recorded';
  const details = { name, ...(gate && { mode: gate.name }) };
  return withoutStack(
    () =>
      new HoldfastError('READ_ONLY', `no call to "${name}": effects are refused ${why}`, details),
  );
}

function modeError(name: string, { name: mode }: ModeGate): HoldfastError {
  const message = `no call to "${name}": mode "${mode}" refuses it`;
  return withoutStack(() => new HoldfastError('MODE_REFUSING', message, { name, mode }));
}

/** Undefined if nothing is said of it, so that it may be as it is. */
function breakerOf({ breaker, classify }: ProtectOptionsRead): BreakerOptions | undefined {
  if (breaker === undefined && classify === undefined) return undefined;
  return { ...(breaker ?? breakerOptions.parse({})), classify };
}

function isCallOptions(value: unknown, mayBeEmpty: boolean): value is CallOptions {
  if (value instanceof Attempt) return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  if (keys.length === 0) return mayBeEmpty && Object.getPrototypeOf(value) === Object.prototype;
  return keys.length === 1 && keys[0] === 'signal';
}

/** @throws {TypeError} for a signal that is none. */
function signalOf({ signal }: CallOptions): AbortSignal | undefined {
  if (signal === undefined || signal === null || signal instanceof AbortSignal) {
    return signal ?? undefined;
  }
  throw new TypeError(`signal must be an AbortSignal, got ${typeof signal}`);
}

/** Without codes, all but what says of itself that the same again comes to the same. */
function isWorthRetrying(error: unknown, codes: RetryOptions['codes']): boolean {
  if (codes !== undefined) return codesOf(error).some((code) => codes.includes(code));
  return fieldOf(error, 'retryable') !== false;
}

/** That of the error and that of its cause, where `fetch` keeps it. */
function codesOf(error: unknown): string[] {
  const codes = [fieldOf(error, 'code'), fieldOf(fieldOf(error, 'cause'), 'code')];
  return codes.map((code) => (typeof code === 'object' ? '' : String(code)));
}

/** Undefined for what throws when it is looked at, too. */
function fieldOf(thrown: unknown, field: string): unknown {
  try {
    return typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, field) : undefined;
  } catch {
    return undefined;
  }
}

function checkShared(field: string, name: string, known: unknown, given: object): void {
  if (isDeepStrictEqual(known, given)) return;
  throw new RangeError(`${field} must be the same for all calls named "${name}"`);
}
