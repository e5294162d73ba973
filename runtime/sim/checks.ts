import type { Invariant, Violation } from './scenario.ts';

const WITHIN_MS = 60_000;
/** Of a detail, in characters: what threw may have a whole body in its message. */
const DETAIL_MAX = 2_000;

/** The invariants of a run, and which did not hold: each is told of once. */
export class Checks<State> {
  readonly violations: Violation[] = [];
  readonly #always: readonly Invariant<State>[];
  readonly #eventually: readonly Invariant<State>[];
  readonly #onViolation: (violation: Violation) => void;
  readonly #nowMs: () => number;

  constructor(
    invariants: readonly Invariant<State>[],
    nowMs: () => number,
    onViolation: (violation: Violation) => void,
  ) {
    this.#nowMs = nowMs;
    this.#onViolation = onViolation;
    this.#always = invariants.filter(({ always }) => always !== undefined);
    this.#eventually = invariants.filter(({ eventually }) => eventually !== undefined);
  }

  /** How long after the faults something is to be asked, in order. */
  get waits(): readonly number[] {
    const all = this.#eventually.map(({ withinMs = WITHIN_MS }) => withinMs);
    return [...new Set(all)].sort((a, b) => a - b);
  }

  always(state: State): void {
    for (const invariant of this.#always) {
      this.#ask(invariant.name, () => invariant.always?.(state));
    }
  }

  /** Those that are to hold so long after the faults; `why` there is no state, if there is none. */
  eventually(waitMs: number, state: { readonly state: State } | undefined, why: string): void {
    for (const invariant of this.#eventually) {
      if ((invariant.withinMs ?? WITHIN_MS) !== waitMs) continue;
      this.#ask(invariant.name, () => (state ? invariant.eventually?.(state.state) : why));
    }
  }

  violate(invariant: string, detail: string): void {
    if (this.violations.some((known) => known.invariant === invariant)) return;
    const violation = { invariant, atMs: this.#nowMs(), detail: cut(detail) };
    this.violations.push(violation);
    this.#onViolation(violation);
  }

  #ask(name: string, question: () => unknown): void {
    let detail: unknown;
    try {
      detail = question();
    } catch (error) {
      detail = `${threw}${said(error)}`;
    }
    if (typeof detail === 'string') this.violate(name, detail);
    else if (detail !== undefined) throw misfit(name, detail);
  }
}

/** Of what is neither: a promise is let go, and what it comes to, too. */
function misfit(name: string, detail: unknown): TypeError {
  if (detail instanceof Promise) detail.catch(() => {});
  const got = detail instanceof Promise ? 'a promise' : String(detail);
  return new TypeError(`the invariant "${name}" must return a string or undefined, got ${got}`);
}

const cut = (detail: string): string =>
  detail.length > DETAIL_MAX
    ? `${detail.slice(0, DETAIL_MAX)}… (${detail.length} characters)`
    : detail;

/** Begins the detail of an invariant that threw. */
export const threw = 'it threw ';

/** An error in a line. */
export const said = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
