import type { Happened, RandomStream } from '../../actors/world.ts';
import { HoldfastError } from '../../runtime/errors.ts';
import type { Handle } from '../../runtime/handle.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import type { Playbook } from '../../runtime/sim/property/index.ts';
import type { Fault, Invariant } from '../../runtime/sim/scenario.ts';
import type { Stage } from '../../runtime/sim/stage.ts';
import {
  BACKOFF,
  beyondBackoff,
  beyondBudget,
  beyondWindow,
  type Told,
  WISH,
  type Window,
} from './kernel-checks.ts';
import { workerLogic } from './kernel-worker.ts';

export const HORIZON_MS = 20_000;
/** When, after the faults, every actor is asked whether it is there. */
const LOOK_MS = 25_000;
const LIMITS = { restartsBurst: 6, restartsPerSecond: 3 };
/** Of those at the top. */
const ROOT = { restartsMax: 5, windowMs: 60_000 };
/** A timer may be late by a turn. */
const LATE_MS = 100;

type Worker = Handle<ReturnType<typeof workerLogic>>;

interface Accepted {
  readonly path: string;
  handled: number;
}

interface State {
  readonly at: Stage;
  readonly runtime: Runtime;
  readonly told: Told[];
  readonly workers: Worker[];
  readonly windows: Map<string, Window>;
  /** How many of those told were looked at. */
  readonly counted: { length: number };
  /** By the number of the job. */
  readonly accepted: Map<number, Accepted>;
  /** When those who ask must know. */
  readonly asksUntilMs: Map<number, number>;
  /** Paths that `stop` was called for. */
  readonly stopped: Set<string>;
  problem: string | undefined;
  isLookedAt: boolean;
}

const pick = <Item>({ draw }: RandomStream, items: readonly [Item, ...Item[]]): Item =>
  items[Math.floor(draw() * items.length)] ?? items[0];

/** Milliseconds in which processes stand still. */
const pausedMs = (faults: readonly Fault[]): number =>
  faults.reduce((sum, fault) => sum + (fault.kind === 'clock.pause' ? fault.forMs : 0), 0);

async function start(at: Stage): Promise<State> {
  const told: Told[] = [];
  const { witness } = at.world;
  const fact = (happened: Happened): void => {
    told.push({ atMs: at.nowMs, fact: happened });
    witness?.fact(happened);
  };
  const world = { ...at.world, witness: { fact, inspect: witness?.inspect ?? (() => {}) } };
  const runtime = await createRuntime({ world, limits: LIMITS });
  const state: State = {
    ...{
      at,
      runtime,
      told,
      workers: [],
      windows: new Map(),
      accepted: new Map(),
      counted: { length: 0 },
    },
    ...{ asksUntilMs: new Map(), stopped: new Set(), problem: undefined, isLookedAt: false },
  };
  grow(at, state);
  return state;
}

/** Two supervisors, one of them with a third below it; workers under each. */
function grow(at: Stage, state: State): void {
  const { runtime, workers, windows, accepted } = state;
  const random = at.random('tree');
  const policy = () => ({
    restart: pick(random, ['permanent', 'transient'] as const),
    restartsMax: 1 + Math.floor(random.draw() * 6),
    windowMs: pick(random, [2_000, 5_000]),
    ...BACKOFF,
  });
  const strategy = () => pick(random, ['oneForOne', 'oneForAll', 'restForOne'] as const);
  const grants = { second: policy() };
  const first = runtime.supervisor('first', { strategy: strategy(), ...policy() });
  const second = runtime.supervisor('second', { strategy: strategy(), ...grants.second });
  const below = second.supervisor('below', { strategy: strategy(), ...policy() });
  windows.set('first', ROOT).set('second', ROOT).set('second/below', grants.second);
  for (const [node, count] of [
    [first, 3],
    [second, 1],
    [below, 2],
  ] as const) {
    for (let index = 0; index < count; index++) {
      const path = `${node.path}/w${index}`;
      const { restart, ...rest } = policy();
      windows.set(path, rest);
      let newest = -1;
      const logic = workerLogic(at, path, (n) => {
        const job = accepted.get(n);
        if (job !== undefined) job.handled += 1;
        if (n < newest) state.problem ??= `${path} handled job ${n} after job ${newest}`;
        newest = n;
      });
      const mailbox = { eventsMax: 8, attemptsMax: pick(random, [1, 2, 3] as const) };
      const restore = pick(random, ['fresh', 'lastGood'] as const);
      workers.push(node.start(`w${index}`, logic, { restart, ...rest, restore, mailbox }));
    }
  }
}

/** What a workload does until the faults heal; then it looks for whoever is left. */
class Work {
  readonly #at: Stage;
  readonly #state: State;
  #jobs = 0;

  constructor(at: Stage, state: State) {
    this.#at = at;
    this.#state = state;
  }

