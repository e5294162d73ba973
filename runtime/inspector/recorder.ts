import { type AnyStateMachine, isMachineSnapshot } from 'xstate';
import type { Clock } from '../../storage/ports.ts';
import type { Fact } from '../facts.ts';
import type { Child } from '../kernel/child.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Leaf } from '../kernel/leaf.ts';
import type { LiveChart } from '../kernel/live-charts.ts';
import type { Onlooker } from '../kernel/onlooker.ts';
import { snapshotOf } from '../kernel/xstate.ts';
import { EventRing, type Happened } from './event-ring.ts';
import { FactRing, type RecordedFact } from './fact-ring.ts';

/** Hears at once of what is recorded. */
export interface Listener extends Pick<Onlooker, 'changed'> {
  told(to: Leaf, type: string, from: Leaf | undefined): void;
  fact(recorded: RecordedFact): void;
}

const KEPT_MS = 5 * 60_000;
const EVENTS_MAX = 65_536;
const MACHINES_MAX = 500;
/** That share one reading of the clock. */
const TOLD_MAX = 16;

/** What happened at the doors of actors in the last minutes, for as long as a runtime lives. */
export class Recorder implements Onlooker {
  /** Of the calendar, when it began. */
  readonly beganMs: number;
  /** The newest of those that began to move, by their id. */
  readonly machines = new Map<string, AnyStateMachine>();
  listener: Listener | undefined;
  readonly #kernel: Kernel;
  readonly #clock: Clock;
  readonly #queue: Kernel['queue'];
  readonly #beganAtMs: number;
  #events = new EventRing(EVENTS_MAX);
  #facts = new FactRing();
  /** When an actor was told last, in which slice of the run queue or between which. */
  #toldAtMs = 0;
  #toldIn = -1;
  #toldLeft = 0;

  constructor(kernel: Kernel) {
    const { clock } = kernel;
    this.#kernel = kernel;
    this.#clock = clock;
    this.#queue = kernel.queue;
    this.beganMs = clock.wallMs();
    this.#beganAtMs = clock.monotonicMs();
    kernel.showTo(this);
    kernel.facts.onlooker = (make, data) => this.#fact(make, data);
  }

  /** Milliseconds since it began. */
  get nowMs(): number {
    return this.#clock.monotonicMs() - this.#beganAtMs;
  }

  /** What a time of the clock is, counted from when it began. */
  timeOf(monotonicMs: number): number {
    return monotonicMs - this.#beganAtMs;
  }

  told(to: Leaf, type: string, from: Leaf | undefined): number {
    const nth = this.#events.event(this.#timeOfTelling(to), to.path, from?.path, type);
    this.listener?.told(to, type, from);
    return nth;
  }

  handled(told: number): void {
    this.#events.handled(told, this.#queue.nowMs);
  }

  /** Whoever has an incarnation is served in a slice to come: until then little time goes by. */
  #timeOfTelling(to: Leaf): number {
    const { slices } = this.#queue;
    this.#toldLeft -= 1;
    if (slices !== this.#toldIn || this.#toldLeft < 0 || to.ref === undefined) {
      this.#toldIn = slices;
      this.#toldLeft = TOLD_MAX;
      this.#toldAtMs = this.#queue.nowMs;
    }
    return this.#toldAtMs;
  }

  moved(actor: Leaf | LiveChart, by: string | undefined): void {
    const { ref } = actor;
    if (ref === undefined) return;
    const snapshot = snapshotOf(ref);
    if (!isMachineSnapshot(snapshot)) return;
    const { value, machine } = snapshot;
    if (value === actor.seen) return;
    if (actor.seen === undefined) this.#note(machine);
    const subject = 'path' in actor ? actor.path : actor.name;
    const before = actor.seen;
    this.#events.move(this.#queue.nowMs, subject, { machine: machine.id, by, before, value });
    actor.seen = value;
  }

  #note(machine: AnyStateMachine): void {
    const { machines } = this;
    machines.delete(machine.id);
    machines.set(machine.id, machine);
    const [oldest] = machines.keys();
    if (machines.size > MACHINES_MAX && oldest !== undefined) machines.delete(oldest);
  }

  changed(actor: Child | LiveChart): void {
    this.listener?.changed(actor);
  }

  /** The newest facts, oldest first; `atMs` is of the clock. */
  facts(): readonly RecordedFact[] {
    return this.#facts.since(this.#sinceMs);
  }

  find(id: string): RecordedFact | undefined {
    return this.facts().findLast(({ fact }) => fact.id === id);
  }

  /** Events and moves, oldest first, each with how many there were before it. */
  happened(): Iterable<readonly [nth: number, happened: Happened]> {
    return this.#events.since(this.#sinceMs);
  }

  close(): void {
    this.#kernel.showTo(undefined);
    this.#kernel.facts.onlooker = undefined;
    this.listener = undefined;
    this.#events = new EventRing(1);
    this.#facts = new FactRing();
    this.machines.clear();
  }

  get #sinceMs(): number {
    return this.#clock.monotonicMs() - KEPT_MS;
  }

  #fact(make: () => Fact, data: Fact['data']): void {
    const recorded = this.#facts.add(this.#queue.nowMs, make, data, this.#events.written);
    this.listener?.fact(recorded);
  }
}
