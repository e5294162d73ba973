/** When a breaker has seen enough to open. */
export type WindowOptions =
  /** So many failures in a row. */
  | { readonly kind: 'consecutive'; readonly failuresMax: number }
  /** Shares of the last `callsMax` calls. */
  | ({ readonly kind: 'count'; readonly callsMax: number } & Shares)
  /** Shares of the calls of the last `durationMs`, in steps of a tenth of it. */
  | ({ readonly kind: 'time'; readonly durationMs: number } & Shares);

export interface Shares {
  /** Fewer calls than this say nothing. */
  readonly callsMin: number;
  /** The share of calls, above 0 and up to 1, that must have failed. */
  readonly failureRatio: number;
  /** A call that takes this long is slow; absent, none is. */
  readonly slowMs?: number | undefined;
  /** The share of calls, above 0 and up to 1, that must have been slow. */
  readonly slowRatio: number;
}

export interface Totals {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
}

/** What a window holds, as plain data: the newest cell last. */
export type WindowState =
  | { readonly kind: 'consecutive'; readonly failures: number }
  | { readonly kind: 'count'; readonly calls: readonly number[] }
  | { readonly kind: 'time'; readonly stepMs: number; readonly steps: readonly number[] };

/**
 * The recent past of the calls through one breaker. A record costs the same however many calls
 * there are: totals are kept, and what leaves the window is taken off. Times are monotonic.
 */
export interface Window {
  /** Whether `record` looks at how long a call took; if not, that need not be measured. */
  readonly isTimed: boolean;
  /** Whether it looks at when the next call was, if that is a success; of a failure it may. */
  readonly isDated: boolean;
  /** True if there is enough to open, this call included. */
  record(isFailure: boolean, durationMs: number, nowMs: number): boolean;
  totals(nowMs: number): Totals;
  save(nowMs: number): WindowState;
  /**
   * Takes over what another window held `ageMs` ago, as far as it still counts; of another kind of
   * window, nothing.
   */
  load(state: WindowState, nowMs: number, ageMs: number): void;
}

export function openWindow(options: WindowOptions): Window {
  switch (options.kind) {
    case 'consecutive':
      return new ConsecutiveWindow(options.failuresMax);
    case 'count':
      return new CountWindow(options.callsMax, options);
    case 'time':
      return new TimeWindow(options.durationMs, options);
  }
}

function isEnough({ calls, failures, slow }: Totals, shares: Shares): boolean {
  if (calls < shares.callsMin) return false;
  return failures / calls >= shares.failureRatio || slow / calls >= shares.slowRatio;
}

class ConsecutiveWindow implements Window {
  readonly isTimed = false;
  readonly isDated = false;
  readonly #failuresMax: number;
  #failures = 0;

  constructor(failuresMax: number) {
    this.#failuresMax = failuresMax;
  }

  record(isFailure: boolean): boolean {
    this.#failures = isFailure ? this.#failures + 1 : 0;
    return this.#failures >= this.#failuresMax;
  }

