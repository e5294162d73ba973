import { createHash } from 'node:crypto';
import { type AnyStateMachine, fromCallback, setup } from 'xstate';
import type { RandomStream } from '../../actors/world.ts';
import type { Fact } from '../../runtime/facts.ts';
import type { Handle } from '../../runtime/handle.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import type { Supervisor } from '../../runtime/supervisor.ts';

/** What the actors of one run did, counted outside of them. */
interface Tally {
  accepted: number;
  handled: number;
  /** Inner actors that are running, by the path of the actor they live in. */
  readonly inner: Map<string, number>;
}

/** An actor that counts what it handles, with an inner actor that must never outlive it. */
function worker(tally: Tally, path: string, failsAtStart: () => boolean): AnyStateMachine {
  const count = (by: number) => tally.inner.set(path, (tally.inner.get(path) ?? 0) + by);
  return setup({
    types: {
      events: {} as { type: 'work' } | { type: 'boom' } | { type: 'finish' } | { type: 'later' },
    },
    actors: {
      inner: fromCallback(() => {
        count(1);
        return () => count(-1);
      }),
    },
    actions: {
      handle: () => {
        tally.handled += 1;
      },
      fail: () => {
        throw new Error(`boom of ${path}`);
      },
      mayFail: () => {
        if (failsAtStart()) throw new Error(`false start of ${path}`);
      },
    },
  }).createMachine({
    id: 'worker',
    initial: 'working',
    invoke: { src: 'inner' },
    entry: 'mayFail',
    states: {
      working: {
        on: {
          work: { actions: 'handle' },
          boom: { actions: 'fail' },
          finish: { target: 'finished', actions: 'handle' },
          later: { target: 'waiting', actions: 'handle' },
        },
      },
      waiting: {
        after: { 50: { target: 'working', actions: 'fail' } },
        on: { work: { actions: 'handle' }, finish: { target: 'finished', actions: 'handle' } },
      },
      finished: { type: 'final' },
    },
  });
}

const pick = <Item>(random: RandomStream, items: readonly [Item, ...Item[]]): Item =>
  items[Math.floor(random.draw() * items.length)] ?? items[0];

const LIMITS = { restartsBurst: 8, restartsPerSecond: 4 };
const WISH = 'the scenario wants it';
const STRATEGIES = ['oneForOne', 'oneForAll', 'restForOne'] as const;
const RESTARTS = ['permanent', 'transient', 'temporary'] as const;

/** One random tree, its random misfortunes, and what went wrong that must not. */
class TreeRun {
  readonly #world: ReturnType<typeof simWorld>;
  readonly #random: RandomStream;
  readonly #tally: Tally = { accepted: 0, handled: 0, inner: new Map() };
  readonly #facts: Fact[] = [];
  readonly #handles: Handle<AnyStateMachine>[] = [];
  readonly #supervisors: { node: Supervisor; depth: number }[] = [];
  readonly violations: string[] = [];
  #children = 0;

  constructor(seed: number) {
    this.#world = simWorld({ seed });
    this.#random = this.#world.random.stream('scenario');
  }

