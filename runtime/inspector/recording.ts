import { type AnyStateMachine, isMachineSnapshot } from 'xstate';
import { nameOf, tryDrawing } from '../chart-of.ts';
import { Branch } from '../kernel/branch.ts';
import type { Child } from '../kernel/child.ts';
import { SEVERAL } from '../kernel/handling.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { edgeOf, snapshotOf } from '../kernel/xstate.ts';
import { maskName } from '../masking.ts';
import { statePaths } from '../state-paths.ts';
import { rounded } from './batch.ts';
import type { Happened, Moved } from './event-ring.ts';
import type { RecordedFact } from './fact-ring.ts';
import { firedBetween } from './fired.ts';
import type { kinds, Life } from './protocol.ts';
import type { Recorder } from './recorder.ts';
import { toldFact } from './told-fact.ts';

const ACTORS_MAX = 20_000;
/** Of one piece: they take some milliseconds. */
const STEPS_MAX = 200;
/** In one step: they are copied faster than they are written over. */
const COPIED_MAX = 20;

interface Standing {
  readonly is: (typeof kinds)[number];
  readonly life: Life;
  readonly incarnation: number;
  readonly machine: AnyStateMachine | undefined;
  readonly value: unknown;
}

/**
 * What a recorder holds now as a trace, each piece made when it is asked for: see PROTOCOL.md and
 * the description of traces.
 */
export const recordingOf = (kernel: Kernel, recorder: Recorder): Iterable<string> =>
  new Recording(kernel, recorder).pieces();

class Recording {
  readonly #kernel: Kernel;
  readonly #recorder: Recorder;
  readonly #happened: (readonly [nth: number, happened: Happened])[] = [];
  #piece = '';
  readonly #charts = new Set<string>();
  /** Those that live, by their path. */
  readonly #living = new Map<string, Standing>();
  /** Those that the trace knows of. */
  readonly #told = new Set<string>();
  /** Paths of those that came since it begins; and of the others, what they were in before. */
  readonly #came = new Set<string | undefined>();
  readonly #were = new Map<string, unknown>();
  /** Names of edges that fired, by machine and by all that they are found by. */
  readonly #fired = new Map<AnyStateMachine, Map<string, readonly string[]>>();

  constructor(kernel: Kernel, recorder: Recorder) {
    this.#kernel = kernel;
    this.#recorder = recorder;
  }

  /** Some may be empty. */
  *pieces(): Generator<string> {
    let steps = 0;
    for (const _ of this.#steps()) {
      steps += 1;
      if (steps % STEPS_MAX !== 0) continue;
      yield this.#piece;
      this.#piece = '';
    }
    yield this.#piece;
  }

  *#steps(): Generator<void> {
    // Whoever moves from here on is known from before.
    yield* this.#look();
    yield* this.#copy();
    const happened = this.#happened;
    const facts: RecordedFact[] = [];
    for (const { atMs, fact, after, size } of [...this.#recorder.facts()]) {
      if (isFirstStart(fact)) this.#came.add(fact.subject);
      yield void facts.push({ atMs, fact, after, size });
    }
    const [[, first] = []] = happened;
    const beginsAtMs = Math.min(first?.atMs ?? Infinity, facts[0]?.atMs ?? Infinity);
    yield* this.#tellThoseBefore(Number.isFinite(beginsAtMs) ? beginsAtMs : 0);
    let told = 0;
    for (const [nth, each] of happened) {
      for (; (facts[told]?.after ?? Infinity) <= nth; told++) yield this.#fact(facts[told]);
      yield this.#tell(each);
    }
    for (const fact of facts.slice(told)) yield this.#fact(fact);
  }

  // --- who is there -----------------------------------------------------------------------------

