import { type FeedEmitted, type FeedSettings, feedMachine } from '../machines/feed.machine.ts';
import type { Files } from '../storage/ports.ts';
import { FeedRefusal, readFeed } from './feed-file.ts';
import type { BadLine } from './peer/door/feed-lines.ts';
import type { Chart, Kernel } from './world.ts';

/** Leave to read, or why not. */
export interface FeedBreaker {
  admit():
    | { readonly admitted: true; succeed(): void; fail(error?: unknown): void; ignore(): void }
    | { readonly admitted: false; readonly retryAfterMs?: number | undefined };
}

/** What is in a feed. */
export interface FeedContent {
  /** Of a list of addresses. */
  readonly prefixes: number;
  /** Memory that it takes. */
  readonly bytes: number;
  /** Lines that say nothing, and the first of them. */
  readonly bad: number;
  readonly badLines: readonly BadLine[];
  /** It is heeded from now on. */
  heed(): void;
}

/** Makes one thing of what is read, piece by piece. */
export interface FeedReader {
  /** False once it is more than can be taken. */
  take(piece: Uint8Array): boolean;
  /** @throws {FeedRefusal} if it cannot be taken. */
  finish(): Promise<FeedContent>;
}

export interface FeedTools {
  readonly kernel: Kernel;
  readonly files: Files;
  readonly breaker: FeedBreaker;
  readonly settings: FeedSettings;
  /** Where it is, and how it is called in every verdict. */
  readonly path: string;
  readonly bytesMax: number;
  /** `held` is how many of the prefixes that there are will be given back. */
  reader(held: number): FeedReader;
  /** What may be told of an error. */
  describe(error: unknown): string;
}

/** How a feed stands. Times are milliseconds since 1970. */
export interface FeedStanding extends Omit<FeedContent, 'heed'> {
  readonly path: string;
  readonly status: 'empty' | 'fresh' | 'stale';
  /** When what is held was taken; 0 if nothing was. */
  readonly takenAtMs: number;
  /** Why what is in the file is not what is held. */
  readonly because: string | undefined;
}

const BREAKER_MS = 60_000;

type Permit = Extract<ReturnType<FeedBreaker['admit']>, { admitted: true }>;

/** One list in a file, watched: by its content, whatever its dates say. */
export class FeedActor {
  readonly path: string;
  readonly #tools: FeedTools;
  readonly #chart: Chart<typeof feedMachine>;
  #held: Omit<FeedContent, 'heed'> = { prefixes: 0, bytes: 0, bad: 0, badLines: [] };
  #takenAtMs = 0;
  /** What was taken, what was refused, and what was seen when it was looked at. */
  #taken: string | undefined;
  #refused: string | undefined;
  #seen: string | undefined;
  #because: string | undefined;
  #permit: Permit | undefined;
  #isOver = false;
  #onRead = (): void => {};

  /** Resolves once it was read for the first time, whatever came of it. */
  readonly read = new Promise<void>((resolve) => {
    this.#onRead = resolve;
  });

