import type { Happened } from '../../actors/world.ts';
import { isAsStrong, isolations } from '../../machines/isolation.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import type { Playbook } from '../../runtime/sim/property/index.ts';
import type { Fault, Invariant } from '../../runtime/sim/scenario.ts';
import type { Stage } from '../../runtime/sim/stage.ts';

export const HORIZON_MS = 120_000;
export const kinds = [
  ...(['vm.absent', 'vm.barren', 'vm.hang', 'vm.slow', 'vm.lie', 'vm.die'] as const),
] as const;

/** The longest backoff of a level, and what it takes to be proved after it. */
const RECOVERY_MS = 400_000;
const PROVISION_MS = 5_000;
/** Of a guest that takes all it can: longer than another may take to be made. */
const GREEDY_MS = 20_000;

const misdeeds = ['loop', 'spin', 'exhaust', 'crash', 'flood', 'throw', 'violate', 'linger'];

interface State {
  readonly at: Stage;
  readonly rt: Runtime;
  problem: string | undefined;
  runs: number;
  over: number;
}

/** One that was lost is had again only once that is over: so often at most is it lost. */
const lossesMax = (faults: readonly Fault[], level: string): number =>
  faults.filter((fault) => 'isolation' in fault && fault.isolation === level).length;

async function start(at: Stage, faults: readonly Fault[]): Promise<State> {
  const isHurt = faults.some(({ kind }) => kind !== 'process.crash');
  const heard = { problem: undefined };
  const { witness } = at.world;
  const box: { state?: State } = {};
  const losses = new Map<string, number>();
  const fact = (happened: Happened): void => {
    if (happened.type === 'isolation.lost') {
      const level = happened.subject ?? '';
      const lost = (losses.get(level) ?? 0) + 1;
      losses.set(level, lost);
      const problem = isHurt
        ? `${level} was lost ${lost} times, oftener than anything went wrong with it`
        : 'a level was lost, and nothing but guests went wrong';
      if (lost > lossesMax(faults, level)) Object.assign(box.state ?? heard, { problem });
    }
    witness?.fact(happened);
  };
  const world = { ...at.world, witness: { fact, inspect: witness?.inspect ?? (() => {}) } };
  const rt = await createRuntime({ world, timeouts: { provisionMs: PROVISION_MS } });
  const state: State = { at, rt, ...heard, runs: 0, over: 0 };
  box.state = state;
  return state;
}

async function run(state: State): Promise<void> {
  const { at, rt } = state;
  const { draw } = at.random('workload');
  const pick = (count: number): number => Math.floor(draw() * count);
  const asked = pick(isolations.length);
  const isolation = isolations[asked] ?? 'isolate';
  const floor = isolations[pick(asked + 1)] ?? 'isolate';
  const misdeed = draw() < 0.5 ? 'echo' : (misdeeds[pick(misdeeds.length)] ?? 'loop');
  const ms = misdeed === 'spin' && draw() < 0.5 ? GREEDY_MS : undefined;
  at.sometimes('a guest misbehaves', misdeed !== 'echo');
  state.runs += 1;
  try {
    const result = await rt.sandboxes.run({
      ...{ code: misdeed, input: state.runs, isolation, floor },
      ...{ timeoutMs: ms ?? 500, cpuMs: ms ?? 200 },
    });
    at.sometimes('work falls', result.isolation !== isolation);
    if (!isAsStrong(result.isolation, floor)) state.problem = `work of ${floor} ran below it`;
  } catch (error) {
    const code = String(Object(error).code);
    at.sometimes('work is refused below its floor', code === 'ISOLATION_UNAVAILABLE');
    at.sometimes('guests take the time to make others', /guests take/.test(String(error)));
    const isKnown = /^(VM_|ISOLATION_UNAVAILABLE|SANDBOXES_FULL)/.test(code);
    if (!isKnown) state.problem = `a run failed with ${String(error)}`;
  }
  state.over += 1;
}

async function work(at: Stage, state: State): Promise<void> {
  const { draw } = at.random('workload');
  while (at.nowMs < at.horizonMs) {
    // Several at once, now and then: their ends come in a row.
    const count = draw() < 0.2 ? 8 : 1;
    for (let nth = 0; nth < count; nth++) void run(state);
    await at.wait(draw() * 2_000);
  }
}

const invariants: readonly Invariant<State>[] = [
  {
    name: 'no work runs below its floor, and no guest lowers a level',
    always: ({ problem }) => problem,
  },
  {
    name: 'every run is over, and every level that was lost is proved again',
    withinMs: RECOVERY_MS,
    eventually({ rt, runs, over }) {
      if (runs !== over) return `${runs - over} of ${runs} runs are not over`;
      const lost = rt.sandboxes.levels.find(({ is }) => is === 'lost');
      return lost && `${lost.isolation} is lost: ${lost.unavailable}`;
    },
  },
];

export const sandboxesPlaybook: Playbook<State> = ({ faults }) => ({
  start: (at) => start(at, faults),
  workload: work,
  invariants,
});
