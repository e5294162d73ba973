import type { Happened } from '../../actors/world.ts';
import { isAsStrong, isolations } from '../../machines/isolation.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import type { Playbook } from '../../runtime/sim/property/index.ts';
import type { Invariant } from '../../runtime/sim/scenario.ts';
import type { Stage } from '../../runtime/sim/stage.ts';

export const HORIZON_MS = 120_000;
export const kinds = [
  ...(['vm.absent', 'vm.barren', 'vm.hang', 'vm.slow', 'vm.lie', 'vm.die'] as const),
] as const;

/** The longest backoff of a level, and what it takes to be proved after it. */
const RECOVERY_MS = 400_000;
const PROVISION_MS = 5_000;

const misdeeds = ['loop', 'spin', 'exhaust', 'crash', 'flood', 'throw', 'violate', 'linger'];

interface State {
  readonly at: Stage;
  readonly rt: Runtime;
  problem: string | undefined;
  /** Whether something other than a guest has gone wrong with a level. */
  readonly isHurt: boolean;
  runs: number;
  over: number;
}

async function start(at: Stage, isCalm: boolean): Promise<State> {
  const heard = { problem: undefined, isHurt: !isCalm };
  const { witness } = at.world;
  const box: { state?: State } = {};
  const fact = (happened: Happened): void => {
    const state = box.state ?? heard;
    if (happened.type === 'isolation.lost' && !state.isHurt) {
      Object.assign(state, { problem: 'a level was lost, and nothing but guests went wrong' });
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
  at.sometimes('a guest misbehaves', misdeed !== 'echo');
  state.runs += 1;
  try {
    const result = await rt.sandboxes.run({
      ...{ code: misdeed, input: state.runs, isolation, floor, timeoutMs: 500, cpuMs: 200 },
    });
    at.sometimes('work falls', result.isolation !== isolation);
    if (!isAsStrong(result.isolation, floor)) state.problem = `work of ${floor} ran below it`;
  } catch (error) {
    const code = String(Object(error).code);
    at.sometimes('work is refused below its floor', code === 'ISOLATION_UNAVAILABLE');
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
  start: (at) =>
    start(
      at,
      faults.every(({ kind }) => kind === 'process.crash'),
    ),
  workload: work,
  invariants,
});
