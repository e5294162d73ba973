import type { Cancel, Clock } from '../storage/ports.ts';
import type { Meter, Reading } from './world.ts';

const SAMPLE_MS = 1_000;
/** Whoever asks so soon after has the same. */
const FRESH_MS = 5_000;

export interface SampleTools {
  readonly clock: Clock;
  readonly meter: Meter;
  /** What somebody else has read, if somebody looks all the time. */
  known(): Reading | undefined;
}

/** The load over one second, for whoever asks: a gauge is open for no longer than that. */
export class LoadSample {
  readonly #tools: SampleTools;
  #taken: { readonly atMs: number; readonly reading: Promise<Reading> } | undefined;
  #stop: Cancel = () => {};

  constructor(tools: SampleTools) {
    this.#tools = tools;
  }

  /** Trap: once it is stopped, what was asked for never comes. */
  async take(): Promise<Reading> {
    const known = this.#tools.known();
    if (known !== undefined) return known;
    const nowMs = this.#tools.clock.monotonicMs();
    if (this.#taken === undefined || nowMs - this.#taken.atMs >= FRESH_MS) {
      this.#taken = { atMs: nowMs, reading: this.#read() };
    }
    return await this.#taken.reading;
  }

  #read(): Promise<Reading> {
    const { clock, meter } = this.#tools;
    return new Promise((resolve) => {
      const gauge = meter.open(() => {});
      const cancel = clock.after(SAMPLE_MS, () => {
        resolve(gauge.read());
        this.#stop();
      });
      this.#stop = () => {
        cancel();
        gauge.close();
        this.#stop = () => {};
      };
    });
  }

  stop(): void {
    this.#stop();
  }
}
