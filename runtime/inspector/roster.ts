import { type AnyActorRef, isMachineSnapshot } from 'xstate';
import { nameOf } from '../chart-of.ts';
import { Branch } from '../kernel/branch.ts';
import { Child } from '../kernel/child.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { Leaf } from '../kernel/leaf.ts';
import { LiveChart } from '../kernel/live-charts.ts';
import { homeOf, innerActorsOf, isInner, ownerOf, parentOf, snapshotOf } from '../kernel/xstate.ts';
import { type ActorId, kinds, type Life, lives, type Row } from './protocol.ts';
import { statesIn, type ToldCharts } from './told-charts.ts';

/** What a row is of: an actor of the tree, a chart of the house, or what lives in one of them. */
type Subject = Child | LiveChart | AnyActorRef;

interface Entry {
  readonly id: ActorId;
  readonly parent: ActorId;
  readonly name: string;
  readonly subject: Subject;
  /** What lives in this very incarnation of it. */
  inner: Set<Entry> | undefined;
  ref: AnyActorRef | undefined;
  /** As it was told last. */
  row: Row | undefined;
  /** Its newest chart: one that is down keeps it. */
  chart: number;
}

export interface Changes {
  readonly rows: readonly Row[];
  readonly gone: readonly ActorId[];
  /** Ids from here on are told for the first time. */
  readonly freshFrom: ActorId;
}

const ROWS_MAX = 20_000;
const INNER_MAX = 200;
/** All rows are looked at again, so many at a time: a few things change unheard. */
const SWEPT_PART = 10;
const SWEPT_MIN = 200;

/** The actors of a runtime as rows, each with an id for as long as somebody watches. */
export class Roster {
  readonly #kernel: Kernel;
  readonly #charts: ToldCharts;
  readonly #entries = new Map<Subject, Entry>();
  readonly #dirty = new Set<Entry>();
  /** Their charts are still to be drawn. */
  readonly #undrawn = new Set<Entry>();
  /** Those that there was no room for. */
  #left = new WeakSet<Subject>();
  #leftCount = 0;
  #ids = 0;
  #told = 0;
  #swept: Iterator<Entry> | undefined;

  constructor(kernel: Kernel, charts: ToldCharts) {
    this.#kernel = kernel;
    this.#charts = charts;
    this.#walk(kernel.root);
    for (const chart of kernel.charts) this.#chart(chart);
  }

  /** Actors that are left out. */
  get more(): number {
    return this.#leftCount;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** -1 for one that is not told of. */
  idOf(subject: Child | LiveChart): ActorId {
    return this.#entries.get(subject)?.id ?? -1;
  }

  /** Of whatever stands behind an actor of XState's. */
  idOfRef(ref: AnyActorRef): ActorId {
    const entry = this.#entryOf(ref);
    if (entry !== undefined) this.#dirty.add(entry);
    return entry?.id ?? -1;
  }

  /** Something about it may be another. */
  mark(subject: Child | LiveChart): void {
    const entry = subject instanceof Child ? this.#child(subject) : this.#chart(subject);
    if (entry !== undefined) this.#dirty.add(entry);
    else if (hasEnded(subject)) this.#miss(subject);
  }

  /** An actor within another was made; it may never be started. */
  came(ref: AnyActorRef): void {
    if (ownerOf(homeOf(ref)) !== undefined && homeOf(ref) !== ref) this.#inner(ref);
  }

  /** All rows as they were told last. */
  whole(): Row[] {
    return [...this.#entries.values()].flatMap(({ row }) => (row === undefined ? [] : [row]));
  }

  /** What is not as it was told before. */
  take(): Changes {
    this.#sweep();
    const rows: Row[] = [];
    const gone: ActorId[] = [];
    // What lives in an actor that is marked is marked on the way.
    for (const entry of this.#dirty) {
      this.#renew(entry);
      const row = this.#rowOf(entry);
      if (entry.row === undefined || !isSame(row, entry.row)) rows.push(row);
      entry.row = row;
      if (row[5] !== ENDED) continue;
      gone.push(entry.id);
      this.#forget(entry);
    }
    this.#dirty.clear();
    for (const entry of this.#undrawn) this.#dirty.add(entry);
    this.#undrawn.clear();
    const fresh = this.#told;
    this.#told = this.#ids;
    return { rows, gone, freshFrom: fresh };
  }

  #forget(entry: Entry): void {
    const { subject } = entry;
    this.#entries.delete(subject);
    this.#undrawn.delete(entry);
    if (subject instanceof Child || subject instanceof LiveChart) return;
    this.#entryOf(homeOf(subject))?.inner?.delete(entry);
  }

  #sweep(): void {
    this.#swept ??= this.#entries.values();
    const count = Math.max(SWEPT_MIN, Math.ceil(this.#entries.size / SWEPT_PART));
    for (let seen = 0; seen < count; seen++) {
      const { value, done } = this.#swept.next();
      if (done === true) {
        this.#swept = undefined;
        return;
      }
      this.#dirty.add(value);
    }
  }

  // --- who is there ---------------------------------------------------------------------------

  #walk(root: Branch): void {
    const waiting: Child[] = [root];
    for (let child = waiting.pop(); child !== undefined; child = waiting.pop()) {
      this.#child(child);
      if (child instanceof Branch) waiting.push(...[...child.children.values()].toReversed());
    }
  }

  #child(child: Child): Entry | undefined {
    const known = this.#entries.get(child);
    if (known !== undefined) return known;
    if (child.state === 'ended') return undefined;
    const { parent } = child;
    const above = parent === undefined ? undefined : this.#child(parent);
    if (parent !== undefined && above === undefined) return this.#leave(child);
    return this.#add(child, above?.id ?? -1, child.id);
  }

  #chart(chart: LiveChart): Entry | undefined {
    const known = this.#entries.get(chart);
    if (known !== undefined || chart.isOver) return known;
    return this.#add(chart, 0, chart.name);
  }