  *#look(): Generator<void> {
    const waiting: Child[] = [this.#kernel.root];
    for (let child = waiting.pop(); child !== undefined; child = waiting.pop()) {
      if (this.#living.size >= ACTORS_MAX) return;
      const { state: life, incarnation, ref } = child;
      const is = child instanceof Branch ? 'supervisor' : 'actor';
      this.#living.set(child.path, { is, life, incarnation, ...standingOf(ref) });
      if (child instanceof Branch) waiting.push(...[...child.children.values()].toReversed());
      yield;
    }
    for (const { name, ref } of this.#kernel.charts) {
      const standing = standingOf(ref);
      this.#living.set(name, { is: 'chart', life: 'running', incarnation: 1, ...standing });
    }
  }

  *#copy(): Generator<void> {
    for (const happened of this.#recorder.happened()) {
      this.#happened.push(happened);
      this.#sawMove(happened[1]);
      if (this.#happened.length % COPIED_MAX === 0) yield;
    }
  }

  #sawMove(each: Happened): void {
    if (each.kind !== 'move' || this.#were.has(each.subject)) return;
    if (each.before === undefined) this.#came.add(maskName(each.subject));
    else this.#were.set(each.subject, each.before);
  }

  /** As they were then: before their first move, if they have moved since. */
  *#tellThoseBefore(atMs: number): Generator<void> {
    for (const [path, standing] of this.#living) {
      const value = this.#were.get(path) ?? standing.value;
      if (this.#came.has(maskName(path))) yield;
      else yield this.#actor(atMs, path, { ...standing, value });
    }
  }

  #actor(atMs: number, path: string, { is, life, incarnation, machine, value }: Standing): void {
    this.#told.add(path);
    const subject = maskName(path);
    this.#line(atMs, 'actor', {
      ...{ subject, is, life, incarnation },
      ...this.#stands(atMs, machine, value),
    });
  }

  // --- what happened ----------------------------------------------------------------------------

  #fact(recorded: RecordedFact | undefined): void {
    if (recorded === undefined) return;
    const { atMs, fact } = recorded;
    const { subject } = fact;
    const standing = subject === undefined ? undefined : this.#living.get(subject);
    if (subject !== undefined && standing !== undefined && isFirstStart(fact)) {
      if (!this.#told.has(subject)) this.#actor(atMs, subject, { ...standing, life: 'running' });
    }
    this.#line(atMs, 'fact', toldFact(fact));
  }

  #tell(each: Happened): void {
    const { atMs, subject: path } = each;
    const standing = this.#standingOf(each);
    if (!this.#told.has(path)) this.#actor(atMs, path, standing);
    const subject = maskName(path);
    if (each.kind === 'event') {
      const from = each.from === undefined ? {} : { from: maskName(each.from) };
      const handled = each.handledMs === undefined ? {} : { handledMs: this.#time(each.handledMs) };
      this.#line(atMs, 'event', { subject, ...from, event: nameOf(each.type), ...handled });
      return;
    }
    const { machine } = standing;
    this.#line(atMs, 'move', {
      ...{ subject, transitions: machine === undefined ? [] : this.#firedIn(machine, each) },
      ...this.#stands(atMs, machine, each.value),
    });
  }

  #firedIn(machine: AnyStateMachine, { by, before, value }: Moved): readonly string[] {
    if (by === undefined || by === SEVERAL || before === undefined) return [];
    const ofIt = this.#fired.get(machine) ?? new Map<string, readonly string[]>();
    this.#fired.set(machine, ofIt);
    const key = JSON.stringify([by, before, value]);
    const names =
      ofIt.get(key) ?? firedBetween(machine, by, before, value).map((each) => nameOf(edgeOf(each)));
    ofIt.set(key, names);
    return names;
  }

  /** Of one that is no more, its last machine of that name is the best guess. */
  #standingOf(each: Happened): Standing {
    const living = this.#living.get(each.subject);
    const gone = { is: 'actor', life: 'running', incarnation: 1, machine: undefined } as const;
    const standing = living ?? { ...gone, value: undefined };
    if (each.kind === 'event') return standing;
    const isThat = standing.machine?.id === each.machine;
    const machine = isThat ? standing.machine : this.#recorder.machines.get(each.machine);
    return { ...standing, machine, value: each.value };
  }

  // --- lines ------------------------------------------------------------------------------------

  /** The states of a value, with the chart that they are of. */
  #stands(atMs: number, machine: AnyStateMachine | undefined, value: unknown): object {
    if (value === undefined) return { states: [] };
    const paths = statePaths(value);
    const drawing = machine && tryDrawing(machine);
    const at = paths.map((path) => drawing?.stateAt.get(path));
    const states = paths.map((path, nth) => drawing?.chart.states[at[nth] ?? -1] ?? nameOf(path));
    if (drawing === undefined || at.includes(undefined)) return { states };
    const { chart } = drawing;
    if (!this.#charts.has(chart.hash)) this.#line(atMs, 'chart', { chart });
    this.#charts.add(chart.hash);
    return { chart: chart.hash, states };
  }

  #time(monotonicMs: number): number {
    return Math.max(0, rounded(this.#recorder.timeOf(monotonicMs)));
  }

  #line(monotonicMs: number, kind: string, fields: object): void {
    const atMs = this.#time(monotonicMs);
    this.#piece += `${JSON.stringify({ atMs, process: 1, kind, ...fields })}\n`;
  }
}

const isFirstStart = ({ type, data }: RecordedFact['fact']): boolean =>
  (type === 'actor.started' || type === 'supervisor.started') && data.incarnation === 1;

function standingOf(ref: Child['ref']): Pick<Standing, 'machine' | 'value'> {
  const snapshot = ref && snapshotOf(ref);
  if (!isMachineSnapshot(snapshot)) return { machine: undefined, value: undefined };
  return { machine: snapshot.machine, value: snapshot.value };
}
