import type { Happened } from '../../actors/world.ts';

/** Shares of the last calls. */
export interface CallShares {
  readonly callsMax: number;
  readonly callsMin: number;
  readonly failureRatio: number;
}

export interface ModelOptions {
  /** So many failures in a row open it; or the share of them. */
  readonly window: { readonly failuresMax: number } | CallShares;
  readonly open: { readonly minMs: number; readonly maxMs: number };
  readonly probesMax: number;
  readonly probeMs: number;
}

/** What came of a call; `ignored` says nothing about what was called. */
export type Result = 'succeeded' | 'failed' | 'ignored';

interface Call {
  readonly epoch: number;
  readonly atMs: number;
}

/** What is known of a breaker when it is saved. */
export interface SavedModel {
  readonly circuit: 'closed' | 'open' | 'halfOpen';
  readonly openings: number;
  readonly results: readonly boolean[];
  readonly succeeded: number;
  /** On the wall clock. */
  readonly soonestAtMs: number;
}

/**
 * What a breaker may do, told anew from its promises: it hears of each call that reaches the
 * backend, what came of it, and every fact; and it keeps what was not to be.
 */
export class BreakerModel {
  problem: string | undefined;
  /** How many hold it isolated. */
  isolations = 0;
  readonly #options: ModelOptions;
  #circuit: SavedModel['circuit'] = 'closed';
  #epoch = 0;
  #openings = 0;
  /** Those of the calls since it was closed, the newest last; true if it succeeded. */
  #results: readonly boolean[] = [];
  #succeeded = 0;
  #soonestAtMs = 0;
  #newestProbeAtMs = 0;
  #hasProbeFailed = false;
  readonly #calls = new Map<number, Call>();

  constructor(options: ModelOptions) {
    this.#options = options;
  }

  /** Calls of this epoch that have not reported. */
  get #probes(): number {
    return [...this.#calls.values()].filter(({ epoch }) => epoch === this.#epoch).length;
  }

  /** A call reaches the backend. */
  reached(call: number, nowMs: number): void {
    const { probesMax } = this.#options;
    if (this.isolations > 0) this.#wrong('a call got through while it was isolated');
    if (this.#circuit === 'open') this.#wrong('a call got through while it was open');
    if (this.#circuit === 'closed' && this.#isEnough) {
      this.#wrong('a call got through after the last failure');
    }
    if (this.#circuit === 'halfOpen') {
      if (this.#probes >= probesMax) this.#wrong(`${this.#probes + 1} calls try it at once`);
      this.#newestProbeAtMs = nowMs;
    }
    this.#calls.set(call, { epoch: this.#epoch, atMs: nowMs });
  }

  /** What came of a call, just before the breaker hears of it. */
  settled(call: number, result: Result): void {
    const known = this.#calls.get(call);
    this.#calls.delete(call);
    if (known?.epoch !== this.#epoch || result === 'ignored') return;
    const isOk = result === 'succeeded';
    if (this.#circuit === 'closed') this.#results = [...this.#results, isOk].slice(-RESULTS_MAX);
    else if (isOk) this.#succeeded += 1;
    else this.#hasProbeFailed = true;
  }

  /** Whether the newest call was a failure too many. */
  get #isEnough(): boolean {
    const { window } = this.#options;
    const results = this.#results;
    if (results.at(-1) !== false) return false;
    if ('failuresMax' in window) {
      return results.length - 1 - results.lastIndexOf(true) >= window.failuresMax;
    }
    const { callsMax, callsMin, failureRatio } = window;
    const last = results.slice(-callsMax);
    return last.length >= callsMin && failuresIn(last) / last.length >= failureRatio;
  }

  heard({ type, data }: Happened, nowMs: number): void {
    if (type === 'breaker.opened') this.#opened(String(data.because), nowMs);
    if (type === 'breaker.probing') this.#probing(nowMs);
    if (type === 'breaker.closed') this.#closed();
  }

  #opened(because: string, nowMs: number): void {
    const { open, probeMs } = this.#options;
    const overdueAtMs = this.#newestProbeAtMs + probeMs;
    if (because === 'window' && !this.#isEnough) {
      this.#wrong(`it opened after ${failuresIn(this.#results)} of ${this.#results.length} failed`);
    }
    if (because === 'probe.failed' && !this.#hasProbeFailed) this.#wrong('no probe failed');
    if (because === 'probe.overdue' && (this.#probes === 0 || nowMs < overdueAtMs)) {
      this.#wrong('no probe was overdue');
    }
    const ceilingMs = Math.min(open.maxMs, open.minMs * 2 ** this.#openings);
    const sinceMs = because === 'probe.overdue' ? overdueAtMs : nowMs;
    this.#soonestAtMs = sinceMs + Math.floor(ceilingMs / 2);
    this.#openings += 1;
    this.#move('open');
  }

  #probing(nowMs: number): void {
    if (nowMs < this.#soonestAtMs) {
      this.#wrong(`it is tried ${this.#soonestAtMs - nowMs} ms before it may be`);
    }
    this.#move('halfOpen');
  }

  #closed(): void {
    const { probesMax } = this.#options;
    if (this.#succeeded < probesMax) {
      this.#wrong(`it was closed after ${this.#succeeded} of ${probesMax} probes`);
    }
    this.#openings = 0;
    this.#move('closed');
  }

  #move(circuit: SavedModel['circuit']): void {
    this.#circuit = circuit;
    this.#epoch += 1;
    this.#results = [];
    this.#succeeded = 0;
    this.#hasProbeFailed = false;
  }

  #wrong(what: string): void {
    this.problem ??= what;
  }

  save(nowMs: number, wallMs: number): SavedModel {
    return {
      circuit: this.#circuit,
      openings: this.#openings,
      results: this.#results,
      succeeded: this.#succeeded,
      soonestAtMs: wallMs + Math.max(0, this.#soonestAtMs - nowMs),
    };
  }

  restore(saved: SavedModel, nowMs: number, wallMs: number): void {
    this.#move(saved.circuit);
    this.#openings = saved.openings;
    this.#results = saved.results;
    this.#succeeded = saved.succeeded;
    // Half of the longest opening is as late as it is known to be, whatever the wall clock says.
    const { maxMs, minMs } = this.#options.open;
    const openForMs = Math.min(maxMs, minMs * 2 ** (saved.openings - 1)) / 2;
    const leftMs = Math.min(Math.max(0, saved.soonestAtMs - wallMs), openForMs);
    this.#soonestAtMs = nowMs + Math.floor(leftMs);
  }
}

/** More than any window looks at. */
const RESULTS_MAX = 20;

const failuresIn = (results: readonly boolean[]): number => results.filter((isOk) => !isOk).length;
