import { resolve } from 'node:path';
import { FeedActor, type FeedStanding } from '../actors/feed.actor.ts';
import type { RangeTable } from '../actors/peer/door/range-table.ts';
import type { Kernel } from '../actors/world.ts';
import type { Files } from '../storage/ports.ts';
import type { Breaker } from './breaker.ts';
import { describeError } from './errors.ts';

export interface FeedsTools {
  readonly kernel: Kernel;
  readonly files: Files;
  breakerOf(name: string): Breaker;
  /** What is in the file at `path` now. */
  onTaken(path: string, table: RangeTable): void;
}

export interface FeedsOptions {
  readonly feeds: readonly string[];
  readonly feedsEveryMs: number;
  readonly feedPrefixesMax: number;
}

const SETTLE_MS = 1_000;
const OVERDUE_MS = 60_000;
/** Of a file, for each prefix that there may be; so that a comment on each line fits. */
const PREFIX_BYTES = 64;
const FILE_BYTES_MIN = 1_048_576;

/** Lists of others about addresses: files that are watched as long as the runtime lives. */
export class Feeds {
  readonly #actors: readonly FeedActor[];

  constructor(tools: FeedsTools, { feeds, feedsEveryMs, feedPrefixesMax }: FeedsOptions) {
    const { kernel, files, breakerOf, onTaken } = tools;
    const paths = [...new Set(feeds.map((path) => resolve(path)))];
    this.#actors = paths.map(
      (path) =>
        new FeedActor({
          ...{ kernel, files, path },
          breaker: breakerOf(`feed ${path}`),
          settings: { everyMs: feedsEveryMs, settleMs: SETTLE_MS, overdueMs: OVERDUE_MS },
          bytesMax: Math.max(FILE_BYTES_MIN, PREFIX_BYTES * feedPrefixesMax),
          room: () => feedPrefixesMax - this.#prefixes,
          onTaken: (table) => onTaken(path, table),
          describe: (error) => describeError(error).message,
        }),
    );
  }

  /** Resolves once each was read for the first time, whatever came of it. */
  async read(): Promise<void> {
    await Promise.all(this.#actors.map(({ read }) => read));
  }

  standings(): readonly FeedStanding[] {
    return this.#actors.map(({ standing }) => standing);
  }

  get #prefixes(): number {
    return this.standings().reduce((sum, { prefixes }) => sum + prefixes, 0);
  }

  stop(): void {
    for (const actor of this.#actors) actor.stop();
  }
}
