import {
  type IsolationContext,
  type IsolationMode,
  isolationMachine,
  proveAfterMs,
} from '../machines/isolation.machine.ts';
import { choicesFor, type Isolation, isAsStrong, isolations } from '../machines/isolation.ts';
import { TokenBucket } from '../machines/token-bucket.ts';
import type { VmDeadlines } from '../machines/vm.machine.ts';
import type { Cancel } from '../storage/ports.ts';
import { GuestTime } from './guest-time.ts';
import { IsolationLevel } from './isolation-level.ts';
import type { VmActor } from './vm.actor.ts';
import type { VmDrivers, VmEvidence, VmSpec, VmUnavailable } from './vm-drivers.ts';
import type { VmDied } from './vm-pool.ts';
import type { Chart, Kernel } from './world.ts';

export interface IsolationTools {
  readonly kernel: Kernel;
  readonly drivers: VmDrivers;
  readonly deadlines: VmDeadlines;
  /** Guests of each level that wait for work. */
  readonly warmMax: Readonly<Record<Isolation, number>>;
  /** What those are made for. */
  readonly spec: VmSpec;
  readonly healthMs: number;
  /** A level was proved or lost, and the mode has moved if it had to. */
  onChanged(): void;
}

/** Where work wants to run, and who for. */
export interface Wish {
  readonly isolation: Isolation;
  readonly floor: Isolation;
  readonly spec: VmSpec;
  readonly tenant: string | undefined;
  /** Whoever wishes it has given up. */
  readonly signal?: AbortSignal | undefined;
}

/** One level, for whoever looks. */
export interface LevelStatus {
  readonly isolation: Isolation;
  /** `unasked` until somebody wants it. */
  readonly is: 'unasked' | 'proved' | 'lost';
  readonly evidence: VmEvidence | undefined;
  readonly unavailable: string | undefined;
  readonly fix: string | undefined;
  /** Of one that is lost, when it will be proved again; 0 while it is being. */
  readonly retryAfterMs: number | undefined;
  readonly idle: number;
  readonly taken: number;
}

const STOPPED: VmUnavailable = { unavailable: 'the runtime has stopped', isStopped: true };
/** So many deaths are told one by one: a guest may die as often as a stranger likes. */
const TOLD = { perSecond: 0.1, burst: 100 };
const JITTER = 0.1;
export const isolationSettings = {
  backoff: { minMs: 1_000, maxMs: 120_000, factor: 2 },
  steadyMs: 300_000,
};

/** All levels of isolation, and which of them work gets. */
export class IsolationActor {
  readonly #tools: IsolationTools;
  readonly #chart: Chart<typeof isolationMachine>;
  /** Of all levels: what one takes, another lacks. */
  readonly #guestTime: GuestTime;
  readonly #levels: Readonly<Record<Isolation, IsolationLevel>>;
  readonly #told: TokenBucket;
  #untold = 0;
  /** The fact that moves it. */
  #causeId: string | undefined;
  #cancelHealth: Cancel | undefined;
  #isClosed = false;