  constructor(tools: FeedTools) {
    this.#tools = tools;
    this.path = tools.path;
    this.#chart = tools.kernel.startChart(feedMachine, {
      id: `feed:${tools.path}`,
      input: tools.settings,
      onMoved: () => {},
      onEmitted: (emitted) => this.#hear(emitted),
    });
  }

  get standing(): FeedStanding {
    const { snapshot } = this.#chart;
    const status = (['fresh', 'stale'] as const).find((tag) => snapshot.hasTag(tag)) ?? 'empty';
    const { path } = this;
    const [held, takenAtMs, because] = [this.#held, this.#takenAtMs, this.#because];
    return { path, status, ...held, takenAtMs, because };
  }

  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#permit?.ignore();
    this.#permit = undefined;
    this.#chart.stop();
    this.#onRead();
  }

  #hear({ type }: FeedEmitted): void {
    if (this.#isOver) return;
    if (type === 'feed.overdue') return this.#overdue();
    const permit = this.#tools.breaker.admit();
    if (!permit.admitted) {
      const retryAfterMs = permit.retryAfterMs ?? BREAKER_MS;
      return this.#chart.send({ type: 'feed.deferred', retryAfterMs });
    }
    this.#permit = permit;
    const work = type === 'feed.look' ? this.#look(permit) : this.#load(permit);
    work.catch((error: unknown) => this.#failed(permit, error)).finally(() => this.#onRead());
  }

  async #look(permit: Permit): Promise<void> {
    const { path, bytesMax, kernel, files } = this.#tools;
    const { clock } = kernel;
    const digest = await readFeed({ files, clock }, path, bytesMax, () => this.#isFor(permit));
    if (!this.#isFor(permit)) return;
    this.#seen = digest;
    this.#end(permit, 'succeed');
    const isTaken = digest === this.#taken;
    if (!isTaken && digest !== this.#refused) return this.#chart.send({ type: 'look.changed' });
    // What was refused is gone again.
    if (isTaken) this.#refused = this.#because = undefined;
    this.#chart.send({ type: 'look.same', isTaken });
  }

  async #load(permit: Permit): Promise<void> {
    const { path, bytesMax, kernel, files } = this.#tools;
    const { clock } = kernel;
    const reader = this.#tools.reader(this.#held.prefixes);
    let isWhole = true;
    const digest = await readFeed({ files, clock }, path, bytesMax, (piece) => {
      isWhole = reader.take(piece);
      return this.#isFor(permit) && isWhole;
    });
    if (!this.#isFor(permit)) return;
    if (isWhole && this.#seen !== undefined && digest !== this.#seen) {
      this.#end(permit, 'ignore');
      this.#because = 'it is still being written';
      return this.#chart.send({ type: 'load.unsettled' });
    }
    this.#refused = this.#seen ?? digest;
    const content = await reader.finish();
    const { prefixes } = this.#held;
    if (content.prefixes === 0 && prefixes > 0) {
      throw new FeedRefusal(`nothing is in it, and ${prefixes} prefixes were`);
    }
    if (this.#isFor(permit)) this.#take(permit, digest, content);
  }

  #take(permit: Permit, digest: string, { heed, ...content }: FeedContent): void {
    const { kernel, path } = this.#tools;
    this.#taken = digest;
    this.#refused = this.#because = undefined;
    this.#held = content;
    this.#takenAtMs = Math.round(kernel.clock.wallMs());
    this.#end(permit, 'succeed');
    const { prefixes, bad, badLines } = content;
    kernel.tell('feed.taken', path, { prefixes, digest, bad, badLines });
    heed();
    this.#chart.send({ type: 'load.taken' });
  }

  /** Told once, and not with every look. */
  #failed(permit: Permit, error: unknown): void {
    if (!this.#isFor(permit)) return;
    this.#permit = undefined;
    permit.fail(error);
    this.#fail(this.#tools.describe(error));
  }

  #overdue(): void {
    const permit = this.#permit;
    this.#permit = undefined;
    const { overdueMs } = this.#tools.settings;
    const because = `it was not read within ${overdueMs} ms`;
    permit?.fail(new FeedRefusal(because));
    this.#fail(because);
    this.#onRead();
  }

  #fail(because: string): void {
    const isNews = because !== this.#because;
    this.#because = because;
    const { kernel, path } = this.#tools;
    const { prefixes } = this.#held;
    if (isNews) kernel.tell('feed.refused', path, { because, prefixes });
    this.#chart.send({ type: 'feed.failed' });
  }

  /** What hung, and comes to something after all, is nobody's any more. */
  #isFor(permit: Permit): boolean {
    return !this.#isOver && this.#permit === permit;
  }

  #end(permit: Permit, how: 'succeed' | 'ignore'): void {
    this.#permit = undefined;
    permit[how]();
  }
}
