import type { InspectionEvent } from 'xstate';
import type { Network } from '../../actors/network.ts';
import type {
  Containment,
  Log,
  LogFields,
  Owner,
  Random,
  RandomStream,
  World,
} from '../../actors/world.ts';
import { chartOf } from '../chart-of.ts';
import { type Move, moveOf } from '../kernel/xstate.ts';
import { statePaths } from '../state-paths.ts';
import { containment } from '../world/containment.ts';
import { MemoryKv } from '../world/memory-kv.ts';
import type { CoverageNotes } from './coverage.ts';
import type { FaultyClock, ProcessClock } from './faulty-clock.ts';
import type { FaultyDisk } from './faulty-disk.ts';
import type { FaultyNetwork } from './faulty-network.ts';
import { lonelyHttp } from './lonely-http.ts';
import { lonelyNames } from './lonely-names.ts';
import { lonelyNetwork } from './lonely-network.ts';
import { SimMeter } from './meter.ts';
import { SimSignals } from './signals.ts';
import type { Sites } from './sites.ts';
import { lonelySockets } from './sockets.ts';
import { factEntry, type Trace, type TraceEntry } from './trace.ts';
import type { SimVms } from './vm-drivers.ts';

/** The world of one process. */
export interface StageWorld extends World {
  readonly signals: SimSignals;
  readonly meter: SimMeter;
}

/** Where one process of a simulation runs, from its start to its crash. */
export interface Stage {
  /** For `createRuntime({ world })`. Its disk is that of the process before. */
  readonly world: StageWorld;
  /** Which process of its machine this is, counted from 1. */
  readonly incarnation: number;
  /** Of its machine; undefined if there is no other one. */
  readonly address: string | undefined;
  /** Milliseconds since the run began. */
  readonly nowMs: number;
  /** When all faults heal. */
  readonly horizonMs: number;
  /** Resolves so much later; never, if the process dies first. */
  wait(ms: number): Promise<void>;
  /** A line of the trace. */
  note(text: string, fields?: LogFields): void;
  /** Whether something rare should happen here, now. */
  buggify(site: string): boolean;
  /** Counts what ought to happen in some run; `seen` is true unless given. */
  sometimes(name: string, seen?: boolean): void;
  /** A stream of this process's own. */
  random(stream: string): RandomStream;
}

/** What outlives the processes of a run. */
export interface Machine {
  readonly clock: FaultyClock;
  readonly disk: FaultyDisk;
  readonly vms: SimVms;
  readonly random: Random;
  readonly sites: Sites;
  readonly coverage: CoverageNotes;
  readonly trace: Trace;
  readonly horizonMs: number;
  /** Among several. */
  readonly address?: string;
  readonly network?: FaultyNetwork;
  nowMs(): number;
}

/** One process of a run. It owns what runs in it, unless that has a closer owner. */
export class Process implements Stage, Owner {
  readonly world: StageWorld;
  readonly incarnation: number;
  readonly horizonMs: number;
  readonly address: string | undefined;
  readonly #machine: Machine;
  readonly #clock: ProcessClock;
  readonly #kv: MemoryKv;
  readonly #onUncaught: (error: unknown) => void;
  readonly #drawn = new Set<string>();

  constructor(machine: Machine, incarnation: number, onUncaught: (error: unknown) => void) {
    this.#machine = machine;
    this.incarnation = incarnation;
    this.horizonMs = machine.horizonMs;
    this.address = machine.address;
    this.#clock = machine.clock.process();
    this.#onUncaught = onUncaught;
    const files = machine.disk.mount(this.#clock);
    this.#kv = new MemoryKv(files);
    this.world = {
      clock: this.#clock,
      random: { stream: (name) => this.#stream(`process/${incarnation}/${name}`) },
      log: tracedLog((entry) => this.tell(entry)),
      signals: new SimSignals(),
      containment: within(this),
      files,
      kv: this.#kv,
      sockets: lonelySockets,
      network: networkOf(machine, this.#clock),
      http: lonelyHttp,
      names: lonelyNames,
      meter: new SimMeter(),
      vm: machine.vms.drivers(this.#clock, this.#stream(`process/${incarnation}/vm`)),
      witness: {
        fact: (fact) => this.tell(factEntry(fact)),
        inspect: (event) => this.#inspect(event),
      },
    };
  }

  get nowMs(): number {
    return this.#machine.nowMs();
  }

  get isDead(): boolean {
    return this.#clock.isDead;
  }

  uncaught(error: unknown): void {
    if (!this.isDead) this.#onUncaught(error);
  }

  /** Its timers never fire, its calls never settle, nothing of it is heard of again. */
  die(): void {
    this.#clock.isDead = true;
    this.#kv.crash();
    const { address, network } = this.#machine;
    if (address !== undefined) network?.kill(address);
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve));
  }

  note(text: string, fields: LogFields = {}): void {
    this.tell({ kind: 'note', text, fields });
  }

  buggify(site: string): boolean {
    return !this.isDead && this.#machine.sites.visit(site);
  }

  sometimes(name: string, seen = true): void {
    if (!this.isDead) this.#machine.coverage.sometimes(name, seen);
  }

  random(stream: string): RandomStream {
    return this.#stream(`stage/${this.incarnation}/${stream}`);
  }

  tell(entry: TraceEntry): void {
    if (!this.isDead) this.#machine.trace.add(this.incarnation, entry, this.address);
  }

  #inspect(event: InspectionEvent): void {
    const move = this.isDead ? undefined : moveOf(event);
    if (move === undefined) return;
    this.#machine.coverage.move(move);
    const { actor: subject, edges: transitions } = move;
    if (!this.#drawn.has(subject)) this.#draw(move);
    if (transitions.length > 0) this.tell({ kind: 'move', subject, transitions });
  }

  /** Before it moves first, with what it is in. */
  #draw({ actor: subject, machine, value, isInner }: Move): void {
    this.#drawn.add(subject);
    const chart = chartOf(machine);
    this.#machine.trace.draw(this.incarnation, chart, this.address);
    const is = isInner ? 'inner' : subject.includes('/') ? 'actor' : 'chart';
    const stands = { life: 'running', states: statePaths(value), incarnation: 1 } as const;
    this.tell({ kind: 'actor', subject, is, chart: chart.hash, ...stands });
  }

  #stream(name: string): RandomStream {
    return this.#machine.random.stream(name);
  }
}

const networkOf = ({ address, network }: Machine, clock: ProcessClock): Network =>
  address === undefined || network === undefined ? lonelyNetwork : network.host(address, clock);

/** To what runs in a process, the process itself is nobody, as it is in the real world. */
const within = (process: Owner): Containment => ({
  run: (owner, work) => containment.run(owner ?? process, work),
  current: () => {
    const owner = containment.current();
    return owner === process ? undefined : owner;
  },
});

function tracedLog(tell: (entry: TraceEntry) => void): Log {
  const at =
    (level: keyof Log) =>
    (fields: LogFields, message: string): void =>
      tell({ kind: 'log', level, message, fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