  constructor(tools: IsolationTools) {
    const { kernel } = tools;
    this.#tools = tools;
    this.#guestTime = new GuestTime(kernel.clock);
    this.#told = new TokenBucket(TOLD, kernel.clock.monotonicMs());
    this.#chart = kernel.startChart(isolationMachine, {
      id: 'isolation',
      input: { settings: isolationSettings, nowMs: kernel.clock.monotonicMs() },
      onMoved: () => {},
      onEmitted: ({ type, ...move }) => {
        kernel.tell(type, 'isolation', move, this.#causeId);
      },
    });
    this.#levels = {
      isolate: this.#open('isolate'),
      process: this.#open('process'),
      microvm: this.#open('microvm'),
    };
  }

  /** The strongest level that is proved now. */
  get mode(): IsolationMode {
    return this.#chart.snapshot.context.mode;
  }

  /** Since when it is so, monotonic, and by what. */
  get standing(): Pick<IsolationContext, 'mode' | 'sinceMs' | 'because'> {
    const { mode, sinceMs, because } = this.#chart.snapshot.context;
    return { mode, sinceMs, because };
  }

  get statuses(): readonly LevelStatus[] {
    return isolations.map((isolation) => {
      const { proof, why, retryAfterMs, counts } = this.#levels[isolation];
      const is = proof !== undefined ? 'proved' : why === undefined ? 'unasked' : 'lost';
      return {
        ...{ isolation, is, evidence: proof, unavailable: why?.unavailable, fix: why?.fix },
        retryAfterMs,
        ...counts,
      };
    });
  }

  /** Whether some level that is strong enough is not known to be lost. */
  isHopeful(floor: Isolation): boolean {
    return isolations.some(
      (isolation) =>
        isAsStrong(isolation, floor) &&
        this.#isLikely(isolation, floor) &&
        this.#levels[isolation].why === undefined,
    );
  }

  /** What is stronger than was asked for stands in for it, if anybody has set it up. */
  #isLikely(isolation: Isolation, asked: Isolation): boolean {
    return isAsStrong(asked, isolation) || this.#tools.drivers[isolation].isUnset !== true;
  }

  /** Looks whether each can be had that nobody has asked for yet. */
  async prove(): Promise<void> {
    this.#begin();
    await Promise.all(isolations.map((isolation) => this.#levels[isolation].prove()));
  }

  /**
   * A guest that has run nothing yet, as strong as is wished or weaker, but never below the floor;
   * or why there is none. Whoever takes it kills it. That a level is busy is no reason to fall: it
   * may be so by what a guest does.
   */
  async take({ isolation, floor, spec, tenant, signal }: Wish): Promise<VmActor | VmUnavailable> {
    this.#begin();
    const whys: VmUnavailable[] = [];
    for (const choice of choicesFor(isolation, floor)) {
      if (!this.#isLikely(choice, isolation)) continue;
      const vm = await this.#levels[choice].take(spec, tenant, signal);
      if (this.#isClosed) return STOPPED;
      if (!('unavailable' in vm) || vm.isBusy || signal?.aborted === true) return vm;
      whys.push({ ...vm, unavailable: `${choice}: ${vm.unavailable}` });
    }
    const unavailable = whys.map((why) => why.unavailable).join('; ');
    return { unavailable, fix: whys.find(({ fix }) => fix !== undefined)?.fix };
  }

  /** Ends every guest; resolves once none is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelHealth?.();
    this.#cancelHealth = () => {};
    await Promise.all(isolations.map((isolation) => this.#levels[isolation].close()));
    this.#tellUntold();
    this.#chart.stop();
  }

  #open(isolation: Isolation): IsolationLevel {
    const { kernel, drivers, deadlines, warmMax, spec, onChanged } = this.#tools;
    const nowMs = (): number => kernel.clock.monotonicMs();
    let lostId: string | undefined;
    return new IsolationLevel({
      ...{ kernel, driver: drivers[isolation], deadlines, warmMax: warmMax[isolation], spec },
      ...{ guestTime: this.#guestTime, startsMax: drivers.startsMax },
      waitMs: () => proveAfterMs(this.#chart.snapshot.context, isolation, kernel.random.draw()),
      onProved: ({ engine, digests }) => {
        const told = Object.entries(digests).map(([name, digest]) => `${name} ${digest}`);
        const found = { engine, digests: told };
        this.#causeId = kernel.tell('isolation.proved', isolation, found, lostId);
        lostId = undefined;
        this.#chart.send({ type: 'level.proved', isolation, nowMs: nowMs() });
        onChanged();
      },
      onLost: ({ unavailable, fix }, openedId) => {
        const why = { unavailable, ...(fix && { fix }) };
        lostId = kernel.tell('isolation.lost', isolation, why, openedId);
        this.#causeId = lostId;
        this.#chart.send({ type: 'level.lost', isolation, nowMs: nowMs() });
        onChanged();
      },
      onDied: (died) => this.#tellDied(isolation, died),
    });
  }

  #tellDied(isolation: Isolation, { because, detail, calls, tenant }: VmDied): void {
    if (because === 'closed') return;
    const { kernel } = this.#tools;
    if (!this.#told.take(1, kernel.clock.monotonicMs())) {
      this.#untold += 1;
      return;
    }
    const whose = tenant === undefined ? {} : { tenant };
    kernel.tell('vm.died', isolation, { because, detail, calls, ...whose });
  }

  #tellUntold(): void {
    const count = this.#untold;
    this.#untold = 0;
    if (count > 0) this.#tools.kernel.tell('vm.summed', 'isolation', { died: count });
  }

  #begin(): void {
    this.#cancelHealth ??= this.#later();
  }

  #later(): Cancel {
    const { kernel, healthMs } = this.#tools;
    const delayMs = healthMs * (1 - JITTER * kernel.random.draw());
    return kernel.clock.after(delayMs, () => {
      this.#cancelHealth = this.#later();
      for (const isolation of isolations) this.#levels[isolation].check();
      this.#tellUntold();
    });
  }
}
