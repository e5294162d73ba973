import type { RandomStream } from '../../actors/world.ts';
import type { Files } from '../../storage/ports.ts';
import { type DiskImage, MemoryFiles } from '../world/memory-files.ts';
import type { ProcessClock } from './faulty-clock.ts';
import { ProcessFiles } from './process-files.ts';

/** How a process dies at a write: just before it, or with half of it done; or the write fails. */
export type Mishap = 'before' | 'torn' | 'fails';

type Window = 'hang' | 'full' | 'readOnly' | 'fail' | 'unsynced';

export interface DiskTools {
  /** Of the machine, whoever runs on it. */
  nowMs(): number;
  random(stream: string): RandomStream;
  /** The n-th write fails, or the process that uses the disk dies at it. */
  onMishap(nth: number): void;
}

/** A disk that outlives processes, and what is wrong with it. */
export class FaultyDisk {
  readonly files = new MemoryFiles();
  readonly #tools: DiskTools;
  readonly #until: Record<Window, number> = {
    hang: 0,
    full: 0,
    readOnly: 0,
    fail: 0,
    unsynced: 0,
  };
  readonly #mishaps = new Map<number, Mishap>();
  #flaky: readonly { readonly untilMs: number; readonly perMille: number }[] = [];
  #slow: readonly { readonly untilMs: number; readonly latencyMs: number }[] = [];
  #writes = 0;
  readonly #roomBytes = this.files.spaceBytes;
  #fullBytes = 0;
  /** What was on it when it began to promise what it does not keep. */
  #kept: DiskImage | undefined;

  constructor(tools: DiskTools) {
    this.#tools = tools;
  }

  /** How many calls there were that change something. */
  get writes(): number {
    return this.#writes;
  }

  /** Each call takes half of `latencyMs` to one and a half of it longer. */
  slow(forMs: number, latencyMs: number): void {
    this.#slow = [...this.#slow, { untilMs: this.#tools.nowMs() + forMs, latencyMs }];
  }

  /** Of a thousand writes, `perMille` fail; of two that do, one has done something. */
  stumble(forMs: number, perMille: number): void {
    this.#flaky = [...this.#flaky, { untilMs: this.#tools.nowMs() + forMs, perMille }];
  }

  hang(forMs: number): void {
    this.#last('hang', forMs);
  }

  /** A file that is removed makes room. */
  async fill(forMs: number): Promise<void> {
    if (!this.is('full')) {
      const freeBytes = await this.prepared().freeBytes('/');
      this.#fullBytes = this.#roomBytes - freeBytes;
    }
    this.#last('full', forMs);
  }

  admitNoWrites(forMs: number): void {
    this.#last('readOnly', forMs);
  }

  /** Every call fails; of two that would change something, one has done it. */
  fail(forMs: number): void {
    this.#last('fail', forMs);
  }

  vanish(): void {
    this.files.removeAll();
  }

  /** Flips one bit; both numbers are taken modulo what there is. Returns the path of the file. */
  rot(file: number, bit: number): string | undefined {
    const image = this.files.image();
    const files = [...image].flatMap(([path, entry]) =>
      entry.kind === 'file' && entry.sizeBytes > 0 ? [{ path, entry }] : [],
    );
    const hit = files.toSorted(byPath)[file % files.length];
    if (hit === undefined) return undefined;
    const { bytes, sizeBytes } = hit.entry;
    const offset = Math.floor(bit / 8) % sizeBytes;
    bytes[offset] = (bytes[offset] ?? 0) ^ (1 << (bit % 8));
    this.files.restore(image);
    return hit.path;
  }

  /** From now on, what is written is lost if the process dies within `forMs`. */
  loseSync(forMs: number): void {
    if (!this.is('unsynced')) this.#kept = this.files.image();
    this.#last('unsynced', forMs);
  }

  /** What happens at the n-th write, from the first of all. False if something else does. */
  mishapAt(nth: number, mishap: Mishap): boolean {
    if (this.#mishaps.has(nth)) return false;
    this.#mishaps.set(nth, mishap);
    return true;
  }

  /** A process died: what it wrote unsynced is lost. */
  lose(): void {
    if (this.#kept === undefined) return;
    this.files.restore(this.#kept);
    this.#heal('unsynced');
  }

  /** Nothing is wrong from now on. */
  heal(): void {
    for (const window of Object.keys(this.#until)) this.#heal(window as Window);
    this.#slow = [];
    this.#flaky = [];
    this.#mishaps.clear();
  }

  is(window: Window): boolean {
    return this.#tools.nowMs() < this.#until[window];
  }

  /** The disk as one process sees it: once that is dead, no call does anything or settles. */
  mount(clock: ProcessClock): Files {
    return new ProcessFiles(this, clock);
  }

  /** How long the next call has to wait. */
  waitMs(): number {
    const nowMs = this.#tools.nowMs();
    this.#slow = this.#slow.filter(({ untilMs }) => nowMs < untilMs);
    const latencyMs = this.#slow.reduce((sum, slow) => sum + slow.latencyMs, 0);
    const jitter = latencyMs === 0 ? 0 : this.#tools.random('disk.latency').draw() + 0.5;
    return Math.max(0, this.#until.hang - nowMs) + latencyMs * jitter;
  }

  /** The files, with what is wrong with them now. */
  prepared(): MemoryFiles {
    this.files.isReadOnly = this.is('readOnly');
    this.files.spaceBytes = this.is('full') ? this.#fullBytes : this.#roomBytes;
    return this.files;
  }

  /** Counts a write. */
  countWrite(): Mishap | undefined {
    this.#writes += 1;
    const mishap = this.#mishaps.get(this.#writes);
    if (mishap !== undefined) this.#tools.onMishap(this.#writes);
    return mishap;
  }

  /** Whether a write fails now. */
  isFailing(): boolean {
    const nowMs = this.#tools.nowMs();
    this.#flaky = this.#flaky.filter(({ untilMs }) => nowMs < untilMs);
    const stream = this.#tools.random('disk.flaky');
    const stumbles = this.#flaky.filter(({ perMille }) => stream.draw() * 1_000 < perMille);
    return this.is('fail') || stumbles.length > 0;
  }

  /** Whether a write that fails was done all the same. */
  isDoneAnyway(): boolean {
    return this.#tools.random('disk.fail').draw() < 0.5;
  }

  #last(window: Window, forMs: number): void {
    this.#until[window] = Math.max(this.#until[window], this.#tools.nowMs() + forMs);
  }

  #heal(window: Window): void {
    this.#until[window] = 0;
  }
}

interface Placed {
  readonly path: string;
}

/** What is in a directory comes before what is beside it: `a/b` before `a-b`. */
function byPath({ path: one }: Placed, { path: other }: Placed): number {
  const [a, b] = [one, other].map((path) => path.replaceAll('/', '\0'));
  return String(a) < String(b) ? -1 : 1;
}
