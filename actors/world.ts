import type {
  AnyStateMachine,
  EmittedFrom,
  EventFrom,
  InputFrom,
  InspectionEvent,
  SnapshotFrom,
} from 'xstate';
import type { Clock, Files, Kv } from '../storage/ports.ts';
import type { FactType } from './fact-family.ts';
import type { Http } from './http.ts';
import type { Names } from './names.ts';
import type { Network } from './network.ts';
import type { Sockets } from './sockets.ts';
import type { VmDrivers } from './vm-drivers.ts';

/** One named stream of random draws. In the simulated world it follows from seed and name alone. */
export interface RandomStream {
  /** Uniform in [0, 1), 53 bits. */
  draw(): number;
  /**
   * `length` uniform bytes, 0 to 65,536.
   * @throws {RangeError} if `length` is anything else.
   */
  bytes(length: number): Uint8Array;
}

/** The only source of randomness. Draws from one stream never move another. */
export interface Random {
  stream(name: string): RandomStream;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** A structured log, shaped as pino's: fields first, message second. Never throws. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** Whoever answers for code: told of what that code threw after it had returned. */
export interface Owner {
  uncaught(error: unknown): void;
}

/**
 * Attributes errors that nobody can catch (a throw in a timer, a rejection nobody awaited) to the
 * owner in whose context the failing work was started. Errors without an owner are left as they
 * are: the process treats them as if Holdfast were not there.
 */
export interface Containment {
  /** Runs `work` so that whatever it starts, now or later, belongs to `owner`, or to nobody. */
  run<Result>(owner: Owner | undefined, work: () => Result): Result;
  /** The owner of the code that is running now. */
  current(): Owner | undefined;
}

export type SignalName = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/** The signals of the process. */
export interface Signals {
  /**
   * Calls `listener` for the first of `names` that arrives, then stops listening, so that a second
   * signal ends the process at once.
   */
  once(names: readonly SignalName[], listener: (name: SignalName) => void): () => void;
  /** Ends this process the way `name` would have, had nobody listened. */
  raise(name: SignalName): void;
}

/** Something that happened, as a witness hears of it. */
export interface Happened {
  readonly id: string;
  readonly type: string;
  readonly subject?: string;
  readonly data: LogFields;
  readonly causationid?: string;
}

/** Hears of every fact, and of every move of every machine. It may not throw. */
export interface Witness {
  fact(fact: Happened): void;
  inspect(event: InspectionEvent): void;
}

/** What this process takes of what it may have, since it was looked at last. */
export interface Reading {
  /** The 99th percentile of how late the event loop was. */
  readonly loopDelayMs: number;
  /** User and system time over wall time and cores, 0 to 1. */
  readonly cpuRatio: number;
  /** Of the memory that it may take, 0 to 1. */
  readonly memoryRatio: number;
}

export interface Gauge {
  /** Whether it reads the same until `onStirred` is called: until then nobody needs to look. */
  readonly isSteady: boolean;
  read(): Reading;
  /** Trap: until then it wakes the process a hundred times a second. */
  close(): void;
}

export interface Meter {
  /** `onStirred` is called before a steady gauge begins to read something else. */
  open(onStirred: () => void): Gauge;
}

/** The one door to the world: nothing else reads a clock, a random source, a signal or a disk. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly containment: Containment;
  readonly signals: Signals;
  readonly files: Files;
  readonly kv: Kv;
  readonly sockets: Sockets;
  readonly network: Network;
  readonly names: Names;
  readonly http: Http;
  readonly meter: Meter;
  readonly vm: VmDrivers;
  /** A simulation has one; without it, nothing is looked at. */
  readonly witness?: Witness | undefined;
}

/** A chart that lives in the runtime, and hears events on the stack of whoever sends them. */
export interface Chart<Machine extends AnyStateMachine> {
  readonly snapshot: SnapshotFrom<Machine>;
  send(event: EventFrom<Machine>): void;
  stop(): void;
}

export interface ChartOptions<Machine extends AnyStateMachine> {
  readonly id: string;
  readonly input: InputFrom<Machine>;
  /** Where to go on from, if not from the beginning. */
  readonly from?: SnapshotFrom<Machine>;
  /** Called within every transition, that of a timer too. */
  onMoved(snapshot: SnapshotFrom<Machine>): void;
  /** Called with what transitions emit, once they are over. */
  onEmitted(emitted: EmittedFrom<Machine>): void;
}

/** What an actor asks of the kernel that it lives in. */
export interface Kernel {
  readonly clock: Clock;
  readonly random: RandomStream;
  /** For gates that cannot wait for a queue. */
  startChart<Machine extends AnyStateMachine>(
    machine: Machine,
    options: ChartOptions<Machine>,
  ): Chart<Machine>;
  /**
   * Tells what happened; an `error` among the data is described. `causeId` is the fact that led to
   * it. Returns the id of the fact, for others to name as their cause.
   */
  tell(
    type: FactType,
    subject: string,
    data: Readonly<Record<string, unknown>>,
    causeId?: string,
  ): string;
}
