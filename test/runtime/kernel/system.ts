import type { AnyActorLogic, AnyActorRef, EventObject } from 'xstate';
import { supervisorLogic } from '../../../runtime/kernel/supervisor.ts';
import { ActorSystem, type Owned } from '../../../runtime/kernel/xstate.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';

/** Writes down what the adapter tells it. */
export class Witness implements Owned {
  readonly told: string[];
  readonly name: string;
  error: unknown;
  moves = 0;

  constructor(name: string, told: string[]) {
    this.name = name;
    this.told = told;
  }

  receive(event: EventObject): void {
    this.told.push(`${this.name} receives ${event.type}`);
  }

  lose(event: EventObject): void {
    this.told.push(`${this.name} loses ${event.type}`);
  }

  moved(): void {
    this.moves += 1;
  }

  failing(): void {
    this.told.push(`${this.name} is failing`);
  }

  ended(_incarnation: AnyActorRef, how: 'failed' | 'finished', value: unknown): void {
    this.error = value;
    this.told.push(`${this.name} ${how}: ${value}`);
  }
}

/** An actor system under the adapter, on virtual time, and all that its owners were told. */
export function system() {
  const clock = new VirtualClock();
  const told: string[] = [];
  const adapter = new ActorSystem(supervisorLogic, new Witness('root', told), clock, () => {});
  const start = (id: string, logic: AnyActorLogic, options: { input?: unknown } = {}) => {
    const ref = adapter.create(logic, new Witness(id, told), adapter.root, { id, ...options });
    ref.start();
    return ref;
  };
  const deliver = (ref: AnyActorRef, type: string) => adapter.deliver(ref, { type });
  return { clock, told, adapter, start, deliver };
}
