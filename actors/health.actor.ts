import {
  type HealthEmitted,
  type HealthSettings,
  healthMachine,
} from '../machines/health.machine.ts';
import { BreakerActor, type BreakerOptions, type Leave } from './breaker.actor.ts';
import type { Chart, Containment, Kernel, Owner } from './world.ts';

export type HealthStatus = 'pass' | 'warn' | 'fail';

/** What one check came to. */
export interface Finding {
  readonly status: HealthStatus;
  readonly because?: string | undefined;
  readonly observed?: { readonly value: number; readonly unit: string } | undefined;
}

/**
 * What is thought of it: it fails until it was checked for the first time. Times are milliseconds
 * since 1970.
 */
export interface HealthStanding extends Finding {
  /** When it was checked last, or begun if it never was. */
  readonly atMs: number;
  /** Since when it has that status. */
  readonly sinceMs: number;
  readonly isPending: boolean;
}

export interface HealthTools {
  readonly kernel: Kernel;
  readonly name: string;
  readonly settings: HealthSettings;
  /** One that throws has failed; so has one that hangs, whose signal aborts. */
  readonly check: (signal: AbortSignal) => Finding | Promise<Finding>;
  /** For a check that somebody else wrote: whatever it starts is kept in. */
  readonly containment?: Containment | undefined;
  /** What may be told of an error. */
  describe(error: unknown): string;
}

/** One time that the check runs. */
interface Run extends Owner {
  readonly leave: Leave;
  readonly controller: AbortController;
  isHanging: boolean;
}

/** While it throws or hangs it is checked less often, up to so many times its period. */
const BACKOFF_MAX = 4;
const PENDING = 'it was not checked yet';

/** One check, on time, and what is known of what it looks at. Whoever asks is told at once. */
export class HealthActor {
  readonly name: string;
  readonly #tools: HealthTools;
  readonly #breaker: BreakerActor;
  readonly #chart: Chart<typeof healthMachine>;
  #status: HealthStatus | undefined;
  #before: HealthStatus | undefined;
  #run: Run | undefined;
  #latest: Finding = { status: 'fail', because: PENDING };
  /** Of the last result that was none too good. */
  #complaint: string | undefined = PENDING;
  /** What it started threw, where nobody could catch it. */
  #stray: { readonly error: unknown } | undefined;
  #atMs: number;
  #sinceMs: number;
  #isOver = false;