  async run(): Promise<void> {
    const random = this.#at.random('workload');
    const { draw } = random;
    const { workers, stopped } = this.#state;
    while (this.#at.nowMs < this.#at.horizonMs) {
      const worker = pick(random, workers as [Worker, ...Worker[]]);
      const choice = draw();
      if (choice < 0.02) {
        stopped.add(worker.path);
        void worker.stop();
      } else if (choice < 0.04) worker.restart(WISH);
      else if (choice < 0.4) void this.#ask(worker, 'job', 200 + draw() * 4_000);
      else for (let left = draw() * 6; left > 0; left--) this.#tell(worker, draw());
      await this.#at.wait(draw() * 400);
    }
    await this.#at.wait(Math.max(0, this.#at.horizonMs + LOOK_MS - this.#at.nowMs));
    for (const worker of workers) await this.#look(worker);
    this.#lookAtJobs();
    this.#state.isLookedAt = true;
  }

  #next(path: string): number {
    const n = this.#jobs++;
    this.#state.accepted.set(n, { path, handled: 0 });
    return n;
  }

  #tell(worker: Worker, draw: number): void {
    const n = this.#next(worker.path);
    const told = worker.tell({ type: draw < 0.2 ? 'job.later' : 'job', n });
    if (told !== 'accepted') this.#state.accepted.delete(n);
  }

  /** Whether it was answered, and why not. */
  async #ask(worker: Worker, type: 'job' | 'job.ping', timeoutMs: number): Promise<string> {
    const n = this.#next(worker.path);
    const { asksUntilMs, accepted } = this.#state;
    asksUntilMs.set(n, this.#at.nowMs + timeoutMs);
    try {
      const done = await worker.ask({ type, n }, { reply: 'job.done', timeoutMs });
      if (done.n !== n) this.#state.problem ??= `${n} was answered as ${done.n}`;
      return 'answered';
    } catch (error) {
      // Whatever became of the job, whoever asked knows.
      accepted.delete(n);
      return error instanceof HoldfastError ? error.code : String(error);
    } finally {
      asksUntilMs.delete(n);
    }
  }

  /** An actor is there, or somebody said that it has ended. */
  async #look(worker: Worker): Promise<void> {
    const { path } = worker;
    const answer = await this.#ask(worker, 'job.ping', 5_000);
    if (answer === 'answered') return;
    const { told } = this.#state;
    const isTold = told.some(
      ({ fact: { type, subject = '' } }) =>
        ['actor.stopped', 'actor.finished'].includes(type) && subject === path,
    );
    const isOver = told.some(({ fact: { type } }) => type === 'runtime.failed');
    this.#at.sometimes('an actor has ended', answer === 'ACTOR_DEAD');
    if (answer === 'ACTOR_DEAD' && (isTold || isOver)) return;
    this.#state.problem ??= `${path}: ${answer}, and nobody said that it has ended`;
  }

  /** What an actor took, it handled, unless somebody says why not. */
  #lookAtJobs(): void {
    const { accepted, runtime, told } = this.#state;
    const letters = new Map(
      runtime.deadLetters.recent.map(({ event, reason }) => [Number(Object(event).n), reason]),
    );
    const isOver = told.some(({ fact: { type } }) => type === 'runtime.failed');
    for (const [n, { path, handled }] of accepted) {
      const reason = letters.get(n);
      if (handled > 1) this.#state.problem ??= `job ${n} of ${path} was handled ${handled} times`;
      if (handled === 0 && reason === undefined) {
        this.#state.problem ??= `job ${n} of ${path} is lost`;
      }
      const hasEnded =
        isOver || told.some(({ fact }) => fact.type === 'actor.stopped' && fact.subject === path);
      if (reason === 'stopped' && !hasEnded) {
        this.#state.problem ??= `job ${n} of ${path}, which never ended, was dropped`;
      }
      this.#at.sometimes('a job is poison', reason === 'poison');
    }
  }
}

const invariants = (faults: readonly Fault[]): Invariant<State>[] => {
  const isPaused = faults.some(({ kind }) => kind === 'clock.pause');
  return [
    { name: 'no job is lost, and no actor', always: ({ problem }) => problem },
    {
      name: 'whoever asks is answered in time',
      always({ asksUntilMs, at }) {
        const late = [...asksUntilMs].find(([, ms]) => at.nowMs > ms + pausedMs(faults) + LATE_MS);
        return late === undefined ? undefined : `who asked for job ${late[0]} does not know`;
      },
    },
    {
      name: 'restarts keep to their windows and to the budget',
      always: ({ told, windows, counted }) => {
        if (told.length === counted.length) return undefined;
        counted.length = told.length;
        const problem = beyondWindow(told, (path) => windows.get(path)) ?? beyondBackoff(told);
        // What waited while the process stood still is due all at once.
        return problem ?? (isPaused ? undefined : beyondBudget(told, LIMITS));
      },
    },
    {
      name: 'every actor is looked for',
      eventually: ({ isLookedAt }) => (isLookedAt ? undefined : 'the workload has not ended'),
    },
  ];
};

export const kernelPlaybook: Playbook<State> = ({ faults }) => ({
  start,
  workload: (at, state) => new Work(at, state).run(),
  invariants: invariants(faults),
});
