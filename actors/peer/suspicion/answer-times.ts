import type { Clock } from '../../../storage/ports.ts';
import type { Failure } from '../../refusals.ts';
import { Recent } from '../door/recent.ts';
import type { Asker } from '../requests/asked.ts';

/** Every so many requests one is timed, whoever is asked: all that costs is a count. */
const EVERY = 7;
/** Answers that are looked at together, and how far apart they are at least: of what it took. */
const SAMPLES = 64;
const SPREAD_MIN = 0.02;
/** Of all others, before they say how often an answer fails; and the chance that is too small. */
const OTHERS_MIN = 512;
const LUCK_MIN = 1e-6;
const PEERS_MAX = 4_096;
/** How old what is known may be: it is halved then. */
const ALL_MAX = 1_000_000;

/** What says nothing about whoever was asked. */
const OURS: readonly string[] = ['PEER_LOST', 'REQUEST_CANCELLED', 'REQUESTS_FULL'];

/** Answers of one peer: how many, their mean and the sum of squares about it. */
class Sample {
  count = 0;
  mean = 0;
  squares = 0;
  /** Since the last one that failed, or since it was too lucky. */
  flawless = 0;
  /** All that were timed, and those of them that failed. */
  all = 0;
  failed = 0;

  /** True if it is full, and all took as long, the way there and back of `pingMs` left out. */
  take(ms: number, pingMs: number): boolean {
    this.count += 1;
    const off = ms - this.mean;
    this.mean += off / this.count;
    this.squares += off * (ms - this.mean);
    if (this.count < SAMPLES) return false;
    const spreadMs = Math.sqrt(this.squares / this.count);
    const isUniform = spreadMs < SPREAD_MIN * (this.mean - pingMs);
    this.count = 0;
    this.mean = 0;
    this.squares = 0;
    return isUniform;
  }
}

export interface AnswerTimesTools {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** The shortest way there and back: infinite if it is not known. */
  pingMs(id: string): number;
  onUniform(id: string): void;
  onFlawless(id: string): void;
}

/**
 * How long peers take to answer, and how often they fail: whoever works is now slower and now
 * faster, and fails as others do.
 */
export class AnswerTimes {
  readonly #tools: AnswerTimesTools;
  readonly #samples = new Recent<Sample>(PEERS_MAX);
  #asked = 0;
  #all = 0;
  #failed = 0;

  constructor(tools: AnswerTimesTools) {
    this.#tools = tools;
  }

  /** Whoever asks, or one that looks at its watch for it. */
  watching(id: string, asker: Asker): Asker {
    this.#asked = (this.#asked + 1) % EVERY;
    if (this.#asked !== 0) return asker;
    const sinceMs = this.#tools.clock.monotonicMs();
    const answered = (): void => this.answered(id, this.#tools.clock.monotonicMs() - sinceMs);
    return {
      onAnswered: (payload) => {
        answered();
        asker.onAnswered(payload);
      },
      onStreamed: (items) => {
        answered();
        asker.onStreamed(items);
      },
      onFailed: (failure) => {
        this.failed(id, failure);
        asker.onFailed(failure);
      },
    };
  }

  answered(id: string, ms: number): void {
    const sample = this.#count(id, 0);
    sample.flawless += 1;
    if (sample.take(ms, this.#tools.pingMs(id))) this.#tools.onUniform(id);
    if (!this.#isTooLucky(sample)) return;
    sample.flawless = 0;
    this.#tools.onFlawless(id);
  }

  failed(id: string, { code }: Pick<Failure, 'code'>): void {
    if (OURS.includes(code)) return;
    this.#count(id, 1).flawless = 0;
  }

  #count(id: string, failed: 0 | 1): Sample {
    const sample = this.#samples.use(id, () => new Sample());
    sample.all += 1;
    sample.failed += failed;
    this.#all += 1;
    this.#failed += failed;
    if (this.#all >= ALL_MAX) {
      this.#all /= 2;
      this.#failed /= 2;
    }
    return sample;
  }

  /** As the answers of the others fail, so many of its own would not have. */
  #isTooLucky({ flawless, all, failed }: Sample): boolean {
    const others = this.#all - all;
    if (others < OTHERS_MIN) return false;
    const share = Math.max(0, this.#failed - failed) / others;
    return (1 - share) ** flawless < LUCK_MIN;
  }
}
