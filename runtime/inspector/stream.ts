import type { RandomStream } from '../../actors/world.ts';
import type { Cancel } from '../../storage/ports.ts';
import { nameOf } from '../chart-of.ts';
import type { Child } from '../kernel/child.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Leaf } from '../kernel/leaf.ts';
import type { LiveChart } from '../kernel/live-charts.ts';
import { Batch, rounded } from './batch.ts';
import type { RecordedFact } from './fact-ring.ts';
import { type PanelOf, PanelWatch } from './panel-watch.ts';
import { type Command, type PanelName, PROTOCOL, type Snapshot, type Welcome } from './protocol.ts';
import type { Listener, Recorder } from './recorder.ts';
import { Roster } from './roster.ts';
import { tap } from './tap.ts';
import { ToldCharts } from './told-charts.ts';
import { toldFact } from './told-fact.ts';
import { StreamViewer } from './viewer.ts';

/** What one viewer is told, as text for server-sent events, when it can take it. */
export interface Viewer {
  /** As `welcome` has it. */
  readonly id: string;
  /** True once nothing follows: `bye` was taken, or it was closed. */
  readonly isOver: boolean;
  /** Calls `listener` whenever there is something to take after there was nothing, and now. */
  onReady(listener: () => void): void;
  /** The next message, whole; undefined if there is none now. */
  take(): string | undefined;
  /** The panels that it looks at from now on. */
  watch(names: readonly PanelName[]): void;
  /** Its connection is gone. */
  close(): void;
}

/** All who watch one runtime. Nothing is attached to the runtime while nobody does. */
export interface Watch {
  /** One that comes too late, or when there are too many, is only told `bye`. */
  open(allowed: { readonly commands: readonly Command[]; readonly why?: string }): Viewer;
  find(viewer: string): Viewer | undefined;
  /** Tells everybody `bye`. */
  close(): void;
}

interface Watched {
  readonly name: string;
  readonly kernel: Kernel;
  readonly random: RandomStream;
}

export const openWatch = (watched: Watched, recorder: Recorder, panelOf: PanelOf): Watch =>
  new RuntimeWatch(watched, recorder, panelOf);

/** Of those who may command, and of those who may not: neither crowds the other out. */
const VIEWERS_MAX = 8;
const TICK_MS = 100;
const ID_BYTES = 9;
const NAMES_MAX = 1_000;
const NAME_CHARACTERS_MAX = 200;

class RuntimeWatch implements Watch {
  readonly #watched: Watched;
  readonly #recorder: Recorder;
  readonly #panels: PanelWatch;
  readonly #viewers = new Map<string, StreamViewer>();
  #showing: Showing | undefined;
  #isClosed = false;

  constructor(watched: Watched, recorder: Recorder, panelOf: PanelOf) {
    this.#watched = watched;
    this.#recorder = recorder;
    this.#panels = new PanelWatch(panelOf);
  }

  get nowMs(): number {
    return this.#recorder.nowMs;
  }

  open(allowed: { readonly commands: readonly Command[]; readonly why?: string }): Viewer {
    const { name, random } = this.#watched;
    const id = Buffer.from(random.bytes(ID_BYTES)).toString('hex');
    const mayCommand = allowed.commands.length > 0;
    const viewer = new StreamViewer(id, this, mayCommand);
    const alike = [...this.#viewers.values()].filter((each) => each.mayCommand === mayCommand);
    if (this.#isClosed || alike.length >= VIEWERS_MAX) {
      viewer.bye(this.#isClosed ? 'stopped' : 'full');
      return viewer;
    }
    const showing = this.#show();
    const { beganMs } = this.#recorder;
    const said = { protocol: PROTOCOL, name: nameOf(name), viewer: id, beganMs, ...allowed };
    viewer.welcome(said satisfies Welcome, showing.snapshot());
    this.#viewers.set(id, viewer);
    return viewer;
  }

  find(viewer: string): Viewer | undefined {
    return this.#viewers.get(viewer);
  }

  close(): void {
    this.#isClosed = true;
    this.#fail();
  }

  #fail(): void {
    for (const viewer of this.#viewers.values()) viewer.bye('stopped');
    this.#viewers.clear();
    this.#leave();
  }

  left(viewer: StreamViewer): void {
    this.#viewers.delete(viewer.id);
    if (this.#viewers.size === 0) this.#leave();
  }

  looksAt(viewer: StreamViewer): void {
    this.#panels.hurry(viewer);
  }

  /** Those who are here are told first, so that all of them are told the same from then on. */
  #show(): Showing {
    const showing = this.#showing;
    if (showing !== undefined) this.#tell(showing);
    this.#showing ??= new Showing(
      this.#watched.kernel,
      this.#recorder,
      () => this.#tick(),
      () => this.#fail(),
    );
    return this.#showing;
  }

  #leave(): void {
    this.#showing?.end();
    this.#showing = undefined;
  }

