import {
  type Band,
  bandOf,
  bands,
  type Evidence,
  evidenceAt,
  joined,
  type Sign,
  type Suspicion,
  signs,
  suspect,
  suspicionAt,
  unsuspected,
} from '../../../machines/suspicion.ts';
import type { Kernel } from '../../world.ts';
import { Recent } from '../door/recent.ts';
import { RefusalCounts } from '../door/refusal-counts.ts';

/** Identities that anything is held against. */
const SUSPECTED_MAX = 8_192;

export interface SuspicionsTools {
  readonly kernel: Pick<Kernel, 'clock' | 'tell'>;
  /** Where it is connected from; undefined if it is not. */
  addressOf(id: string): string | undefined;
}

/** What is held against one identity now. */
export interface Suspected {
  /** 0 to 100. */
  readonly score: number;
  readonly band: Band;
  /** What weighs most first. */
  readonly evidence: readonly Evidence[];
}

interface Kept {
  suspicion: Suspicion;
  band: Band;
}

/**
 * How suspicious each identity is. That bans nobody and costs no trust: who is suspected is told
 * less. Who gets into another band is told of at once (`peer.suspected`, `peer.cleared`); signs, as
 * anybody can make them again and again, in summary, by netgroup and minute (`peer.doubted`).
 *
 * It is forgotten with the process; and who did nothing odd for longest makes room, beyond 8,192.
 */
export class Suspicions {
  readonly #tools: SuspicionsTools;
  readonly #summary: RefusalCounts;
  readonly #kept = new Recent<Kept>(SUSPECTED_MAX);
  readonly #counts = new Map<Sign, number>(signs.map((sign) => [sign, 0]));

  constructor(tools: SuspicionsTools) {
    this.#tools = tools;
    this.#summary = new RefusalCounts(tools.kernel, 'peer.doubted');
  }

  /** How often each sign was seen. */
  get counts(): ReadonlyMap<Sign, number> {
    return this.#counts;
  }

  /** How many identities something is held against. */
  get size(): number {
    return this.#kept.size;
  }

  has(id: string): boolean {
    return this.#kept.find(id) !== undefined;
  }

  /** What is held against an earlier id of it is held against it, too. */
  follow(id: string, earlier: string): void {
    const before = this.#kept.find(earlier);
    if (before === undefined) return;
    const kept = this.#kept.use(id, () => ({ suspicion: unsuspected, band: 'clear' }));
    kept.suspicion = joined(kept.suspicion, before.suspicion, this.#nowMs());
    this.#judge(id, kept);
  }

  saw(id: string, sign: Sign): void {
    this.#counts.set(sign, (this.#counts.get(sign) ?? 0) + 1);
    const address = this.#tools.addressOf(id);
    if (address !== undefined) this.#summary.count(address, sign);
    const kept = this.#kept.use(id, () => ({ suspicion: unsuspected, band: 'clear' }));
    kept.suspicion = suspect(kept.suspicion, sign, this.#nowMs());
    this.#judge(id, kept);
  }

  band(id: string): Band {
    const kept = this.#kept.find(id);
    return kept === undefined ? 'clear' : this.#judge(id, kept);
  }

  about(id: string): Suspected {
    const { suspicion = unsuspected } = this.#kept.find(id) ?? {};
    const nowMs = this.#nowMs();
    const evidence = evidenceAt(suspicion, nowMs);
    return { score: suspicionAt(suspicion, nowMs), band: this.band(id), evidence };
  }

  /** Tells what was counted, now: before the end. */
  close(): void {
    this.#summary.tell();
  }

  #judge(id: string, kept: Kept): Band {
    const nowMs = this.#nowMs();
    const score = suspicionAt(kept.suspicion, nowMs);
    const [from, to] = [kept.band, bandOf(score, kept.band)];
    if (from === to) return to;
    kept.band = to;
    const evidence = evidenceAt(kept.suspicion, nowMs);
    this.#tools.kernel.tell(bands[to] > bands[from] ? 'peer.suspected' : 'peer.cleared', id, {
      ...{ from, to, score },
      because: evidence.map(({ sign, times }) => ({ sign, times })),
    });
    return to;
  }

  #nowMs(): number {
    return Math.round(this.#tools.kernel.clock.wallMs());
  }
}
