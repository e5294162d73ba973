import { type Actor, createActor, fromCallback } from 'xstate';
import { type ShutdownEvent, shutdownMachine } from '../../machines/shutdown.machine.ts';
import type { Cancel } from '../../storage/ports.ts';
import type { Kernel } from './kernel.ts';

export interface ShutdownReport {
  /** Paths of the actors that were still there when the deadline was over. */
  readonly abandoned: readonly string[];
}

/** Ends a runtime in phases, once; machines/shutdown.machine.ts says what may happen when. */
export class Shutdown {
  readonly finished: Promise<ShutdownReport>;
  readonly #kernel: Kernel;
  readonly #chart: Actor<typeof shutdownMachine>;
  #abandoned: readonly string[] = [];
  #closed: Promise<void> | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#chart = createActor(this.#bind(), {
      clock: {
        setTimeout: (task: () => void, delayMs: number) => kernel.clock.after(delayMs, task),
        clearTimeout: (cancel: Cancel) => cancel(),
      },
    });
    this.finished = new Promise((resolve) => {
      this.#chart.subscribe({
        complete: () => resolve(this.#finish()),
        error: (error) => kernel.fault(error),
      });
    });
    this.#chart.start();
  }

  get isAccepting(): boolean {
    return this.#chart.getSnapshot().hasTag('accepting');
  }

  /** Once begun, it can be told to be over earlier. */
  begin(deadlineMs: number): void {
    if (this.isAccepting) return this.#send({ type: 'shutdown.begin', deadlineMs });
    if (this.#chart.getSnapshot().hasTag('closed')) return;
    const cancel = this.#kernel.clock.after(deadlineMs, () => this.abandon());
    void this.finished.then(cancel);
  }

  /** The tree has failed: there is nothing left to be gentle with. */
  abandon(): void {
    this.#send({ type: 'shutdown.abandon' });
  }

  #send(event: ShutdownEvent): void {
    if (!this.#chart.getSnapshot().hasTag('closed')) this.#chart.send(event);
  }

  #bind(): typeof shutdownMachine {
    const { queue } = this.#kernel;
    return shutdownMachine.provide({
      actors: {
        closing: this.#phase('closing', (done) => {
          this.#closed = this.#kernel.intake?.close();
          this.#kernel.isClosing = true;
          done();
        }),
        // What is at work outside may still ask actors.
        draining: this.#phase('draining', (done) => {
          if (this.#closed === undefined) queue.onceIdle(done);
          else void this.#closed.then(() => queue.onceIdle(done));
        }),
        persisting: this.#phase('persisting', (done) => this.#save(done)),
        stopping: this.#phase('stopping', (done) =>
          queue.control(() => this.#kernel.root.stop(done)),
        ),
        abandoning: this.#phase('abandoning', (done) => queue.control(() => this.#stopNow(done))),
      },
    });
  }

  #phase(name: string, work: (done: () => void) => void) {
    return fromCallback<ShutdownEvent>(({ sendBack }) => {
      this.#kernel.facts.publish(`runtime.${name}`, '', {});
      work(() => sendBack({ type: 'phase.completed' }));
    });
  }

  #save(done: () => void): void {
    const { persistence } = this.#kernel;
    if (persistence === undefined) done();
    else this.#kernel.queue.control(() => void persistence.saveAll().then(done));
  }

  #stopNow(done: () => void): void {
    // Those that are stopped have nothing to save any more.
    void this.#kernel.persistence?.saveAll();
    const { root, queue } = this.#kernel;
    this.#kernel.isClosing = true;
    const left = root.inStopOrder().filter(({ state }) => state !== 'ended');
    this.#abandoned = left.filter((child) => child !== root).map(({ path }) => path);
    queue.sweep(left, (child) => child.end({ because: 'stopped' }), done);
  }

  #finish(): ShutdownReport {
    const { facts, letters, log } = this.#kernel;
    letters.close();
    facts.publish('runtime.stopped', '', { abandoned: this.#abandoned.length });
    facts.close();
    log.flush();
    return { abandoned: this.#abandoned };
  }
}