  constructor(tools: HealthTools) {
    const { kernel, name, settings } = tools;
    this.name = name;
    this.#tools = tools;
    this.#atMs = this.#sinceMs = Math.round(kernel.clock.wallMs());
    const breaker = breakerOf(settings);
    this.#breaker = new BreakerActor(untold(kernel), `holdfast.health.${name}`, breaker, () => {});
    this.#chart = kernel.startChart(healthMachine, {
      id: `health:${name}`,
      input: settings,
      onMoved: (snapshot) => this.#follow(snapshot),
      onEmitted: (emitted) => this.#hear(emitted),
    });
  }

  get standing(): HealthStanding {
    const { status, because, observed } = this.#latest;
    const thought = this.#status ?? status;
    return {
      status: thought,
      because: thought === 'pass' ? because : this.#complaint,
      observed,
      atMs: this.#atMs,
      sinceMs: this.#sinceMs,
      isPending: this.#status === undefined,
    };
  }

  /** Now, unless one is under way; from then on whenever it is due. */
  begin(): void {
    if (!this.#isOver) this.#chart.send({ type: 'check.begin' });
  }

  /** What is under way is given up: what it comes to is nobody's any more. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#chart.stop();
    this.#breaker.sleep();
    const run = this.#run;
    this.#run = undefined;
    if (run !== undefined) this.#abort(run, 'no check is wanted any more');
  }

  #follow(snapshot: Chart<typeof healthMachine>['snapshot']): void {
    const status = TAGS.find(([tag]) => snapshot.hasTag(tag))?.[1];
    if (status === this.#status) return;
    this.#before = this.#status;
    this.#status = status;
    this.#sinceMs = this.#now();
  }

  #hear(emitted: HealthEmitted): void {
    if (this.#isOver) return;
    if (emitted.type === 'check.begun') this.#begun();
    else if (emitted.type === 'check.overdue') this.#overdue();
    else this.#tell(emitted);
  }

  #begun(): void {
    const { settings, check, containment } = this.#tools;
    const leave = this.#breaker.admit();
    if (!leave.admitted) {
      const { retryAfterMs = settings.everyMs } = leave;
      return this.#chart.send({ type: 'check.refused', retryAfterMs });
    }
    const uncaught = (error: unknown): void => {
      this.#stray ??= { error };
    };
    const run: Run = { leave, controller: new AbortController(), isHanging: false, uncaught };
    this.#run = run;
    const { signal } = run.controller;
    let found: Finding | Promise<Finding>;
    try {
      found = containment === undefined ? check(signal) : containment.run(run, () => check(signal));
    } catch (error) {
      return this.#failed(run, error);
    }
    if (!(found instanceof Promise)) return this.#ended(run, found);
    found.then(
      (finding) => this.#ended(run, finding),
      (error: unknown) => this.#failed(run, error),
    );
  }

  #ended(run: Run, finding: Finding): void {
    if (this.#stray !== undefined) return this.#failed(run, this.#stray.error);
    this.#end(run, finding, () => this.#breaker.report(run.leave, 'succeeded'));
  }

  #failed(run: Run, error: unknown): void {
    const because = this.#tools.describe(error);
    const finding: Finding = { status: 'fail', because };
    this.#end(run, finding, () => this.#breaker.report(run.leave, 'failed', error));
  }

  #end(run: Run, finding: Finding, report: () => void): void {
    if (this.#isOver) return;
    if (this.#run !== run) {
      if (run.isHanging) this.#chart.send({ type: 'check.settled' });
      run.isHanging = false;
      return;
    }
    this.#run = undefined;
    this.#stray = undefined;
    report();
    this.#note(finding);
    const draw = this.#tools.kernel.random.draw();
    this.#chart.send({ type: EVENTS[finding.status], draw });
  }

  #overdue(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    run.isHanging = true;
    const because = `it did not end within ${this.#tools.settings.timeoutMs} ms`;
    this.#breaker.report(run.leave, 'failed', new Error(because));
    this.#note({ status: 'fail', because });
    this.#abort(run, because);
  }

  /** What listeners throw is held against the check. */
  #abort(run: Run, because: string): void {
    const { containment } = this.#tools;
    const abort = (): void => run.controller.abort(new Error(because));
    if (containment === undefined) abort();
    else containment.run(run, abort);
  }

  #now(): number {
    return Math.round(this.#tools.kernel.clock.wallMs());
  }

  #note(finding: Finding): void {
    this.#latest = finding;
    this.#atMs = this.#now();
    if (finding.status !== 'pass') this.#complaint = finding.because;
  }

  /** That all is well at the first look is no news. */
  #tell({ type, failures }: Exclude<HealthEmitted, { type: `check.${string}` }>): void {
    const { kernel, name } = this.#tools;
    const { because, observed } = this.standing;
    const isNews = this.#before !== undefined || type !== 'health.passed';
    if (isNews) kernel.tell(type, name, { because, failures, ...observed });
  }
}

const TAGS = [
  ['passing', 'pass'],
  ['warning', 'warn'],
  ['failing', 'fail'],
] as const;

const EVENTS = { pass: 'check.passed', warn: 'check.warned', fail: 'check.failed' } as const;

/** A probe that hangs is overdue here before it is there. */
const breakerOf = ({ everyMs, timeoutMs, failuresMax }: HealthSettings): BreakerOptions => ({
  window: { kind: 'consecutive', failuresMax },
  open: { minMs: everyMs, maxMs: BACKOFF_MAX * everyMs, factor: 2 },
  probesMax: 1,
  probeMs: 2 * timeoutMs,
});

/** Of its breaker nobody hears: that the check fails is told once, not with every try. */
const untold = (kernel: Kernel): Kernel => ({
  clock: kernel.clock,
  random: kernel.random,
  startChart: (machine, options) => kernel.startChart(machine, options),
  tell: () => '',
});
