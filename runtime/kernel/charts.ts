import type { AnyStateMachine, EmittedFrom, EventFrom, SnapshotFrom } from 'xstate';
import type { FactType } from '../../actors/fact-family.ts';
import type { Chart, ChartOptions, Kernel as Port, RandomStream } from '../../actors/world.ts';
import type { Clock } from '../../storage/ports.ts';
import { describeError } from '../errors.ts';
import { Fifo } from './fifo.ts';
import type { Kernel } from './kernel.ts';
import type { Incarnation, Owned } from './xstate.ts';

/**
 * What the kernel does for the actors of the house: it runs their charts in the system of the
 * runtime, without a mailbox, for gates that must move on the caller's stack.
 */
export class Charts implements Port {
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly #kernel: Kernel;

  constructor(kernel: Kernel, random: RandomStream) {
    this.#kernel = kernel;
    this.clock = kernel.clock;
    this.random = random;
  }

  startChart<Machine extends AnyStateMachine>(
    machine: Machine,
    options: ChartOptions<Machine>,
  ): Chart<Machine> {
    return new RunningChart(this.#kernel, machine, options);
  }

  tell(
    type: FactType,
    subject: string,
    data: Readonly<Record<string, unknown>>,
    causeId?: string,
  ): string {
    const { error, ...rest } = data;
    const told = error === undefined ? rest : { ...rest, error: describeError(error) };
    return this.#kernel.facts.publish(type, subject, told, causeId);
  }
}

class RunningChart<Machine extends AnyStateMachine> implements Chart<Machine> {
  readonly #kernel: Kernel;
  readonly #ref: Incarnation;
  readonly #emitted = new Fifo<EmittedFrom<Machine>>();
  readonly #onEmitted: (emitted: EmittedFrom<Machine>) => void;
  #isSending = false;

  constructor(kernel: Kernel, machine: Machine, options: ChartOptions<Machine>) {
    const { id, input, from, onMoved, onEmitted } = options;
    this.#kernel = kernel;
    this.#onEmitted = onEmitted;
    const { system } = kernel;
    this.#ref = system.create(machine, this.#owner(id), system.root, { id, input, snapshot: from });
    this.#ref.on('*', (event) => this.#hear(event as EmittedFrom<Machine>));
    this.#ref.subscribe({ next: (snapshot) => onMoved(snapshot), error: () => {} });
    kernel.charts.begin(id, this.#ref);
    this.#ref.start();
    kernel.charts.moved(this.#ref);
  }

  get snapshot(): SnapshotFrom<Machine> {
    return this.#ref.getSnapshot();
  }

  send(event: EventFrom<Machine>): void {
    this.#isSending = true;
    try {
      this.#kernel.system.deliver(this.#ref, event);
    } finally {
      this.#isSending = false;
    }
    this.#tellEmitted();
  }

  stop(): void {
    this.#kernel.system.stop(this.#ref);
    this.#kernel.charts.end(this.#ref);
  }

  /** A chart has no mailbox for others, and is pure: if it fails, that is a defect. */
  #owner(id: string): Owned {
    const owner: Owned = {
      handling: undefined,
      receive: (event) => this.#kernel.letters.record(id, 'type', event),
      lose: (event) => this.#kernel.letters.record(id, 'dead', event),
      moved: () => this.#kernel.charts.moved(this.#ref, owner.handling),
      failing: () => {},
      ended: (_ref, how, error) => {
        if (how === 'failed') this.#kernel.fault(error);
        this.#kernel.charts.end(this.#ref);
      },
    };
    return owner;
  }

  /** Whoever hears of a move may send at once, so it is told once the move is over. */
  #hear(emitted: EmittedFrom<Machine>): void {
    this.#emitted.push(emitted);
    if (!this.#isSending) this.#kernel.queue.control(() => this.#tellEmitted());
  }

  #tellEmitted(): void {
    for (let event = this.#emitted.shift(); event !== undefined; event = this.#emitted.shift()) {
      this.#onEmitted(event);
    }
  }
}