  #inner(ref: AnyActorRef): Entry | undefined {
    const known = this.#entries.get(ref);
    const above = parentOf(ref);
    if (known !== undefined || above === undefined) return known;
    const home = this.#entryOf(homeOf(ref));
    const parent = this.#entryOf(above);
    if (home === undefined || parent === undefined) return this.#leave(ref);
    home.inner ??= new Set();
    if (home.inner.size >= INNER_MAX) return this.#leave(ref);
    const entry = this.#add(ref, parent.id, ref.id);
    if (entry !== undefined) home.inner.add(entry);
    return entry;
  }

  #entryOf(ref: AnyActorRef): Entry | undefined {
    const owner = ownerOf(ref);
    if (owner instanceof Child) return this.#child(owner);
    const chart = this.#kernel.charts.find(ref);
    return chart === undefined ? this.#entries.get(ref) : this.#chart(chart);
  }

  #add(subject: Subject, parent: ActorId, name: string): Entry | undefined {
    if (this.#entries.size >= ROWS_MAX) return this.#leave(subject);
    this.#miss(subject);
    const told = { parent, name: nameOf(name), subject, chart: -1 };
    const entry: Entry = {
      id: this.#ids,
      ...told,
      inner: undefined,
      ref: undefined,
      row: undefined,
    };
    this.#ids += 1;
    this.#entries.set(subject, entry);
    this.#dirty.add(entry);
    this.#renew(entry);
    return entry;
  }

  #leave(subject: Subject): undefined {
    if (this.#left.has(subject)) return undefined;
    this.#left.add(subject);
    this.#leftCount += 1;
    return undefined;
  }

  #miss(subject: Subject): void {
    if (this.#left.delete(subject)) this.#leftCount -= 1;
  }

  /** Of another incarnation others live in it. */
  #renew(entry: Entry): void {
    const { subject } = entry;
    const ref = refOf(subject);
    if (ref === entry.ref) return;
    for (const inner of entry.inner ?? []) this.#dirty.add(inner);
    entry.inner = undefined;
    entry.ref = ref;
    if (ref !== undefined && !(subject instanceof Branch)) this.#lookInto(ref);
  }

  #lookInto(ref: AnyActorRef): void {
    for (const inner of innerActorsOf(ref)) {
      if (this.#inner(inner) !== undefined) this.#lookInto(inner);
    }
  }

  // --- how it is ------------------------------------------------------------------------------

  #rowOf(entry: Entry): Row {
    const { id, parent, name, subject } = entry;
    const { life, states } = this.#standingOf(entry);
    const where = [id, parent, name, kindOf(subject), entry.chart, life, states] as const;
    if (!(subject instanceof Child)) return [...where, 1, 0, 0];
    const waiting = subject instanceof Leaf ? subject.waiting : 0;
    return [...where, subject.incarnation, subject.history.restartsAtMs.length, waiting];
  }

  #standingOf(entry: Entry): { life: number; states: number[] } {
    const { subject } = entry;
    const life = lives.indexOf(lifeOf(subject, () => this.#isHoused(entry)));
    const ref = refOf(subject);
    const snapshot = ref && snapshotOf(ref);
    if (!isMachineSnapshot(snapshot)) return { life, states: [] };
    const chart = this.#charts.inTurn(snapshot.machine);
    if (chart === 'later') {
      this.#undrawn.add(entry);
      return { life, states: [] };
    }
    entry.chart = chart?.at ?? -1;
    return { life, states: chart === undefined ? [] : statesIn(chart, snapshot.value) };
  }

  /** Whether the incarnation that it lives in is that of now. */
  #isHoused({ subject }: Entry): boolean {
    if (subject instanceof Child || subject instanceof LiveChart) return true;
    const home = homeOf(subject);
    const entry = this.#entryOf(home);
    return entry?.ref === home && isInner(subject);
  }
}

const ENDED = lives.indexOf('ended');

const hasEnded = (subject: Child | LiveChart): boolean =>
  subject instanceof LiveChart ? subject.isOver : subject.state === 'ended';

const refOf = (subject: Subject): AnyActorRef | undefined =>
  subject instanceof Child || subject instanceof LiveChart ? subject.ref : subject;

function kindOf(subject: Subject): number {
  if (subject instanceof Branch) return kinds.indexOf('supervisor');
  if (subject instanceof Child) return kinds.indexOf('actor');
  return kinds.indexOf(subject instanceof LiveChart ? 'chart' : 'inner');
}

function lifeOf(subject: Subject, isHoused: () => boolean): Life {
  if (subject instanceof Child) return subject.state;
  if (subject instanceof LiveChart) return subject.isOver ? 'ended' : 'running';
  return isHoused() ? 'running' : 'ended';
}

function isSame(one: Row, other: Row): boolean {
  return one.every((field, at) => {
    const beside = other[at];
    if (!Array.isArray(field) || !Array.isArray(beside)) return field === beside;
    return field.length === beside.length && field.every((each, nth) => each === beside[nth]);
  });
}
