import type { Happened } from '../../actors/world.ts';
import type { AuditGap, AuditRecord } from '../../runtime/audit.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import { type Playbook, type Trial, trialOf } from '../../runtime/sim/property/trial.ts';
import type { Fault, Invariant, Violation } from '../../runtime/sim/scenario.ts';
import type { SimulationResult } from '../../runtime/sim/simulate.ts';
import type { Stage } from '../../runtime/sim/stage.ts';
import { has, isDisturbed, isKept } from './promises.ts';

export const HORIZON_MS = 90_000;
/** When, after the faults, all that was promised is looked for. */
const LOOK_MS = 55_000;
/** A change of state is on the disk so soon, if nothing is wrong with that. */
const SAVED_MS = 2_000;
const MIB = 1024 * 1024;

/** Facts that are no decisions are not recorded; that of the root comes before any recorder. */
const isRecorded = ({ type, subject }: Happened): boolean =>
  !UNRECORDED.has(type) && !(type === 'supervisor.started' && subject === undefined);
const UNRECORDED = new Set(['actor.started', 'actor.stopped', 'actor.finished', 'state.restored']);

interface Promised {
  readonly n: number;
  readonly index: number;
  readonly atMs: number;
}

/** Records that are held, as somebody was promised at that time. */
interface Held {
  readonly from: number;
  readonly to: number;
  readonly atMs: number;
}

/** What nobody may forget, whoever crashes. */
interface Memory {
  readonly promised: Promised[];
  /** The last checkpoint that was given out. */
  anchor: string | undefined;
  next: number;
  /** In every fourth run: what is shredded cannot be counted. */
  readonly mayShred: boolean;
  /** By name; one that is being released counts no more. */
  readonly holds: Map<string, Held>;
  isolatedAtMs: number | undefined;
  /** When the last process was seen alive. */
  diedAtMs: number;
}

interface State {
  readonly runtime: Runtime;
  readonly facts: Happened[];
  readonly bornAtMs: number;
  /** Appends that were not answered yet. */
  readonly waiting: Set<number>;
  problem: string | undefined;
  isLookedAt: boolean;
}

async function start(at: Stage, mayShred: boolean, isImpatient: boolean): Promise<State> {
  const facts: Happened[] = [];
  const { witness } = at.world;
  const world = {
    ...at.world,
    witness: {
      fact: (fact: Happened) => {
        facts.push(fact);
        witness?.fact(fact);
      },
      inspect: witness?.inspect ?? (() => {}),
    },
  };
  const key = new Uint8Array(32).fill(7);
  const runtime = await createRuntime({
    world,
    dataDir: '/data',
    masterKey: { provider: async () => key },
    audit: {
      segmentBytesMax: 65_536,
      ballastBytes: 262_144,
      spoolBytesMax: 131_072,
      freeBytesMin: 65_536,
      // Else hardly a disk is slow enough to stall one commit, and fast enough for all others.
      appendMs: isImpatient ? 1_500 : 10_000,
      retention: mayShred ? { bytesMax: MIB, segmentsMax: 5 } : {},
    },
  });
  const waiting = new Set<number>();
  return { runtime, facts, bornAtMs: at.nowMs, waiting, problem: undefined, isLookedAt: false };
}

async function all(log: Runtime['audit']): Promise<(AuditRecord | AuditGap)[]> {
  const found: (AuditRecord | AuditGap)[] = [];
  for await (const read of log.read()) found.push(read);
  return found;
}

/** What a workload does, one thing after another, until the faults heal. */
class Work {
  readonly #at: Stage;
  readonly #state: State;
  readonly #memory: Memory;
  readonly #faults: readonly Fault[];

  constructor(at: Stage, state: State, memory: Memory, faults: readonly Fault[]) {
    this.#at = at;
    this.#state = state;
    this.#memory = memory;
    this.#faults = faults;
  }

  async run(): Promise<void> {
    const { draw } = this.#at.random('workload');
    const memory = this.#memory;
    if (this.#at.incarnation > 1) this.#lookAtBreakers();
    while (this.#at.nowMs < this.#at.horizonMs) {
      memory.diedAtMs = this.#at.nowMs;
      const choice = draw();
      if (choice < 0.7) this.#append(1 + Math.floor(draw() * 4), draw());
      else if (choice < 0.75 && memory.mayShred) void this.#try(() => this.#hold(draw(), draw()));
      else if (choice < 0.8) this.#decide(1 + Math.floor(draw() * 8));
      else if (choice < 0.86) void this.#try(() => this.#state.runtime.audit.rotate());
      else if (choice < 0.9 && memory.mayShred) void this.#try(() => this.#shred());
      else if (choice < 0.92) await this.#try(() => this.#look());
      else if (choice < 0.94) await this.#try(() => this.#keep());
      else this.#burst(draw());
      await this.#at.wait(1 + draw() * 2_000);
    }
    await this.#at.wait(Math.max(0, this.#at.horizonMs + LOOK_MS - this.#at.nowMs));
    this.#count(await this.#look());
    const [unanswered] = this.#state.waiting;
    if (unanswered !== undefined) this.#state.problem ??= `nobody answers for record ${unanswered}`;
    await this.#verify();
    this.#state.isLookedAt = true;
  }

  /** Keeps a checkpoint where no crash and no failing disk reaches it. */
  async #keep(): Promise<void> {
    this.#memory.anchor = await this.#state.runtime.audit.checkpoint();
  }

