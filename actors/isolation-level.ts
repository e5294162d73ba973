import type { Isolation } from '../machines/isolation.ts';
import type { VmDeadlines } from '../machines/vm.machine.ts';
import type { Cancel } from '../storage/ports.ts';
import { BreakerActor, type BreakerOptions, type Leave, type Opened } from './breaker.actor.ts';
import { within } from './deadline.ts';
import type { GuestTime } from './guest-time.ts';
import type { VmActor } from './vm.actor.ts';
import type { VmDriver, VmEvidence, VmSpec, VmUnavailable } from './vm-drivers.ts';
import { type MakeLeave, type VmDied, VmPool } from './vm-pool.ts';
import type { Kernel } from './world.ts';

export interface LevelTools {
  readonly kernel: Kernel;
  readonly driver: VmDriver;
  readonly deadlines: VmDeadlines;
  readonly guestTime: GuestTime;
  /** As many guests are made at once. */
  readonly startsMax: number;
  readonly warmMax: number;
  readonly spec: VmSpec;
  /** How long it is lost at the least, by how often it was. */
  waitMs(): number;
  onProved(evidence: VmEvidence): void;
  /** It was proved, or is asked for the first time, and cannot be had; by which fact. */
  onLost(why: VmUnavailable, causeId: string | undefined): void;
  onDied(died: VmDied): void;
}

const FAILURES_MAX = 3;

const breaker: BreakerOptions = {
  window: { kind: 'consecutive', failuresMax: FAILURES_MAX },
  open: { minMs: 1_000, maxMs: 300_000, factor: 2 },
  probesMax: 1,
  // Longer than a probe, a guest and its first answer may take in all.
  probeMs: 1_800_000,
};

/**
 * One level of isolation: whether it can be had, and its guests. Before it is used it is proved: by
 * a probe, and by a guest that answers. Only what no guest has a part in can lose it: that one
 * cannot be made, or dies before it has run anything; but not that it is late while guests take the
 * time. Then it is proved again, later and later.
 */
export class IsolationLevel {
  readonly isolation: Isolation;
  readonly #tools: LevelTools;
  readonly #breaker: BreakerActor;
  readonly #pool: VmPool;
  /** What the probe found; undefined while it is not proved. */
  #proof: VmEvidence | undefined;
  /** The same, while it is not known yet whether a guest can be made. */
  #probed: VmEvidence | undefined;
  /** Undefined while nobody has asked for it, or it is proved. */
  #why: VmUnavailable | undefined;
  /** Of the last guest that could not be made, or was lost. */
  #lastWhy: VmUnavailable | undefined;
  /** Why it is lost, until the fact that its breaker opened has been told. */
  #untold: VmUnavailable | undefined;
  /** That fact. */
  #openedId: string | undefined;
  #proving: Promise<VmUnavailable | undefined> | undefined;
  /** Monotonic; when it is proved again. */
  #retryAtMs = 0;
  #cancel: Cancel = () => {};
  #giveUp = new AbortController();
  #isOpen = true;

