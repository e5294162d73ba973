import { setTimeout as after } from 'node:timers/promises';
import { type Isolation, isolations } from '../../machines/isolation.ts';
import type { Box } from '../../runtime/box.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { cases } from '../contracts/vm-cases.ts';
import { descendantsOf, isRunning, type Process } from '../runtime/world/vm/processes.fixture.ts';

const CALLS_AT_ONCE = 4;
const HOSTILE = 0.05;
/** Of hostile code. It is ended by whichever limit it meets. */
const hostileMs: Readonly<Record<Isolation, number>> = { isolate: 200, process: 300, microvm: 600 };

interface Share {
  readonly isolation: Isolation;
  readonly calls: number;
  readonly runs: number;
}

/** 100 warm calls and 5 runs for each seed; every other seed has microVMs, slow to start. */
const shares: readonly (readonly Share[])[] = [
  [
    { isolation: 'isolate', calls: 70, runs: 2 },
    { isolation: 'process', calls: 20, runs: 2 },
    { isolation: 'microvm', calls: 10, runs: 1 },
  ],
  [
    { isolation: 'isolate', calls: 80, runs: 3 },
    { isolation: 'process', calls: 20, runs: 2 },
  ],
];

const hostile: readonly string[] = [
  ...cases
    .filter(({ name }) => /^(loops|hangs|waits|eats memory|nests|poisons|answers)/.test(name))
    .map(({ code }) => code),
  'for (;;) console.log("y".repeat(1000))',
  'for (let i = 0; ; i++) host.call("nothing", i)',
  'Array.from({ length: 1e6 }, () => "x".repeat(9))',
];

/** What came of it all. */
export class Tally {
  readonly ends: Record<string, number> = {};
  calls = 0;
  runs = 0;

  add(what: string): void {
    this.ends[what] = (this.ends[what] ?? 0) + 1;
  }
}

/** Calls and runs of one seed, some of them hostile. @throws {Error} if a harmless one fails. */
export class Churn {
  readonly #rt: Runtime;
  readonly #tally: Tally;
  readonly #draw: () => number;

  constructor(rt: Runtime, tally: Tally, seed: number) {
    const stream = new SeededRandom(seed).stream('churn');
    this.#draw = () => stream.draw();
    this.#rt = rt;
    this.#tally = tally;
  }

  async play(seed: number, isHere: (isolation: Isolation) => boolean): Promise<void> {
    for (const { isolation, calls, runs } of shares[seed % shares.length] ?? []) {
      const at = isHere(isolation) ? isolation : 'isolate';
      await this.#callWarm(at, calls);
      for (let nth = 0; nth < runs; nth++) await this.#runOnce(at, nth);
    }
  }

  /** At once, for the tenants of some boxes. */
  async #callWarm(isolation: Isolation, calls: number): Promise<void> {
    const width = isolation === 'microvm' ? 1 : CALLS_AT_ONCE;
    const boxes = Array.from({ length: width }, () => this.#rt.sandboxes.open({ isolation }));
    await Promise.all(
      boxes.map(async (opening) => {
        await using box = await opening;
        for (let nth = 0; nth < calls / width; nth++) await this.#call(box, nth);
      }),
    );
  }

  async #call(box: Box, nth: number): Promise<void> {
    this.#tally.calls += 1;
    const code = this.#misdeed();
    if (code === undefined) {
      const { output } = await box.call('input + 1', nth);
      if (output !== nth + 1) throw new Error(`${nth} + 1 is ${output}`);
      return this.#tally.add(`${box.isolation} well`);
    }
    const most = hostileMs[box.isolation];
    await this.#mind(box.isolation, box.call(code, nth, { timeoutMs: most, cpuMs: most }));
  }

  async #runOnce(isolation: Isolation, input: number): Promise<void> {
    this.#tally.runs += 1;
    const code = this.#misdeed();
    const most = code === undefined ? 30_000 : hostileMs[isolation];
    const limits = { isolation, timeoutMs: most, cpuMs: most };
    const run = this.#rt.sandboxes.run({ code: code ?? 'input', input, ...limits });
    if (code !== undefined) return await this.#mind(isolation, run);
    await run;
    this.#tally.add(`${isolation} well`);
  }

  #misdeed(): string | undefined {
    if (this.#draw() >= HOSTILE) return undefined;
    return hostile[Math.floor(this.#draw() * hostile.length)];
  }

  /** Whatever it does, it is its own doing. */
  async #mind(isolation: Isolation, call: Promise<unknown>): Promise<void> {
    const end = await call.then(
      () => 'answered',
      (error: unknown) => String(Object(error).code),
    );
    if (end !== 'answered' && !end.startsWith('VM_')) throw new Error(`hostile code: ${end}`);
    this.#tally.add(`${isolation} ${end}`);
  }
}

/** Nothing runs, and each level that is used has its guest that waits for work. */
export async function atRest({ sandboxes }: Runtime): Promise<void> {
  const isAtRest = (): boolean =>
    sandboxes.levels.every(
      ({ is, idle, taken }) => taken === 0 && idle === (is === 'proved' ? 1 : 0),
    );
  while (!isAtRest()) await after(20);
}

/** All processes that were ever seen below this one. */
export class Watched {
  readonly #seen = new Map<string, Process>();
  readonly #timer = setInterval(() => this.look(), 250);

  look(): readonly Process[] {
    const now = descendantsOf(process.pid);
    for (const one of now) this.#seen.set(`${one.pid} ${one.since}`, one);
    return now;
  }

  /** Those that run still, wherever they are now. */
  left(): readonly Process[] {
    clearInterval(this.#timer);
    return [...this.#seen.values()].filter(isRunning);
  }

  get count(): number {
    return this.#seen.size;
  }
}

export const levelsOf = (rt: Runtime): string =>
  isolations
    .map((isolation) => {
      const level = rt.sandboxes.levels.find((one) => one.isolation === isolation);
      return `${isolation}: ${level?.unavailable ?? level?.is}`;
    })
    .join(', ');