  async run(): Promise<string> {
    const runtime = await createRuntime({ world: this.#world, limits: LIMITS });
    runtime.events$.subscribe((fact) => this.#facts.push(fact));
    this.#grow(runtime);
    for (let step = 0; step < 60; step++) {
      this.#misfortune();
      this.#world.clock.advance(this.#random.draw() < 0.5 ? 0 : this.#random.draw() * 400);
      this.#checkOrphans();
    }
    const stopped = runtime.shutdown();
    await this.#world.clock.advanceAsync(60_000);
    await stopped;
    this.#checkEnd(runtime);
    this.#checkWindows();
    this.#checkOrder();
    this.#checkBudget(LIMITS);
    return createHash('sha256').update(JSON.stringify(this.#facts)).digest('hex');
  }

  get seen(): ReadonlySet<string> {
    const decisions = this.#facts.map(({ data }) => `${data.decision} ${data.strategy}`);
    return new Set([...this.#facts.map(({ type }) => type), ...decisions]);
  }

  #grow(runtime: Runtime): void {
    for (let index = 0; index < 2; index++) {
      const node = runtime.supervisor(`top${index}`, this.#policy());
      this.#supervisors.push({ node, depth: 1 });
    }
    for (let index = 0; index < 12; index++) this.#addChild();
  }

  #policy() {
    const { draw } = this.#random;
    return {
      strategy: pick(this.#random, STRATEGIES),
      restart: pick(this.#random, RESTARTS),
      restartsMax: Math.floor(draw.call(this.#random) * 4),
      windowMs: 5_000,
      backoff: { minMs: 10, maxMs: 500, factor: 2 },
      stableAfterMs: 1_000,
    };
  }

  #addChild(): void {
    const { node, depth } = pick(
      this.#random,
      this.#supervisors as [{ node: Supervisor; depth: number }],
    );
    const id = `c${this.#children++}`;
    const { strategy, ...policy } = this.#policy();
    try {
      if (depth < 3 && this.#random.draw() < 0.3) {
        const child = node.supervisor(id, { strategy, ...policy });
        this.#supervisors.push({ node: child, depth: depth + 1 });
        return;
      }
      const falseStarts = this.#random.draw() < 0.2 ? 0.5 : 0;
      const logic = worker(
        this.#tally,
        `${node.path}/${id}`,
        () => this.#random.draw() < falseStarts,
      );
      const restore = pick(this.#random, ['fresh', 'lastGood'] as const);
      const mailbox = { eventsMax: 5, attemptsMax: pick(this.#random, [1, 2, 3] as const) };
      this.#handles.push(node.start(id, logic, { ...policy, restore, mailbox, shutdownMs: 500 }));
    } catch (error) {
      if (!String(error).includes('is stopping or stopped')) throw error;
    }
  }

  #misfortune(): void {
    const { draw } = this.#random;
    const at = draw.call(this.#random);
    if (at < 0.05) this.#addChild();
    for (let count = Math.floor(draw.call(this.#random) * 6); count > 0; count--) {
      const handle = this.#handles[Math.floor(draw.call(this.#random) * this.#handles.length)];
      if (handle === undefined) continue;
      const what = draw.call(this.#random);
      if (what < 0.03) void handle.stop();
      else if (what < 0.06) handle.restart(WISH);
      else {
        const type = pick(this.#random, [
          'work',
          'work',
          'work',
          'boom',
          'finish',
          'later',
        ] as const);
        if (handle.tell({ type }) === 'accepted') this.#tally.accepted += 1;
      }
    }
  }

  /** Exactly the actors that have an incarnation have their inner actor running, and only once. */
  #checkOrphans(): void {
    const alive = new Set(
      this.#handles.filter((h) => h.snapshot() !== undefined).map((h) => h.path),
    );
    for (const [path, running] of this.#tally.inner) {
      const expected = alive.has(path) ? 1 : 0;
      if (running !== expected)
        this.violations.push(`${path} has ${running} inner, not ${expected}`);
    }
  }

  #checkEnd(runtime: Runtime): void {
    for (const [path, running] of this.#tally.inner) {
      if (running !== 0) this.violations.push(`${path} left ${running} inner actors behind`);
    }
    const { poison = 0, stopped = 0, unhandled = 0, expired = 0 } = runtime.deadLetters.byReason;
    const { accepted, handled } = this.#tally;
    const lost = accepted - handled - poison - stopped - unhandled - expired;
    if (lost !== 0)
      this.violations.push(`${lost} of ${accepted} accepted events are unaccounted for`);
    if (this.#world.clock.pending !== 0) this.violations.push('timers outlived the runtime');
  }

  /** No child is restarted for its own failures more often than its window allows. */
  #checkWindows(): void {
    for (const { data, subject } of this.#facts.filter(
      ({ type }) => type === 'supervisor.decided',
    )) {
      const { restartsInWindow, restartsMax } = data;
      if (Number(restartsInWindow) > Number(restartsMax)) {
        this.violations.push(`${subject}: ${restartsInWindow} restarts, ${restartsMax} allowed`);
      }
    }
  }

  /** Those that come back by one decision come back in the order in which they were started. */
  #checkOrder(): void {
    const place = new Map(this.#handles.map(({ path }, index) => [path, index]));
    const last = new Map<string, number>();
    for (const { type, subject = '', causationid = '' } of this.#facts) {
      const index = place.get(subject);
      if (type !== 'actor.restarted' || index === undefined) continue;
      if (index < (last.get(causationid) ?? -1))
        this.violations.push(`${subject} came out of order`);
      last.set(causationid, index);
    }
  }

  /** What comes back by decision of a supervisor keeps to the budget of the runtime. */
  #checkBudget({ restartsBurst, restartsPerSecond }: typeof LIMITS): void {
    const budgeted = new Set(
      this.#facts
        .filter(({ data }) => data.decision === 'restart' && data.because !== WISH)
        .map(({ id }) => id),
    );
    const cameAtMs: number[] = [];
    for (const { type, causationid = '', time } of this.#facts) {
      if (!type.endsWith('.restarted')) continue;
      if (budgeted.delete(causationid)) cameAtMs.push(Date.parse(time));
    }
    for (const fromMs of cameAtMs) {
      const within = cameAtMs.filter((atMs) => atMs >= fromMs && atMs <= fromMs + 1000).length;
      // Facts name whole milliseconds, so a span of a second may hold one more.
      if (within > restartsBurst + restartsPerSecond + 1) {
        this.violations.push(`${within} restarts came due within a second`);
      }
    }
  }
}

/**
 * Runs the tree of `seed`. `trace` is a hash over every fact it told, `seen` the kinds of fact and
 * of decision, so that a set of seeds can be asked whether it has seen enough.
 */
export async function runTree(seed: number) {
  const run = new TreeRun(seed);
  const trace = await run.run();
  return { trace, violations: run.violations, seen: run.seen };
}