  /** A large one fills blocks while the disk is at work on its first three. */
  #burst(draw: number): void {
    this.#append(draw < 0.8 ? 40 : 250, draw);
  }

  #append(count: number, draw: number): void {
    const { memory, audit } = { memory: this.#memory, audit: this.#state.runtime.audit };
    for (let each = 0; each < count; each++) {
      const n = memory.next++;
      const policy = (['spool', 'closed', 'open'] as const)[n % 3];
      const data = { n, filler: 'x'.repeat(Math.floor(draw * 1_500)) };
      const appended = audit.append({ type: 'order.placed', data }, { policy });
      const { waiting } = this.#state;
      waiting.add(n);
      void this.#try(async () => {
        const { index } = await appended.finally(() => waiting.delete(n));
        memory.promised.push({ n, index, atMs: this.#at.nowMs });
      });
    }
  }

  /** Facts, and a state that is to be saved. */
  #decide(times: number): void {
    const breaker = this.#state.runtime.breaker('backend');
    for (let time = 0; time < times; time++) {
      const [isolation] = breaker.isolations;
      if (isolation === undefined) breaker.isolate('by the workload');
      else isolation.release();
    }
    const isIsolated = breaker.hasTag('isolated');
    this.#memory.isolatedAtMs = isIsolated ? this.#at.nowMs : undefined;
  }

  async #shred(): Promise<void> {
    const { audit } = this.#state.runtime;
    const before = Math.floor(audit.status().size / 2);
    await audit.shred({ before });
    this.#at.sometimes('segments are shredded');
  }

  /** What is held already is released. */
  async #hold(draw: number, length: number): Promise<void> {
    const { holds } = this.#memory;
    const { audit } = this.#state.runtime;
    const name = `case ${Math.floor(draw * 1_000) % 3}`;
    if (holds.delete(name)) return await audit.release({ name });
    const { size } = audit.status();
    const fromIndex = Math.floor(draw * size);
    const toIndex = Math.min(size, fromIndex + 1 + Math.floor(length * 200));
    await audit.hold({ name, fromIndex, toIndex });
    holds.set(name, { from: fromIndex, to: toIndex, atMs: this.#at.nowMs });
    this.#at.sometimes('records are held');
  }

  /** Those that were promised, and are not being released. */
  #holds(): readonly (readonly [string, Held])[] {
    return [...this.#memory.holds].filter(([, { atMs }]) => isKept(this.#faults, atMs));
  }

  async #try(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch {
      this.#at.sometimes('the workload is refused something');
    }
  }

  #lookAtBreakers(): void {
    const { isolatedAtMs, diedAtMs } = this.#memory;
    const isIsolated = this.#state.runtime.breaker('backend').hasTag('isolated');
    // One that came too late to be saved is never to come back.
    if (!isIsolated) this.#memory.isolatedAtMs = undefined;
    if (isolatedAtMs === undefined || isolatedAtMs + SAVED_MS > diedAtMs) return;
    if (isDisturbed(this.#faults, isolatedAtMs, SAVED_MS)) return;
    this.#at.sometimes('an isolation outlives the process');
    if (!isIsolated) this.#state.problem ??= 'the isolation of a breaker is forgotten';
  }

  async #look(): Promise<readonly (AuditRecord | AuditGap)[]> {
    const expected = this.#memory.promised.filter(({ atMs }) => isKept(this.#faults, atMs));
    const heldBefore = new Set(this.#holds().map(([, held]) => held));
    const found = await all(this.#state.runtime.audit);
    const { holds, mode } = this.#state.runtime.audit.status();
    const held = this.#holds().filter(([, each]) => heldBefore.has(each));
    for (const [name] of mode === 'readWrite' ? held : []) {
      if (holds.some((each) => each.name === name)) continue;
      this.#state.problem ??= `the hold "${name}" is forgotten`;
    }
    const records = found.flatMap((read) => (read.kind === 'record' ? [read] : []));
    const at = new Map(records.map((record) => [record.index, record]));
    const placed = records.filter(({ event: { type } }) => type === 'order.placed');
    const numbers = placed.map(({ event: { data } }) => Number(Object(data).n));
    const early = numbers.find((n, index) => n < (numbers[index - 1] ?? 0));
    if (early !== undefined) this.#state.problem ??= `record ${early} comes after a later one`;
    for (const { n, index } of expected) {
      const data = Object(at.get(index)?.event.data);
      if (data.n === n) continue;
      const instead = found.find(
        (read) => read.kind === 'gap' && read.from <= index && index < read.to,
      );
      const isShredded = instead?.kind === 'gap' && instead.because === 'shredded';
      const hold = held.find(([, { from, to }]) => from <= index && index < to);
      if (isShredded && hold !== undefined) {
        this.#state.problem ??= `record ${n} at ${index} is shredded, though "${hold[0]}" holds it`;
      }
      if (this.#memory.mayShred && isShredded) continue;
      const is = JSON.stringify(instead ?? data.n ?? null);
      this.#state.problem ??= `record ${n} is not at ${index}, but ${is}`;
    }
    return found;
  }

  /** What this process told is on record, or counted in a gap. */
  #count(found: readonly (AuditRecord | AuditGap)[]): void {
    if (!isKept(this.#faults, this.#state.bornAtMs)) return;
    const known = new Set(found.flatMap((read) => (read.kind === 'record' ? [read.event.id] : [])));
    const { facts } = this.#state;
    const missing = facts.filter((fact) => !known.has(fact.id) && isRecorded(fact));
    const told = facts.filter(({ type }) => type === 'audit.gap');
    const lost = told.reduce((sum, { data }) => sum + Number(data.lost), 0);
    if (lost > 0) this.#at.sometimes('facts are lost');
    if (this.#memory.mayShred || missing.length === lost) return;
    const types = [...new Set(missing.map(({ type }) => type))].join(', ');
    this.#state.problem ??= `${missing.length} facts are missing (${types}), ${lost} are told of`;
  }

  async #verify(): Promise<void> {
    const { anchor } = this.#memory;
    const isKept =
      anchor !== undefined && !has(this.#faults, 'disk.unsynced', 'disk.vanish', 'disk.rot');
    if (isKept) this.#at.sometimes('an anchor is kept');
    const options = isKept ? { anchor } : {};
    const { verdict, problems, segments } = await this.#state.runtime.audit.verify(options);
    if (has(this.#faults, 'disk.rot', 'disk.vanish')) return;
    if (!['tampered', 'rolledBack', 'unverifiable'].includes(verdict)) return;
    const worst = segments.filter((each) => each.verdict === verdict);
    this.#state.problem ??= `${verdict}: ${JSON.stringify([...problems, ...worst])}`;
  }
}

const invariants = (faults: readonly Fault[]): Invariant<State>[] => [
  { name: 'promises', always: ({ problem }) => problem },
  {
    name: 'recovery',
    withinMs: 60_000,
    eventually({ runtime, isLookedAt }) {
      const { mode, because } = runtime.audit.status();
      if (mode === 'failed' && has(faults, 'disk.rot')) return undefined;
      if (mode !== 'readWrite') return `the log is ${mode}: ${because}`;
      return isLookedAt ? undefined : 'the log was not read in time';
    },
  },
];

const auditPlaybook: Playbook<State> = ({ seed, faults }) => {
  const mayShred = seed % 4 === 0;
  const memory: Memory = {
    ...{ promised: [], anchor: undefined, mayShred, holds: new Map(), next: 0 },
    ...{ isolatedAtMs: undefined, diedAtMs: 0 },
  };
  return {
    start: (at) => start(at, mayShred, seed % 3 === 0),
    workload: (at, state) => new Work(at, state, memory, faults).run(),
    invariants: invariants(faults),
  };
};

/** The audit log, at work in a world where all of that goes wrong. */
export const auditTrial: Trial = async (scenario) => {
  const { violations, ...result } = await trialOf(auditPlaybook)(scenario);
  // Where bits rot, a process that refuses to start is right.
  const isRotten = has(scenario.faults, 'disk.rot');
  const isRefusal = ({ detail }: Violation): boolean =>
    detail.startsWith('the process cannot start: HoldfastError');
  return { ...result, violations: violations.filter((each) => !isRotten || !isRefusal(each)) };
};

/** One run, and what it broke. */
export const runAudit = (seed: number, faults: readonly Fault[]): Promise<SimulationResult> =>
  auditTrial({ v: 1, seed, faults, horizonMs: HORIZON_MS });
