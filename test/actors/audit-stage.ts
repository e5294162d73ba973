import { Audit } from '../../actors/audit.actor.ts';
import type { AuditLimits } from '../../actors/audit-limits.ts';
import type { AuditReceipt, FailPolicy } from '../../actors/audit-outcome.ts';
import type { Kernel } from '../../actors/world.ts';
import { Charts } from '../../runtime/kernel/charts.ts';
import { Kernel as RuntimeKernel } from '../../runtime/kernel/kernel.ts';
import { runtimeOptions } from '../../runtime/options/runtime.ts';
import { supervisorOptions } from '../../runtime/options/supervisor.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import { placeOf, type Workplace } from '../../storage/place.ts';
import { isHole } from '../../storage/read.ts';
import { Secret } from '../../storage/secret.ts';
import { LogStage, storeId } from '../storage/log-stage.ts';
import { FaultyDisk } from './faulty-disk.ts';
import { refusalOf, whyOf } from './refusal.ts';

export const limits: AuditLimits = {
  recordsPerCommitMax: 8,
  queueRecordsMax: 32,
  queueBytesMax: 20_000,
  appendMs: 1_000,
  headMs: 100,
  healthMs: 1_000,
  segmentBytesMax: 1_000_000,
  spoolBytesMax: 2_000,
  ballastBytes: 4_000,
  freeBytesMin: 10_000,
  reopenMs: 5_000,
  replayMs: 5_000,
  retention: { ageMs: 1e12, bytesMax: 1e12, segmentsMax: 900 },
};

const textOf = (record: Uint8Array): string => Buffer.from(record).toString().replace(/\.+$/, '');

/** A kernel on virtual time, and what it was told. */
export function kernelOn(clock: VirtualClock, told: unknown[] = []): Kernel {
  const world = { ...simWorld({ seed: 1 }), clock };
  const options = [runtimeOptions.parse({}), supervisorOptions.parse({})] as const;
  const charts = new Charts(
    new RuntimeKernel(world, ...options, () => {}),
    world.random.stream('audit'),
  );
  return {
    clock,
    random: { draw: () => 0, bytes: (length) => new Uint8Array(length) },
    startChart: (machine, chart) => charts.startChart(machine, chart),
    tell: (type, subject, data) => {
      told.push([type, subject, data]);
      return '';
    },
  };
}

/** One audit log on a disk that may fail, and the processes that open it, one after the other. */
export class AuditStage {
  readonly disk = new FaultyDisk();
  readonly kv = new MemoryKv(this.disk);
  readonly told: [string, string, Readonly<Record<string, unknown>>][] = [];
  clock: VirtualClock;
  place: Workplace;
  /** The record of the gap is on record, as the runtime would see to. */
  isRecording = false;
  readonly #limits: AuditLimits;
  #audit: Audit | undefined;

  constructor(more: Partial<AuditLimits> = {}, startMs = Date.UTC(2026, 0, 1, 12)) {
    this.#limits = { ...limits, ...more };
    this.clock = new VirtualClock(startMs);
    this.place = this.#placeOf(this.clock);
  }

  static async open(more: Partial<AuditLimits> = {}, startMs?: number): Promise<AuditStage> {
    const stage = new AuditStage(more, startMs);
    await stage.open();
    return stage;
  }

  #placeOf(clock: VirtualClock): Workplace {
    const place = placeOf(
      { files: this.disk, kv: this.kv },
      '/audit',
      storeId,
      Secret.of(new Uint8Array(32).fill(3)),
    );
    const { bytes: random } = new SeededRandom(clock.wallMs()).stream('log');
    return { ...place, clock, random };
  }

  get audit(): Audit {
    if (this.#audit === undefined) throw new Error('nothing is open');
    return this.#audit;
  }

  async open(): Promise<void> {
    const kernel = kernelOn(this.clock, this.told);
    this.#audit = await Audit.open(
      {
        ...kernel,
        tell: (type, subject, data) => {
          this.told.push([type, subject, data]);
          if (this.isRecording && type === 'audit.gap') this.record(JSON.stringify(data));
          return '';
        },
      },
      {
        place: this.place,
        hasLog: false,
        problems: [],
        spoolKey: Secret.of(new Uint8Array(32).fill(4)),
        limits: this.#limits,
        errorOf: refusalOf,
        prepare: async () => {},
      },
    );
    await this.pass(0);
  }

  /** The process dies; the next one opens what it left, a millisecond later. */
  async crash(): Promise<void> {
    this.disk.forsake();
    this.kv.crash();
    this.clock = new VirtualClock(this.clock.wallMs() + 1);
    this.place = this.#placeOf(this.clock);
    await this.open();
  }

  pass(ms: number): Promise<void> {
    return this.clock.advanceAsync(ms);
  }

  append(text: string, policy: FailPolicy = 'spool', signal?: AbortSignal): Promise<AuditReceipt> {
    const append = this.audit.append(Buffer.from(text), policy, signal);
    // A test may look at it later.
    append.catch(() => {});
    return append;
  }

  record(text: string, policy: FailPolicy = 'spool'): void {
    this.audit.record(Buffer.from(text), policy);
  }

  /** Appends each, lets `ms` pass, and says what became of it: its index, a code, or `waits`. */
  async outcomes(appends: readonly Promise<AuditReceipt>[], ms = 0): Promise<unknown[]> {
    const all: unknown[] = appends.map(() => 'waits');
    for (const [at, append] of appends.entries()) {
      append.then(
        ({ index }) => {
          all[at] = index;
        },
        (reason) => {
          all[at] = whyOf(reason);
        },
      );
    }
    await this.pass(ms);
    return all;
  }

  /** The texts of all records, as this process reads them. */
  async read(): Promise<string[]> {
    const texts: string[] = [];
    for await (const read of this.audit.read({})) {
      texts.push(isHole(read) ? `[${read.from}-${read.to} ${read.because}]` : textOf(read.record));
    }
    return texts;
  }

  /** As anybody would read them from the files. */
  onDisk(): Promise<readonly string[]> {
    return new LogStage(this.disk, this.kv, '/audit').read();
  }

  /** What was told since it was asked last, of those types. */
  facts(...types: readonly string[]): unknown[] {
    const facts = this.told.filter(([type]) => types.includes(type));
    this.told.length = 0;
    return facts.map(([type, , { error: _, ...data }]) => ({ type, ...data }));
  }

  /** `from>to because` for each move of the mode. */
  moves(): string[] {
    return this.told
      .filter(([type]) => type === 'audit.moved')
      .map(([, , { from, to, because }]) => `${from}>${to} ${because}`);
  }
}
