import type { BreakerState } from '../../actors/breaker.actor.ts';
import type { Happened } from '../../actors/world.ts';
import type { Breaker } from '../../runtime/breaker.ts';
import { createRuntime } from '../../runtime/runtime.ts';
import type { Playbook } from '../../runtime/sim/property/index.ts';
import type { Invariant } from '../../runtime/sim/scenario.ts';
import type { Stage } from '../../runtime/sim/stage.ts';
import { BreakerModel, type SavedModel } from './breaker-model.ts';

export const HORIZON_MS = 60_000;
const PHASE_MS = 4_000;
const HANG_MS = 20_000;
/** Of those that isolate it, as many find it isolated, and release it. */
const RELEASED = 0.7;
/** Of the permits, as many come to nothing that says how the backend is. */
const IGNORED = 0.15;
/** After the faults, until the breaker must be closed and what hangs is over. */
const RECOVERY_MS = 50_000;

interface Saved {
  readonly state: BreakerState;
  readonly model: SavedModel;
  readonly isolations: number;
}

/** What outlives the processes. */
interface Memory {
  saved: Saved | undefined;
}

interface State {
  readonly at: Stage;
  readonly breaker: Breaker;
  readonly model: BreakerModel;
  answeredAtMs: number;
}

const shares = { kind: 'count', callsMax: 10, callsMin: 4, failureRatio: 0.5 } as const;
const consecutive = { kind: 'consecutive', failuresMax: 3 } as const;

const optionsOf = (seed: number) => ({
  window: seed % 3 === 0 ? shares : consecutive,
  open: { minMs: 1_000, maxMs: 8_000, factor: 2 },
  probesMax: 1 + (Math.abs(seed) % 4),
  probeMs: 3_000,
});

async function start(at: Stage, seed: number, memory: Memory): Promise<State> {
  const options = optionsOf(seed);
  const model = new BreakerModel(options);
  const { witness } = at.world;
  const fact = (happened: Happened): void => {
    model.heard(happened, at.nowMs);
    witness?.fact(happened);
  };
  const world = { ...at.world, witness: { fact, inspect: witness?.inspect ?? (() => {}) } };
  const runtime = await createRuntime({ world });
  const breaker = runtime.breaker('backend', options);
  const { saved } = memory;
  if (saved !== undefined) {
    model.restore(saved.model, at.nowMs, at.world.clock.wallMs());
    breaker.restore(saved.state);
    model.isolations = saved.isolations;
    at.sometimes('an open breaker is restored', saved.model.circuit === 'open');
  }
  return { at, breaker, model, answeredAtMs: 0 };
}

/** Calls a backend that fails for a while, or hangs, and answers late. */
class Work {
  readonly #at: Stage;
  readonly #state: State;
  readonly #memory: Memory;
  #calls = 0;
  #isDown = false;
  #isSlow = false;
  #phase = -1;

  constructor(at: Stage, state: State, memory: Memory) {
    this.#at = at;
    this.#state = state;
    this.#memory = memory;
  }

  async run(): Promise<void> {
    const { draw } = this.#at.random('workload');
    while (this.#at.nowMs < this.#at.horizonMs) {
      this.#turnPhase();
      const choice = draw();
      if (choice < 0.02) this.#isolate();
      else if (choice < 0.2) this.#save();
      else if (choice < 0.6) void this.#execute(draw() * 400);
      else void this.#admit(draw() * 400);
      await this.#at.wait(draw() * 300);
    }
    this.#isDown = this.#isSlow = false;
    while (this.#state.breaker.isolations.length > 0) this.#release();
    while (this.#at.nowMs < this.#at.horizonMs + RECOVERY_MS) {
      await this.#execute(10);
      await this.#at.wait(500);
    }
  }

  #turnPhase(): void {
    const phase = Math.floor(this.#at.nowMs / PHASE_MS);
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.#isDown = this.#at.buggify('the backend is down');
    this.#isSlow = this.#at.buggify('the backend hangs');
  }

  #isolate(): void {
    const { breaker, model } = this.#state;
    if (model.isolations > 0 && this.#at.random('caller').draw() < RELEASED) return this.#release();
    model.isolations += 1;
    breaker.isolate('by the workload');
  }

  #release(): void {
    const { breaker, model } = this.#state;
    model.isolations -= 1;
    breaker.isolations[0]?.release();
  }

  #save(): void {
    const { breaker, model } = this.#state;
    const saved = model.save(this.#at.nowMs, this.#at.world.clock.wallMs());
    const state: BreakerState = JSON.parse(JSON.stringify(breaker.save()));
    this.#memory.saved = { state, model: saved, isolations: model.isolations };
  }

  async #execute(tookMs: number): Promise<void> {
    const { breaker, model } = this.#state;
    const work = async (): Promise<void> => {
      const call = this.#reach();
      const isOk = await this.#backend(tookMs);
      model.settled(call, isOk ? 'succeeded' : 'failed');
      if (!isOk) throw new Error('the backend fails');
      this.#state.answeredAtMs = this.#at.nowMs;
    };
    const isThrowing = this.#at.random('caller').draw() < 0.5;
    if (isThrowing) await breaker.execute(work).catch(() => {});
    else await breaker.tryExecute(work);
  }

  async #admit(tookMs: number): Promise<void> {
    const { breaker, model } = this.#state;
    const permit = breaker.admit();
    if (!permit.admitted) return;
    const call = this.#reach();
    const isOk = await this.#backend(tookMs);
    const isIgnored = this.#at.random('caller').draw() < IGNORED;
    model.settled(call, isIgnored ? 'ignored' : isOk ? 'succeeded' : 'failed');
    if (isIgnored) permit.ignore();
    else if (isOk) permit.succeed();
    else permit.fail(new Error('the backend fails'));
  }

  #reach(): number {
    const call = this.#calls++;
    this.#state.model.reached(call, this.#at.nowMs);
    return call;
  }

  /** What it was when it was called decides; an answer may come much later. */
  async #backend(tookMs: number): Promise<boolean> {
    const { draw } = this.#at.random('backend');
    const isOk = !this.#isDown;
    const isHanging = this.#isSlow && draw() < 0.5;
    await this.#at.wait(isHanging ? draw() * HANG_MS : tookMs);
    this.#at.sometimes('an answer comes late', isHanging);
    return isOk;
  }
}

const invariants: readonly Invariant<State>[] = [
  { name: 'the breaker does what it promises', always: ({ model }) => model.problem },
  {
    name: 'the breaker closes once the backend is well',
    withinMs: RECOVERY_MS,
    eventually({ at, breaker, answeredAtMs }) {
      if (!breaker.hasTag('admitting')) return 'it is not closed';
      const sinceMs = at.nowMs - answeredAtMs;
      return sinceMs < 5_000 ? undefined : `the last answer came ${sinceMs} ms ago`;
    },
  },
];

export const breakersPlaybook: Playbook<State> = ({ seed }) => {
  const memory: Memory = { saved: undefined };
  return {
    start: (at) => start(at, seed, memory),
    workload: (at, state) => new Work(at, state, memory).run(),
    invariants,
  };
};
