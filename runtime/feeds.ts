import { resolve } from 'node:path';
import { FeedActor, type FeedReader, type FeedStanding } from '../actors/feed.actor.ts';
import type { RangeTable } from '../actors/peer/door/range-table.ts';
import { RangesReader } from '../actors/ranges-reader.ts';
import type { Kernel } from '../actors/world.ts';
import type { Files } from '../storage/ports.ts';
import type { Breaker } from './breaker.ts';
import { CountriesReader, type CountryOf, type Mmdb } from './countries-reader.ts';
import { describeError } from './errors.ts';

export interface FeedsTools {
  readonly kernel: Kernel;
  readonly files: Files;
  readonly mmdb: Mmdb;
  breakerOf(name: string): Breaker;
  /** What is in the file at `path` now. */
  onTaken(path: string, table: RangeTable): void;
  onLocated(path: string, countryOf: CountryOf): void;
}

export interface FeedsOptions {
  readonly feeds: readonly string[];
  readonly feedsEveryMs: number;
  readonly feedPrefixesMax: number;
  readonly geo?: { readonly file: string } | undefined;
}

const SETTLE_MS = 1_000;
const OVERDUE_MS = 60_000;
/** Of a file, for each prefix that there may be; so that a comment on each line fits. */
const PREFIX_BYTES = 64;
const FILE_BYTES_MIN = 1_048_576;
const GEO_BYTES_MAX = 268_435_456;

/** Lists of others about addresses: files that are watched as long as the runtime lives. */
export class Feeds {
  readonly #actors: readonly FeedActor[];

  constructor(tools: FeedsTools, options: FeedsOptions) {
    const { feeds, feedPrefixesMax, geo } = options;
    const { kernel, mmdb, onTaken, onLocated } = tools;
    const bytesMax = Math.max(FILE_BYTES_MIN, PREFIX_BYTES * feedPrefixesMax);
    const lists = [...new Set(feeds.map((path) => resolve(path)))].map((path) =>
      this.#watch(tools, options, path, bytesMax, (held) => {
        const room = feedPrefixesMax - this.#prefixes + held;
        return new RangesReader(kernel.clock, room, (table) => onTaken(path, table));
      }),
    );
    const databases = (geo === undefined ? [] : [resolve(geo.file)]).map((path) =>
      this.#watch(tools, options, path, GEO_BYTES_MAX, () => {
        return new CountriesReader(mmdb, (countryOf) => onLocated(path, countryOf));
      }),
    );
    this.#actors = [...lists, ...databases];
  }

  #watch(
    { kernel, files, breakerOf }: FeedsTools,
    { feedsEveryMs }: FeedsOptions,
    path: string,
    bytesMax: number,
    reader: (held: number) => FeedReader,
  ): FeedActor {
    return new FeedActor({
      ...{ kernel, files, path, bytesMax, reader },
      breaker: breakerOf(`feed ${path}`),
      settings: { everyMs: feedsEveryMs, settleMs: SETTLE_MS, overdueMs: OVERDUE_MS },
      describe: (error) => describeError(error).message,
    });
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