  totals(): Totals {
    return { calls: this.#failures, failures: this.#failures, slow: 0 };
  }

  save(): WindowState {
    return { kind: 'consecutive', failures: this.#failures };
  }

  load(state: WindowState): void {
    if (state.kind === 'consecutive') this.#failures = state.failures;
  }
}

const FAILED = 1;
const SLOW = 2;

/** A ring of one byte per call. */
class CountWindow implements Window {
  readonly isTimed: boolean;
  readonly isDated = false;
  readonly #shares: Shares;
  readonly #slowMs: number;
  readonly #ring: Uint8Array;
  #calls = 0;
  #failures = 0;
  #slow = 0;
  #next = 0;

  constructor(callsMax: number, shares: Shares) {
    this.#shares = shares;
    this.#slowMs = shares.slowMs ?? Number.POSITIVE_INFINITY;
    this.isTimed = shares.slowMs !== undefined;
    this.#ring = new Uint8Array(callsMax);
  }

  record(isFailure: boolean, durationMs: number): boolean {
    const cell = (isFailure ? FAILED : 0) | (durationMs >= this.#slowMs ? SLOW : 0);
    this.#push(cell);
    return cell !== 0 && isEnough(this.totals(), this.#shares);
  }

  #push(cell: number): void {
    const ring = this.#ring;
    if (this.#calls === ring.length) this.#count(ring[this.#next] ?? 0, -1);
    ring[this.#next] = cell;
    this.#next = this.#next + 1 === ring.length ? 0 : this.#next + 1;
    this.#count(cell, 1);
  }

  #count(cell: number, by: 1 | -1): void {
    this.#calls += by;
    if ((cell & FAILED) !== 0) this.#failures += by;
    if ((cell & SLOW) !== 0) this.#slow += by;
  }

  totals(): Totals {
    return { calls: this.#calls, failures: this.#failures, slow: this.#slow };
  }

  save(): WindowState {
    const { length } = this.#ring;
    const from = this.#next - this.#calls + length;
    const calls = Array.from({ length: this.#calls }, (_, index) => {
      return this.#ring[(from + index) % length] ?? 0;
    });
    return { kind: 'count', calls };
  }

  load(state: WindowState): void {
    if (state.kind !== 'count') return;
    for (const cell of state.calls.slice(-this.#ring.length)) this.#push(cell);
  }
}

const STEPS = 10;
/** To read a clock costs more than all else: so many successes wait for the next look at it. */
const UNDATED_MAX = 7;
/** Of calls, failures and slow ones. */
const FIELDS = 3;

/** A ring of totals, one for each tenth of the span. */
class TimeWindow implements Window {
  readonly isTimed: boolean;
  readonly #shares: Shares;
  readonly #slowMs: number;
  readonly #stepMs: number;
  /** No typed array: that of thirty numbers takes twice the memory. */
  readonly #steps: number[] = Array.from({ length: STEPS * FIELDS }, () => 0);
  #calls = 0;
  #failures = 0;
  #slow = 0;
  /** The step that `now` is in, counted since the clock began. */
  #step = 0;
  /** Successes since the last look at the clock, which count as of then: never as newer. */
  #undated = 0;

  constructor(durationMs: number, shares: Shares) {
    this.#shares = shares;
    this.#slowMs = shares.slowMs ?? Number.POSITIVE_INFINITY;
    this.isTimed = shares.slowMs !== undefined;
    this.#stepMs = durationMs / STEPS;
  }

  get isDated(): boolean {
    return this.isTimed || this.#undated === UNDATED_MAX;
  }

  record(isFailure: boolean, durationMs: number, nowMs: number): boolean {
    if (!isFailure && !this.isDated) {
      this.#undated += 1;
      return false;
    }
    this.#turnTo(nowMs);
    const at = (this.#step % STEPS) * FIELDS;
    const isSlow = durationMs >= this.#slowMs;
    this.#add(at, 1);
    if (isFailure) this.#add(at + 1, 1);
    if (isSlow) this.#add(at + 2, 1);
    return (isFailure || isSlow) && isEnough(this.#totals(), this.#shares);
  }

  #add(cell: number, calls: number): void {
    this.#steps[cell] = (this.#steps[cell] ?? 0) + calls;
    const field = cell % FIELDS;
    if (field === 0) this.#calls += calls;
    else if (field === 1) this.#failures += calls;
    else this.#slow += calls;
  }

  /** However long nobody called: what is older than the span is gone. */
  #turnTo(nowMs: number): void {
    this.#add((this.#step % STEPS) * FIELDS, this.#undated);
    this.#undated = 0;
    const step = Math.floor(nowMs / this.#stepMs);
    const passed = Math.min(step - this.#step, STEPS);
    for (let back = 0; back < passed; back++) {
      const at = ((step - back) % STEPS) * FIELDS;
      for (let cell = at; cell < at + FIELDS; cell++) this.#add(cell, -(this.#steps[cell] ?? 0));
    }
    this.#step = step;
  }

  #totals(): Totals {
    return { calls: this.#calls, failures: this.#failures, slow: this.#slow };
  }

  totals(nowMs: number): Totals {
    this.#turnTo(nowMs);
    return this.#totals();
  }

  save(nowMs: number): WindowState {
    this.#turnTo(nowMs);
    const oldest = ((this.#step + 1) % STEPS) * FIELDS;
    const steps = [...this.#steps.slice(oldest), ...this.#steps.slice(0, oldest)];
    return { kind: 'time', stepMs: this.#stepMs, steps };
  }

  load(state: WindowState, nowMs: number, ageMs: number): void {
    if (state.kind !== 'time') return;
    this.#turnTo(nowMs);
    for (const [index, calls] of state.steps.entries()) {
      const stepsAgo = STEPS - 1 - Math.floor(index / FIELDS);
      // Steps that are no whole milliseconds must not fall short of themselves.
      const back = Math.floor((stepsAgo * state.stepMs + ageMs) / this.#stepMs + 1e-6);
      if (back < STEPS)
        this.#add(((this.#step + STEPS - back) % STEPS) * FIELDS + (index % FIELDS), calls);
    }
  }
}
