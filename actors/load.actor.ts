import {
  isNoticed,
  type LoadCause,
  type LoadEvent,
  type LoadMode,
  type LoadSettings,
  loadMachine,
} from '../machines/load.machine.ts';
import type { Cancel } from '../storage/ports.ts';
import type { Chart, Gauge, Kernel, Meter, Reading } from './world.ts';

const SAMPLE_MS = 1_000;

/** Unless told otherwise. */
export const loadSettings: LoadSettings = {
  pressured: {
    above: { loopDelayMs: 100, cpuRatio: 0.8, memoryRatio: 0.85, forMs: 5_000 },
    below: { loopDelayMs: 50, cpuRatio: 0.6, memoryRatio: 0.75, forMs: 10_000 },
  },
  shedding: {
    above: { loopDelayMs: 500, cpuRatio: 0.95, memoryRatio: 0.95, forMs: 5_000 },
    below: { loopDelayMs: 250, cpuRatio: 0.85, memoryRatio: 0.85, forMs: 10_000 },
  },
};

/** How the load stands. Times are monotonic milliseconds. */
export interface LoadStanding extends Reading {
  readonly mode: LoadMode;
  readonly sinceMs: number;
  /** What moved it last: what exceeds the band; `calm` on the way back. */
  readonly because: LoadCause;
}

/** Looks at the load every second while it may change, and says what is to be done about it. */
export class Load {
  readonly #kernel: Kernel;
  readonly #gauge: Gauge;
  readonly #chart: Chart<typeof loadMachine>;
  readonly #shed: () => void;
  /** The fact of the last move. */
  #movedId: string | undefined;
  /** None while a steady load is calm. */
  #cancel: Cancel | undefined;
  /** Until then there is nothing to tell of. */
  hasLooked = false;
  /** The last one that changed nothing: the chart is told before the next one that may. */
  #unnoticed: LoadEvent | undefined;

  /** `shed` is called every second while there is too much of it: one peer has to go. */
  constructor(kernel: Kernel, meter: Meter, settings: LoadSettings, shed: () => void) {
    const { clock } = kernel;
    this.#kernel = kernel;
    this.#shed = shed;
    this.#gauge = meter.open(() => this.#stir());
    this.#chart = kernel.startChart(loadMachine, {
      id: 'load',
      input: { settings, nowMs: clock.monotonicMs() },
      onMoved: () => {},
      onEmitted: ({ type, sample: { nowMs: _, ...reading }, ...move }) => {
        const causeId = move.from === 'normal' ? undefined : this.#movedId;
        this.#movedId = kernel.tell(type, 'load', { ...move, ...reading }, causeId);
      },
    });
    this.#cancel = this.#later();
  }

  /** With the newest reading that was noticed, or the one before. */
  get standing(): LoadStanding {
    const { mode, sinceMs, because, sample } = this.#chart.snapshot.context;
    const { loopDelayMs, cpuRatio, memoryRatio } = this.#unnoticed ?? sample;
    return { mode, sinceMs, because, loopDelayMs, cpuRatio, memoryRatio };
  }

  get mode(): LoadMode {
    return this.#chart.snapshot.context.mode;
  }

  /** Whoever is not known must work before it gets in. */
  get isChallenging(): boolean {
    return this.#chart.snapshot.hasTag('challenging');
  }

  #later(): Cancel {
    return this.#kernel.clock.after(SAMPLE_MS, () => this.#look());
  }

  #sample(): LoadEvent {
    const nowMs = this.#kernel.clock.monotonicMs();
    this.hasLooked = true;
    return { type: 'load.sampled', nowMs, ...this.#gauge.read() };
  }

  #look(): void {
    const sampled = this.#sample();
    const isCalm = !isNoticed(this.#chart.snapshot.context, sampled);
    this.#cancel = isCalm && this.#gauge.isSteady ? undefined : this.#later();
    if (isCalm) {
      this.#unnoticed = sampled;
      return;
    }
    if (this.#unnoticed !== undefined) this.#chart.send(this.#unnoticed);
    this.#unnoticed = undefined;
    this.#chart.send(sampled);
    if (this.#chart.snapshot.hasTag('shedding')) this.#shed();
  }

  /** It was calm until now: that is the last that was seen of it. */
  #stir(): void {
    if (this.#cancel !== undefined) return;
    this.#unnoticed = this.#sample();
    this.#cancel = this.#later();
  }

  stop(): void {
    this.#cancel?.();
    this.#gauge.close();
    this.#chart.stop();
  }
}
