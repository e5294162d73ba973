import { type Finding, HealthActor } from '../actors/health.actor.ts';
import type { Containment } from '../actors/world.ts';
import type { HealthSettings } from '../machines/health.machine.ts';
import { describeError, HoldfastError } from './errors.ts';
import type { Facts } from './facts.ts';
import { type CheckOutcome, findingOf, sayable } from './finding.ts';
import type { OwnCheck } from './health-checks.ts';
import { type CheckResult, type HealthReport, reportOf } from './health-report.ts';
import type { Charts } from './kernel/charts.ts';
import { checkName, type HealthOptionsInput, healthOptions } from './options/health.ts';
import { readOptions } from './options/read.ts';

/** Says how something is. `signal` aborts once that takes too long, or nobody wants to know. */
export type HealthCheck = (context: {
  readonly signal: AbortSignal;
}) => CheckOutcome | PromiseLike<CheckOutcome>;

export interface HealthTools {
  readonly kernel: Charts;
  readonly facts: Pick<Facts, 'hear'>;
  readonly containment: Containment;
  readonly own: { readonly all: readonly OwnCheck[]; stop(): void };
}

interface Checked {
  readonly actor: HealthActor;
  readonly affects: CheckResult['affects'];
}

/** Of an embedder. */
const CHECKS_MAX = 100;

const given = { failuresMax: 3, passesMin: 2, hangingMax: 2 };

/**
 * How a runtime is. Nothing is checked until somebody asks for the first time, or has a check or
 * a mode of its own; then it goes on, so that asking again costs nothing.
 */
export class Health {
  isStarted = false;
  readonly #tools: HealthTools;
  readonly #checks = new Map<string, Checked>();
  #isBegun = false;
  #isOver = false;

  constructor(tools: HealthTools) {
    this.#tools = tools;
  }

  begin(): void {
    if (this.#isBegun || this.#isOver) return;
    this.#isBegun = true;
    for (const { name, affects, settings, after, check } of this.#tools.own.all) {
      const actor = this.#start(name, affects, settings, check);
      for (const type of after) this.#tools.facts.hear(type, () => actor.begin());
    }
  }

  report(isAccepting: boolean): HealthReport {
    this.begin();
    const known = [...this.#checks].filter(([, checked]) => isKnown(checked));
    const results = known.map(([name, checked]) => [name, resultOf(checked)] as const);
    return reportOf({ isStarted: this.isStarted, isAccepting }, Object.fromEntries(results));
  }

  /** Returns how to take it away again. */
  add(name: string, check: HealthCheck, options: HealthOptionsInput): () => void {
    readOptions(checkName, 'healthCheck.name', name);
    if (typeof check !== 'function') {
      throw new TypeError(`healthCheck.check must be a function, got ${typeof check}`);
    }
    const { affects, ...pace } = readOptions(healthOptions, 'healthCheck', options);
    if (this.#isOver) throw new HoldfastError('RUNTIME_STOPPED', 'the runtime has stopped');
    this.begin();
    if (this.#checks.has(name)) {
      throw new RangeError(`healthCheck.name must be no other check's, got "${name}"`);
    }
    const mostly = this.#tools.own.all.length + CHECKS_MAX;
    if (this.#checks.size >= mostly) {
      throw new RangeError(`healthCheck must be called for at most ${CHECKS_MAX} checks`);
    }
    const finding = async (signal: AbortSignal): Promise<Finding> =>
      findingOf(await check({ signal }));
    const { containment } = this.#tools;
    const actor = this.#start(name, affects, { ...given, ...pace }, finding, containment);
    return () => {
      actor.stop();
      if (this.#checks.get(name)?.actor === actor) this.#checks.delete(name);
    };
  }

  /** Nothing is checked any more; what was found stays. */
  stop(): void {
    this.#isOver = true;
    for (const { actor } of this.#checks.values()) actor.stop();
    this.#tools.own.stop();
  }

  #start(
    name: string,
    affects: CheckResult['affects'],
    settings: HealthSettings,
    check: OwnCheck['check'],
    containment?: Containment,
  ): HealthActor {
    const actor = new HealthActor({
      ...{ kernel: this.#tools.kernel, name, settings, check, containment },
      describe: (error) => {
        const { code, name: kind, message } = describeError(error);
        return sayable(`${code ?? kind}: ${message}`);
      },
    });
    this.#checks.set(name, { actor, affects });
    actor.begin();
    return actor;
  }
}

/** What has never been checked is left out, unless others wait for it. */
const isKnown = ({ actor, affects }: Checked): boolean =>
  affects === 'readiness' || !actor.standing.isPending;

function resultOf({ actor, affects }: Checked): CheckResult {
  const { status, atMs, sinceMs, because, observed } = actor.standing;
  return {
    status,
    ...{ affects, atMs, sinceMs },
    ...(because === undefined ? {} : { because: sayable(because) }),
    ...(observed === undefined ? {} : { observed }),
  };
}
