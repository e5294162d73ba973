import { Batch } from './batch.ts';
import type { Bye, PanelName } from './protocol.ts';
import type { Viewer } from './stream.ts';

/** Who does not take what is there for so long is told no more. */
const SLOW_MS = 10_000;

interface Owner {
  readonly nowMs: number;
  left(viewer: StreamViewer): void;
  looksAt(viewer: StreamViewer): void;
}

/** One viewer, with what it has not taken yet: never more than one message of a kind. */
export class StreamViewer implements Viewer {
  readonly id: string;
  readonly mayCommand: boolean;
  readonly #owner: Owner;
  readonly #first: string[] = [];
  #seq = 0;
  #batch: Batch | undefined;
  #isShared = true;
  readonly #panels = new Map<PanelName, string>();
  #bye: Bye['because'] | undefined;
  #watched: ReadonlySet<PanelName> = new Set();
  #onReady: (() => void) | undefined;
  /** Since when something waits that was not taken. */
  #waitsSinceMs: number | undefined;
  isOver = false;

  constructor(id: string, owner: Owner, mayCommand = false) {
    this.id = id;
    this.mayCommand = mayCommand;
    this.#owner = owner;
  }

  get watched(): ReadonlySet<PanelName> {
    return this.#watched;
  }

  onReady(listener: () => void): void {
    this.#onReady = listener;
    if (this.#isReady) listener();
  }

  watch(names: readonly PanelName[]): void {
    this.#watched = new Set(names);
    for (const name of this.#panels.keys()) {
      if (!this.#watched.has(name)) this.#panels.delete(name);
    }
    this.#owner.looksAt(this);
  }

  take(): string | undefined {
    const text = this.#next();
    this.#waitsSinceMs = this.#isReady ? this.#owner.nowMs : undefined;
    return text;
  }

  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#forget();
    this.#owner.left(this);
  }

  // --- what it is told ------------------------------------------------------------------------

  welcome(welcome: object, snapshot: object): void {
    this.#wake(() => this.#first.push(message('welcome', welcome), message('snapshot', snapshot)));
  }

  changed(batch: Batch): void {
    this.#wake(() => {
      if (this.#batch === undefined) this.#isShared = true;
      this.#batch = this.#batch === undefined ? batch : this.#with(this.#batch, batch);
    });
  }

  /** What is told at once is of all viewers; what waits here, of this one. */
  #with(waiting: Batch, later: Batch): Batch {
    const own = this.#isShared ? new Batch() : waiting;
    if (this.#isShared) own.add(waiting);
    this.#isShared = false;
    own.add(later);
    return own;
  }

  panel(name: PanelName, data: string): void {
    this.#wake(() => this.#panels.set(name, data));
  }

  /** What it has not taken is dropped, but for who it was who spoke. */
  bye(because: Bye['because']): void {
    this.#forget();
    this.#wake(() => {
      this.#bye = because;
    });
  }

  /** Ends it, if it has not taken anything for too long. */
  hurry(): void {
    const since = this.#waitsSinceMs;
    if (since === undefined || this.#owner.nowMs - since < SLOW_MS) return;
    this.bye('slow');
    this.#owner.left(this);
  }

  #forget(): void {
    this.#first.length = 0;
    this.#batch = undefined;
    this.#panels.clear();
  }

  #wake(put: () => void): void {
    if (this.isOver || this.#bye !== undefined) return;
    const wasReady = this.#isReady;
    put();
    this.#waitsSinceMs ??= this.#owner.nowMs;
    if (!wasReady) this.#onReady?.();
  }

  get #isReady(): boolean {
    const isFull = this.#first.length > 0 || this.#batch !== undefined || this.#panels.size > 0;
    return !this.isOver && (isFull || this.#bye !== undefined);
  }

  #next(): string | undefined {
    if (this.isOver) return undefined;
    const first = this.#first.shift();
    if (first !== undefined) return first;
    const batch = this.#batch;
    if (batch !== undefined) {
      this.#batch = undefined;
      this.#seq += 1;
      return text('delta', batch.delta(this.#seq), this.#seq);
    }
    for (const [name, data] of this.#panels) {
      this.#panels.delete(name);
      return text('panel', data);
    }
    if (this.#bye === undefined) return undefined;
    this.isOver = true;
    return message('bye', { because: this.#bye } satisfies Bye);
  }
}

const message = (event: string, data: object): string => text(event, JSON.stringify(data));

const text = (event: string, data: string, id?: number): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`;
