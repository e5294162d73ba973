import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const program = new URL('crowd-dialler.mjs', import.meta.url);
const decoy = new URL('crowd-decoy.mjs', import.meta.url);

interface Loaded {
  readonly latenciesMs: readonly number[];
  readonly lost: number;
}

const last = availableParallelism() - 1;

function setRunning(command: 'taskset' | 'chrt', ...options: readonly string[]): void {
  if (process.platform === 'linux' && last > 0) execFileSync(command, options);
}

/**
 * Whoever is attacked has the first core to itself; the threads that collect its garbage run beside
 * the peers. Trap: a kernel may put all that runs now and then on one core, and others wait there.
 */
export function keepHere(): void {
  for (const thread of readdirSync('/proc/self/task')) {
    const core = thread === `${process.pid}` ? '0' : `${last}`;
    setRunning('taskset', '--cpu-list', '--pid', core, thread);
  }
}

/**
 * What peers burn is not of the machine that is attacked: all of them share the last core, where
 * those who attack have what nobody else wants.
 */
function keepApart({ pid = 0 }: ChildProcess, isHostile: boolean): void {
  setRunning('taskset', '--all-tasks', '--cpu-list', '--pid', `${last}`, `${pid}`);
  if (isHostile) setRunning('chrt', '--all-tasks', '--idle', '--pid', '0', `${pid}`);
}

/** A process of peers. */
export class Diallers {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(url: string, first: number, count: number, isHostile = false) {
    const child = fork(program, [url, `${first}`, `${count}`], { serialization: 'advanced' });
    const diallers = new Diallers(child);
    await once(child, 'message');
    keepApart(child, isHostile);
    return diallers;
  }

  /** How many are live. */
  async connect(): Promise<number> {
    return Number(Reflect.get(Object(await this.#told({ do: 'connect' })), 'live'));
  }

  async load(ms: number, everyMs: number): Promise<Loaded> {
    return (await this.#told({ do: 'load', ms, everyMs })) as Loaded;
  }

  async say(order: 'attack' | 'rest'): Promise<void> {
    await this.#told({ do: order });
  }

  async leave(): Promise<void> {
    const over = once(this.#child, 'exit');
    this.#child.send({ do: 'leave' });
    await over;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #told(order: object): Promise<unknown> {
    const answer = once(this.#child, 'message');
    this.#child.send(order);
    return (await answer)[0];
  }
}

/** A runtime in a process of its own, for attacks that take the cores and nothing else. */
export async function startDecoy(): Promise<{ url: string; kill: () => void }> {
  const child = fork(decoy, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  keepApart(child, true);
  return { url, kill: () => void child.kill('SIGKILL') };
}

/** What the process itself has in use, once V8 has swept: buffers go a while after their owners. */
export async function inUse() {
  setFlagsFromString('--expose_gc');
  for (let times = 0; times < 3; times++) {
    runInNewContext('gc')();
    await sleep(100);
  }
  const { heapUsed, external } = process.memoryUsage();
  return {
    bytes: heapUsed + external,
    residentBytes: process.memoryUsage.rss(),
    descriptors: readdirSync('/proc/self/fd').length,
  };
}

export function percentile(all: readonly number[], of: number): number {
  const sorted = [...all].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * of) / 100))] ?? Number.NaN;
}
