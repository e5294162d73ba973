import { State } from '../../actors/state.ts';
import type { Fault } from '../../runtime/sim/scenario.ts';
import type { Stage } from '../../runtime/sim/stage.ts';
import { StateStore } from '../../storage/state.ts';
import { sealTools } from '../storage/sealing.ts';
import { isKept } from './promises.ts';

const PATH = '/store';
const NAMES = 12;

interface Entry {
  readonly n: number | undefined;
  /** Which change of all it was. */
  readonly change: number;
}

/** What was set under a name since it was durable last: the durable value first. */
type History = readonly Entry[];

const NEVER_SET: Entry = { n: undefined, change: 0 };

/** What a store promised, whoever crashes. */
export interface StorePromises {
  readonly histories: Map<string, History>;
  /** Names whose value a disk was free to lose. */
  readonly doubtful: Set<string>;
  changes: number;
}

export const nothingPromised = (): StorePromises => ({
  histories: new Map(),
  doubtful: new Set(),
  changes: 0,
});

/** What a process left half made is put aside, as a runtime does. */
async function openStore({ world, incarnation }: Stage): Promise<StateStore> {
  const { files, kv } = world;
  const tools = sealTools();
  if ((await files.stat(PATH)) === undefined) return new StateStore(await kv.create(PATH), tools);
  const { damage } = await kv.readRaw(PATH);
  const isWhole = damage.every(({ isTornTail }) => isTornTail);
  if (isWhole) return new StateStore(await kv.open(PATH), tools);
  await files.rename(PATH, `${PATH}.${incarnation}`);
  return new StateStore(await kv.create(PATH), tools);
}

/** A state store of one process, and what it is to hold. */
export class StoreWork {
  readonly #at: Stage;
  readonly #state: State;
  readonly #promises: StorePromises;
  readonly #faults: readonly Fault[];
  problem: string | undefined;

  private constructor(at: Stage, state: State, promises: StorePromises, faults: readonly Fault[]) {
    this.#at = at;
    this.#state = state;
    this.#promises = promises;
    this.#faults = faults;
  }

  static async open(at: Stage, promises: StorePromises, faults: readonly Fault[]) {
    const { clock, random } = at.world;
    const kernel = { clock, random: random.stream('store'), tell: () => '' };
    const state = new State(await openStore(at), { kernel, reopen: () => openStore(at) });
    const work = new StoreWork(at, state, promises, faults);
    await work.#compare();
    return work;
  }

  /** Each name has what was durable, or something set after it. */
  async #compare(): Promise<void> {
    const { histories, doubtful } = this.#promises;
    const saved = await this.#state.load();
    const names = new Set([...histories.keys(), ...saved.keys()]);
    for (const name of names) {
      const { value, isDamaged } = saved.get(name) ?? { value: undefined, isDamaged: false };
      const found = value === undefined ? undefined : Number(Object(value).n);
      const history = histories.get(name) ?? [NEVER_SET];
      const known = history.map(({ n }) => n);
      if (isDamaged) this.problem ??= `${name} is damaged`;
      if (!doubtful.has(name) && !known.includes(found)) {
        this.problem ??= `${name} is ${found}, not one of ${known.join(', ')}`;
      }
      histories.set(name, [{ n: found, change: this.#promises.changes }]);
      doubtful.delete(name);
    }
  }

  set(draw: number, isRemoved: boolean): void {
    const { histories } = this.#promises;
    const name = `name-${Math.floor(draw * NAMES)}`;
    const change = ++this.#promises.changes;
    const n = isRemoved ? undefined : change;
    if (!this.#state.set(name, n === undefined ? undefined : { n, filler: 'x'.repeat(n % 300) })) {
      this.problem ??= `there is no room for ${name}`;
    }
    histories.set(name, [...(histories.get(name) ?? [NEVER_SET]), { n, change }]);
  }

  /** What `flush` says is durable is what was set before it was called. */
  async flush(): Promise<void> {
    const { histories, doubtful } = this.#promises;
    const { changes } = this.#promises;
    const sinceMs = this.#at.nowMs;
    try {
      await this.#state.flush();
    } catch {
      return this.#at.sometimes('a flush is refused');
    }
    const isSafe = isKept(this.#faults, sinceMs) && isKept(this.#faults, this.#at.nowMs);
    for (const [name, history] of histories) {
      const durable = history.findLastIndex(({ change }) => change <= changes);
      // Another flush may have been there first, and promised more.
      histories.set(name, history.slice(Math.max(0, durable)));
      if (!isSafe) doubtful.add(name);
    }
  }

  /** In the same process, too. */
  async look(): Promise<void> {
    const { histories, doubtful } = this.#promises;
    for (const [name, history] of histories) {
      const value = await this.#state.get(name);
      const found = value === undefined ? undefined : Number(Object(value).n);
      const newest = history.at(-1)?.n;
      if (found === newest || doubtful.has(name)) continue;
      this.problem ??= `${name} is ${found}, and was set to ${newest}`;
    }
  }
}