  #tick(): void {
    const showing = this.#showing;
    if (showing === undefined) return;
    this.#tell(showing);
    this.#panels.look(this.#viewers.values(), this.nowMs);
    for (const viewer of [...this.#viewers.values()]) viewer.hurry();
  }

  #tell(showing: Showing): void {
    const batch = showing.take();
    if (batch.isEmpty) return;
    for (const viewer of [...this.#viewers.values()]) viewer.changed(batch);
  }
}

/** The runtime as it is shown, from the first viewer to the last. */
class Showing implements Listener {
  readonly roster: Roster;
  readonly charts = new ToldCharts();
  readonly #kernel: Kernel;
  readonly #recorder: Recorder;
  readonly #onTick: () => void;
  readonly #onFailed: () => void;
  readonly #untap: Cancel;
  readonly #names = new Map<string, string>();
  #batch = new Batch();
  #more: number;
  #cancel: Cancel = () => {};

  constructor(kernel: Kernel, recorder: Recorder, onTick: () => void, onFailed: () => void) {
    this.#kernel = kernel;
    this.#recorder = recorder;
    this.#onTick = onTick;
    this.#onFailed = onFailed;
    this.roster = new Roster(kernel, this.charts);
    this.roster.take();
    this.charts.takeFresh();
    this.#more = this.roster.more;
    recorder.listener = this;
    this.#untap = tap(kernel.system, this);
    this.#arm();
  }

  get nowMs(): number {
    return rounded(this.#recorder.nowMs);
  }

  get lines(): Batch['lines'] {
    return this.#batch.lines;
  }

  snapshot(): Snapshot {
    const rows = this.roster.whole();
    return { seq: 0, atMs: this.nowMs, charts: this.charts.all, rows, more: this.#more };
  }

  take(): Batch {
    const batch = this.#batch;
    this.#batch = new Batch();
    const { rows, gone, freshFrom } = this.roster.take();
    batch.atMs = this.nowMs;
    batch.put(this.charts.takeFresh(), rows, gone, freshFrom);
    if (this.roster.more !== this.#more) batch.more = this.roster.more;
    this.#more = this.roster.more;
    return batch;
  }

  end(): void {
    this.#cancel();
    this.#untap();
    this.#recorder.listener = undefined;
  }

  // --- what happens ---------------------------------------------------------------------------

  told(to: Leaf, type: string, from: Leaf | undefined): void {
    const { roster } = this;
    this.guard(() => {
      roster.mark(to);
      const teller = from === undefined ? -1 : roster.idOf(from);
      const id = roster.idOf(to);
      if (id !== -1) this.lines.event(this.nowMs, teller, id, this.nameOf(type));
    });
  }

  changed(actor: Child | LiveChart): void {
    this.guard(() => this.roster.mark(actor));
  }

  fact({ atMs, fact, size }: RecordedFact): void {
    this.lines.fact(rounded(this.#recorder.timeOf(atMs)), toldFact(fact), size);
  }

  /** A defect in here ends what is shown, and nothing else. */
  guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#onFailed();
      this.#kernel.fault(error);
    }
  }

  /** Masked once, for there are few and they come often. */
  nameOf(type: string): string {
    if (type.length > NAME_CHARACTERS_MAX) return nameOf(type);
    const known = this.#names.get(type);
    if (known !== undefined) return known;
    const name = nameOf(type);
    if (this.#names.size < NAMES_MAX) this.#names.set(type, name);
    return name;
  }

  #arm(): void {
    this.#cancel = this.#kernel.clock.after(TICK_MS, () => {
      this.#arm();
      this.guard(this.#onTick);
    });
  }
}
