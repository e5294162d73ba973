import type { Happened } from '../../actors/world.ts';
import { createRuntime } from '../../runtime/runtime.ts';
import { type Playbook, type Trial, trialOf } from '../../runtime/sim/property/trial.ts';
import type { Fault, Invariant, Violation } from '../../runtime/sim/scenario.ts';
import type { SimulationResult } from '../../runtime/sim/simulate.ts';
import type { Stage } from '../../runtime/sim/stage.ts';
import { rotateKey } from './audit-keys.ts';
import { Look } from './audit-look.ts';
import type { Memory, State } from './audit-memory.ts';
import { ORDERS } from './audit-readings.ts';
import { has, isDisturbed } from './promises.ts';

export const HORIZON_MS = 90_000;
/** When, after the faults, all that was promised is looked for. */
const LOOK_MS = 55_000;
/** Of a thousand writes to a worn disk so many fail: what is put right meets the next that does. */
const WORN_PER_MILLE = 120;
/** So often the log is asked for a part of what it has, in the end. */
const PARTS = 4;
/** A change of state is on the disk so soon, if nothing is wrong with that. */
const SAVED_MS = 2_000;
const MIB = 1024 * 1024;

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

/** What a workload does, one thing after another, until the faults heal. */
class Work {
  readonly #at: Stage;
  readonly #state: State;
  readonly #memory: Memory;
  readonly #faults: readonly Fault[];
  readonly #look: Look;

  constructor(at: Stage, state: State, memory: Memory, faults: readonly Fault[]) {
    this.#at = at;
    this.#state = state;
    this.#memory = memory;
    this.#faults = faults;
    this.#look = new Look(at, state, memory, faults);
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
      else if (choice < 0.92) await this.#try(() => this.#look.read(1));
      else if (choice < 0.94) await this.#try(() => this.#keep());
      else if (choice < 0.96) await this.#rotateKey();
      else this.#burst(draw());
      await this.#at.wait(1 + draw() * 2_000);
    }
    await this.#at.wait(Math.max(0, this.#at.horizonMs + LOOK_MS - this.#at.nowMs));
    this.#look.count(await this.#look.read(PARTS));
    const [unanswered] = this.#state.waiting;
    if (unanswered !== undefined) this.#state.problem ??= `nobody answers for record ${unanswered}`;
    await this.#look.verify();
    this.#state.isLookedAt = true;
  }

  /** Keeps a checkpoint where no crash and no failing disk reaches it. */
  async #keep(): Promise<void> {
    this.#memory.anchors.push(await this.#state.runtime.audit.checkpoint());
  }

  /** Tries again, as an operator would: the first may have come to something, or to nothing. */
  async #rotateKey(): Promise<void> {
    const { length } = this.#memory.retired;
    await this.#try(() => this.#rotateKeyOnce());
    if (this.#memory.retired.length === length) await this.#try(() => this.#rotateKeyOnce());
  }

  async #rotateKeyOnce(): Promise<void> {
    const memory = this.#memory;
    const { retired, checkpoint, problem } = await rotateKey(this.#state.runtime.audit);
    this.#state.problem ??= problem;
    memory.anchors.push(checkpoint);
    memory.retired.push({ key: retired, atMs: this.#at.nowMs });
    this.#at.sometimes('the audit key is rotated');
  }

  /** A large one fills blocks while the disk is at work on its first three. */
  #burst(draw: number): void {
    this.#append(draw < 0.8 ? 40 : 250, draw);
  }

  #append(count: number, draw: number): void {
    const { memory, audit } = { memory: this.#memory, audit: this.#state.runtime.audit };
    const type = ORDERS[Math.floor(draw * 1_000) % ORDERS.length] ?? ORDERS[0];
    for (let each = 0; each < count; each++) {
      const n = memory.next++;
      const policy = (['spool', 'closed', 'open'] as const)[n % 3];
      const data = { n, filler: 'x'.repeat(Math.floor(draw * 1_500)) };
      const appended = audit.append({ type, data }, { policy });
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
    const { facts } = this.#state;
    // Of a log that vanished, segments of the same numbers may have been shredded before.
    const told = facts.length;
    const segments = await audit.shred({ before });
    for (const { type, data } of facts.slice(told)) {
      if (type !== 'audit.shredding' || !segments.includes(Number(data.segment))) continue;
      const [from, to] = [Number(data.first), Number(data.size)];
      this.#memory.shredded.push({ from, to, atMs: this.#at.nowMs });
    }
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
    ...{ promised: [], anchors: [], mayShred, holds: new Map(), next: 0 },
    ...{ shredded: [], retired: [], isolatedAtMs: undefined, diedAtMs: 0 },
  };
  return {
    start: (at) => start(at, mayShred, seed % 3 === 0),
    workload: (at, state) => new Work(at, state, memory, faults).run(),
    invariants: invariants(faults),
  };
};

/** Of every fifth seed the disk is worn, besides. */
export function wear(seed: number): readonly Fault[] {
  if (seed % 5 !== 3) return [];
  return [{ kind: 'disk.flaky', atMs: 0, forMs: HORIZON_MS, perMille: WORN_PER_MILLE }];
}

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
