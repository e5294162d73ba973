import type { SnapshotFrom } from 'xstate';
import { type AuditMode, auditMachine, isRefusing } from '../machines/audit.machine.ts';
import type { AuditLimits } from './audit-limits.ts';
import type { Happening } from './audit-tools.ts';
import type { Chart, Kernel } from './world.ts';

const BACKOFF = { minMs: 1_000, maxMs: 30_000, factor: 2 };
/** So many tries while nothing at all can be stored: about an hour. */
const TRIES_MAX = 120;

/** How the log stands, for whoever looks. Times are monotonic milliseconds. */
export interface AuditStanding {
  readonly mode: AuditMode;
  readonly sinceMs: number;
  /** What moved it last, or went wrong since. */
  readonly because: string;
  /** The storage code of that, if it has one. */
  readonly code: string | null;
  /** Work of effect write is refused: by mode, and in any mode while free space is low. */
  readonly isRefusing: boolean;
}

export interface LogModeEvents {
  onReopen(): void;
  onReplay(): void;
  /** Called within every move while only an operator can help. */
  onFailed(because: string): void;
}

/** What the log can be used for, as its chart says. */
export class LogMode {
  readonly #kernel: Kernel;
  readonly #chart: Chart<typeof auditMachine>;

  constructor(
    kernel: Kernel,
    { reopenMs, replayMs }: Pick<AuditLimits, 'reopenMs' | 'replayMs'>,
    { onReopen, onReplay, onFailed }: LogModeEvents,
  ) {
    this.#kernel = kernel;
    this.#chart = kernel.startChart(auditMachine, {
      id: 'audit',
      input: { backoff: BACKOFF, triesMax: TRIES_MAX, reopenMs, replayMs, ...this.#moment() },
      onMoved: (snapshot) => {
        if (snapshot.hasTag('failed')) onFailed(snapshot.context.because);
      },
      onEmitted: ({ type, ...data }) => {
        if (type === 'audit.reopen') onReopen();
        else if (type === 'audit.replay') onReplay();
        else kernel.tell(type, 'audit', data);
      },
    });
  }

  get #snapshot(): SnapshotFrom<typeof auditMachine> {
    return this.#chart.snapshot;
  }

  get standing(): AuditStanding {
    const { mode, sinceMs, because, code } = this.#snapshot.context;
    return { mode, sinceMs, because, code, isRefusing: this.isRefusing };
  }

  get mode(): AuditMode {
    return this.#snapshot.context.mode;
  }

  get isRefusing(): boolean {
    return isRefusing(this.#snapshot);
  }

  /** Free space is below its floor. */
  get isLow(): boolean {
    return this.#snapshot.context.isLow;
  }

  /** The log itself takes records now. */
  get isTaking(): boolean {
    return this.#snapshot.hasTag('writable') && !this.#snapshot.hasTag('spooling');
  }

  send(event: Happening): void {
    if (this.#snapshot.status === 'active') this.#chart.send({ ...event, ...this.#moment() });
  }

  #moment(): { readonly nowMs: number; readonly draw: number } {
    return { nowMs: this.#kernel.clock.monotonicMs(), draw: this.#kernel.random.draw() };
  }
}
