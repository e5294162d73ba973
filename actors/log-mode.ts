import type { SnapshotFrom } from 'xstate';
import {
  type AuditEmitted,
  type AuditMode,
  auditMachine,
  isRefusing,
} from '../machines/audit.machine.ts';
import type { AuditLimits } from './audit-limits.ts';
import type { Happening } from './audit-tools.ts';
import type { Chart, Kernel } from './world.ts';

export const auditSettings = {
  backoff: { minMs: 1_000, maxMs: 30_000, factor: 2 },
  /** While nothing at all can be stored: about an hour. */
  triesMax: 120,
  steadyMs: 300_000,
};

/** What went wrong, if that moves the mode: told as a fact of its own, `audit.` first. */
const troubles = [
  ...(['append.failed', 'append.stalled', 'spool.failed', 'spool.filled'] as const),
  ...(['files.vanished', 'tampering.found', 'space.low', 'reopen.failed'] as const),
];

type Trouble = Extract<Happening, { type: (typeof troubles)[number] }>;

const isTrouble = (event: Happening): event is Trouble =>
  troubles.some((type) => type === event.type);

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
  /** What is being heeded. */
  #event: Happening | undefined;
  readonly #waiting: Happening[] = [];
  /** The facts of the last move, and of the last time that writes were refused within a mode. */
  #movedId: string | undefined;
  #refusedId: string | undefined;

  constructor(
    kernel: Kernel,
    { reopenMs, replayMs }: Pick<AuditLimits, 'reopenMs' | 'replayMs'>,
    { onReopen, onReplay, onFailed }: LogModeEvents,
  ) {
    this.#kernel = kernel;
    this.#chart = kernel.startChart(auditMachine, {
      id: 'audit',
      input: {
        ...{ ...auditSettings, reopenMs, replayMs },
        ...this.#moment(),
      },
      onMoved: (snapshot) => {
        if (snapshot.hasTag('failed')) onFailed(snapshot.context.because);
      },
      onEmitted: (emitted) => {
        if (emitted.type === 'audit.reopen') onReopen();
        else if (emitted.type === 'audit.replay') onReplay();
        else this.#tell(emitted);
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

  /** What comes up while a move is being told is heeded after. */
  send(event: Happening): void {
    this.#waiting.push(event);
    if (this.#event !== undefined) return;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (this.#snapshot.status !== 'active') continue;
      this.#event = next;
      const { mode, isRefusing } = this;
      this.#chart.send({ ...next, ...this.#moment() });
      if (this.mode === mode && this.isRefusing !== isRefusing) this.#tellWrites(next);
      this.#event = undefined;
    }
  }

  /** No mode was entered or left, but work of effect write is refused, or is again not. */
  #tellWrites(event: Happening): void {
    if (this.isRefusing) {
      const causeId = isTrouble(event) ? this.#tellOf(event, this.#movedId) : this.#movedId;
      this.#refusedId = this.#kernel.tell('audit.writes.refused', 'audit', {}, causeId);
    } else this.#kernel.tell('audit.writes.served', 'audit', {}, this.#refusedId);
  }

  /** From a move one can walk back to what went wrong first, over those between. */
  #tell({ type, ...move }: AuditEmitted & { readonly type: 'audit.moved' }): void {
    const before = move.from === 'readWrite' ? undefined : this.#movedId;
    const event = this.#event;
    const causeId = event !== undefined && isTrouble(event) ? this.#tellOf(event, before) : before;
    this.#movedId = this.#kernel.tell(type, 'audit', move, causeId);
  }

  #tellOf({ type, ...data }: Trouble, causeId: string | undefined): string {
    return this.#kernel.tell(`audit.${type}`, 'audit', data, causeId);
  }

  #moment(): { readonly nowMs: number; readonly draw: number } {
    return { nowMs: this.#kernel.clock.monotonicMs(), draw: this.#kernel.random.draw() };
  }
}