  constructor(tools: LevelTools) {
    const { kernel, driver } = tools;
    this.isolation = driver.isolation;
    this.#tools = tools;
    const lose = ({ gate }: BreakerActor): void => {
      if (gate === 'rejecting') this.#lose();
    };
    const opened = ({ factId }: Opened): void => this.#tellLost(factId);
    this.#breaker = new BreakerActor(kernel, `vm, ${this.isolation}`, breaker, opened, lose);
    this.#pool = new VmPool({
      ...tools,
      doubtOf: (evidence) => this.#doubtOf(evidence),
      admit: () => this.#admit(),
      onDied: (died) => {
        const { because, detail, isStarved } = died;
        if (because === 'lost' && !isStarved)
          this.#admit()?.report('failed', { unavailable: detail });
        tools.onDied(died);
      },
    });
  }

  /** What was found in force; undefined while it is not proved. */
  get proof(): VmEvidence | undefined {
    return this.#proof;
  }

  /** Why it cannot be had; undefined while it can be, or nobody has asked. */
  get why(): VmUnavailable | undefined {
    return this.#why;
  }

  /** When it will be proved again; 0 while it is being, undefined if it need not. */
  get retryAfterMs(): number | undefined {
    if (this.#why === undefined) return undefined;
    if (this.#proving !== undefined) return 0;
    return Math.max(0, Math.ceil(this.#retryAtMs - this.#tools.kernel.clock.monotonicMs()));
  }

  get counts(): VmPool['counts'] {
    return this.#pool.counts;
  }

  /** One that has run nothing yet; or why there is none. The first who asks waits for the proof. */
  async take(
    spec: VmSpec,
    tenant: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<VmActor | VmUnavailable> {
    const busy = await this.prove();
    let why = this.#why ?? busy;
    for (let tries = 0; this.#proof !== undefined && tries < FAILURES_MAX; tries++) {
      const vm = await this.#pool.take(spec, tenant, signal);
      if (!('unavailable' in vm) || vm.isBusy || signal?.aborted === true) return vm;
      why = vm;
    }
    return why ?? { unavailable: 'the runtime is stopping' };
  }

  /** Resolves once it is known whether it can be had; or with why nobody can tell now. */
  async prove(): Promise<VmUnavailable | undefined> {
    if (this.#proof !== undefined || this.#why !== undefined || !this.#isOpen) return undefined;
    return await this.#begin();
  }

  check(): void {
    this.#pool.check();
    if (this.#proof !== undefined) void this.#pool.refill();
  }

  /** Resolves once nothing is left of what it tried, either, if that heeds its signal. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#cancel();
    this.#giveUp.abort(new Error('the runtime is stopping'));
    const { kernel, deadlines } = this.#tools;
    const proved = this.#proving ?? Promise.resolve(undefined);
    const tried = within(kernel.clock, deadlines.endMs, proved).catch(() => undefined);
    await Promise.all([this.#pool.close(), tried]);
    this.#breaker.sleep();
  }

  /** Only while it is proved: what mends a level is a probe, never work. */
  #admit(): MakeLeave | undefined {
    const leave = this.#proof === undefined ? undefined : this.#breaker.admit();
    if (leave?.admitted !== true) return undefined;
    return {
      report: (how, why) => {
        if (!this.#isOpen) return;
        this.#lastWhy = why ?? this.#lastWhy;
        this.#breaker.report(leave, how, why && new Error(why.unavailable));
      },
    };
  }

  /** One at a time; later, if a timer comes a moment early. */
  #begin(): Promise<VmUnavailable | undefined> | undefined {
    if (this.#proving !== undefined) return this.#proving;
    const leave = this.#breaker.admit();
    if (leave.admitted) this.#proving = this.#probe(leave);
    else this.#later();
    return this.#proving;
  }

  async #probe(leave: Leave): Promise<VmUnavailable | undefined> {
    const found = await this.#tried();
    this.#proving = undefined;
    if (!this.#isOpen) return undefined;
    if ('unavailable' in found) {
      if (found.isBusy && this.#why === undefined) {
        this.#breaker.report(leave, 'ignored');
        return found;
      }
      const error = new Error(found.unavailable);
      this.#breaker.report(leave, 'failed', error);
      // One probe that fails says enough.
      this.#breaker.trip(error);
      this.#tell(found);
      return undefined;
    }
    this.#proof = found;
    this.#why = undefined;
    this.#breaker.report(leave, 'succeeded');
    this.#tools.onProved(found);
    return undefined;
  }

  /** What the probe found, if a guest can be made then, and answers. */
  async #tried(): Promise<VmEvidence | VmUnavailable> {
    const found = await this.#found();
    if ('unavailable' in found || !this.#isOpen) return found;
    this.#probed = found;
    const why = await this.#pool.try();
    this.#probed = undefined;
    return why ?? found;
  }

  /** Whatever its driver does, within the time to make one. */
  #found(): Promise<VmEvidence | VmUnavailable> {
    const { kernel, driver, deadlines, guestTime } = this.#tools;
    const { provisionMs } = deadlines;
    const asked = guestTime.mark();
    const giveUp = new AbortController();
    this.#giveUp = giveUp;
    return new Promise((resolve) => {
      const cancel = kernel.clock.after(provisionMs, () => {
        giveUp.abort(new Error('it took too long'));
        const unavailable = `its probe did not end within ${provisionMs} ms`;
        resolve({ unavailable, ...(guestTime.isMuchSince(asked) && { isBusy: true }) });
      });
      const end = (found: VmEvidence | VmUnavailable): void => {
        cancel();
        const doubt = 'unavailable' in found ? undefined : this.#doubtOf(found);
        resolve(doubt === undefined ? found : { unavailable: doubt });
      };
      driver.probe(giveUp.signal).then(end, (error: unknown) => {
        end({ unavailable: `its probe failed: ${String(error)}` });
      });
    });
  }

  #doubtOf({ isolation, engine }: VmEvidence): string | undefined {
    if (isolation !== this.isolation) return `found in force: ${isolation}, not ${this.isolation}`;
    const proved = (this.#proof ?? this.#probed)?.engine ?? engine;
    return engine === proved ? undefined : `found in force: ${engine}, not ${proved}`;
  }

  #lose(): void {
    if (!this.#isOpen) return;
    const wasProved = this.#proof !== undefined;
    this.#proof = undefined;
    this.#pool.drain();
    this.#later(this.#tools.waitMs());
    const { unavailable, fix } = this.#lastWhy ?? { unavailable: '?' };
    const told = `${FAILURES_MAX} guests in a row could not be made: ${unavailable}`;
    if (wasProved) this.#untold = { unavailable: told, fix };
  }

  #tellLost(openedId: string): void {
    this.#openedId = openedId;
    const why = this.#untold;
    this.#untold = undefined;
    if (why !== undefined) this.#tell(why);
  }

  /** Once for each time that it is lost. */
  #tell(why: VmUnavailable): void {
    const isNews = this.#why === undefined;
    this.#why = why;
    if (!isNews) return;
    this.#tools.onLost(why, this.#openedId);
    this.#later(this.#tools.waitMs());
  }

  #later(leastMs = 0): void {
    const retryAfterMs = Math.max(leastMs, this.#breaker.refusal()?.retryAfterMs ?? 0);
    const { clock } = this.#tools.kernel;
    this.#retryAtMs = clock.monotonicMs() + retryAfterMs;
    this.#cancel();
    this.#cancel = clock.after(retryAfterMs, () => void this.#begin());
  }
}
