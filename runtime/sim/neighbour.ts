import { containment } from '../world/containment.ts';
import { said } from './checks.ts';
import { type Machine, Process, type Stage } from './stage.ts';

const RESTART_MS = 1_000;

/** Called at the start of each process of a machine. */
export type Boot = (at: Stage) => Promise<unknown> | unknown;

/** A machine beside the one that a run is about. It starts again when its process dies. */
export class Neighbour {
  readonly address: string;
  readonly #machine: Machine;
  readonly #start: Boot;
  readonly #onUncaught: (error: unknown) => void;
  readonly #later: (delayMs: number, task: () => void) => void;
  #process: Process | undefined;
  #incarnation = 0;
  /** Why it is not up; undefined if it is. */
  whyDown: string | undefined = 'start has not ended';

  constructor(
    machine: Machine & { readonly address: string },
    start: Boot,
    later: (delayMs: number, task: () => void) => void,
    onUncaught: (error: unknown) => void,
  ) {
    this.address = machine.address;
    this.#machine = machine;
    this.#start = start;
    this.#later = later;
    this.#onUncaught = onUncaught;
  }

  boot(): void {
    this.#incarnation += 1;
    const process: Process = new Process(this.#machine, this.#incarnation, (error) => {
      this.#onUncaught(error);
      this.crash(RESTART_MS, `the process died of ${said(error)}`);
    });
    this.#process = process;
    process.note('a process starts');
    void containment.run(process, () => this.#live(process));
  }

  async #live(process: Process): Promise<void> {
    try {
      await this.#start(process);
    } catch (error) {
      process.note('it cannot start', { error: said(error) });
      if (!process.isDead) this.crash(RESTART_MS, `the process cannot start: ${said(error)}`);
      return;
    }
    if (process.isDead) return;
    this.whyDown = undefined;
    process.note('it is up');
  }

  /** Its process dies, if it has one, and the next one starts so much later. */
  crash(downMs: number, why: string): void {
    if (this.#process === undefined) return;
    this.end();
    this.whyDown = why;
    this.#later(downMs, () => this.boot());
  }

  end(): void {
    this.#process?.die();
    this.#process = undefined;
  }
}
