import type { Chart } from '../../chart.ts';
import { kinds, type Life, lives, type Row, type ToldFact } from '../protocol.ts';
import type { Step, Told } from './model.ts';
import { leavesWithin, SeenChart, statesAfter, transitionOf } from './trace-chart.ts';
import type { TraceLine } from './trace-lines.ts';

type Kind = (typeof kinds)[number];
type MoveLine = Extract<TraceLine, { readonly kind: 'move' }>;

interface Cast {
  readonly id: number;
  readonly parent: number;
  readonly name: string;
  readonly path: string;
  kind: Kind;
  chart: number;
  life: Life;
  states: readonly string[];
  incarnation: number;
  restarts: number;
}

interface KnownChart {
  readonly at: number;
  readonly chart: Chart;
  readonly stateAt: ReadonlyMap<string, number>;
  readonly edgeAt: ReadonlyMap<string, number>;
  readonly leaves: (path: string) => readonly string[];
}

const lifeAfter: Readonly<Record<string, Life>> = {
  'actor.started': 'running',
  'actor.restarted': 'running',
  'actor.failed': 'failing',
  'actor.finished': 'ended',
  'actor.stopped': 'ended',
  'supervisor.started': 'running',
  'supervisor.restarted': 'running',
  'supervisor.stopped': 'ended',
};

const placed = (machine: string | undefined, path: string): string => {
  if (machine === undefined) return path;
  return path === '' ? machine : `${machine}/${path}`;
};

/** Turns the lines of a trace, all of them in order, into what a model takes. */
export class TraceSteps {
  readonly #charts: KnownChart[] = [];
  readonly #byHash = new Map<string, number>();
  readonly #seen = new Map<string, SeenChart>();
  readonly #ofSubject = new Map<string, number>();
  readonly #cast = new Map<string, Cast>();
  readonly #processes = new Map<string, number>();
  #ids = 0;
  #changed = new Set<Cast>();
  #gone: number[] = [];

  /** Before any step is asked for: charts are told first, and what is seen makes those missing. */
  look(line: TraceLine): void {
    if (line.kind === 'chart') this.#keep(line.chart);
    if (line.kind !== 'move' || this.#byHash.has(line.chart ?? '')) return;
    const path = placed(line.machine, line.subject);
    const known = this.#seen.get(path);
    const chart = known ?? new SeenChart(path.split('/').at(-1) ?? path);
    if (known === undefined) this.#seen.set(path, chart);
    const transitions = line.transitions.map(transitionOf);
    chart.saw(transitions);
    if (line.states !== undefined) chart.wasIn(line.states);
  }

  /** The first of all, at the moment of the first line. */
  begin(atMs: number): Step {
    for (const [path, seen] of this.#seen) this.#ofSubject.set(path, this.#keep(seen.chart()));
    this.#castOf('', 'supervisor');
    return {
      atMs,
      isNew: true,
      charts: this.#charts.map(({ chart }) => chart),
      rows: this.#rows(),
    };
  }

  step(line: TraceLine): Step {
    this.#changed = new Set();
    this.#gone = [];
    this.#enter(line);
    const told = this.#told(line);
    const rows = this.#rows();
    return {
      atMs: line.atMs,
      ...(rows.length === 0 ? {} : { rows }),
      ...(this.#gone.length === 0 ? {} : { gone: this.#gone }),
      ...(told === undefined ? {} : { lines: [told] }),
    };
  }

  #keep(chart: Chart): number {
    const known = this.#byHash.get(chart.hash);
    if (known !== undefined) return known;
    const at = this.#charts.length;
    const indexed = (names: readonly string[]) =>
      new Map(names.map((name, index) => [name, index] as const).toReversed());
    this.#charts.push({
      at,
      chart,
      stateAt: indexed(chart.states),
      edgeAt: indexed(chart.edges.map(({ name }) => name)),
      leaves: leavesWithin(chart),
    });
    this.#byHash.set(chart.hash, at);
    return at;
  }

  /** A process that starts begins with nobody; who was there before is gone with it. */
  #enter({ machine, process, kind }: TraceLine): void {
    if (kind === 'fault' || process === undefined) return;
    const before = this.#processes.get(machine ?? '');
    this.#processes.set(machine ?? '', process);
    if (before === undefined || before === process) return;
    for (const [path, cast] of this.#cast) {
      if (cast.id === 0 || !(machine === undefined || path.startsWith(`${machine}/`))) continue;
      this.#cast.delete(path);
      this.#gone.push(cast.id);
    }
  }

  #told(line: TraceLine): Told | undefined {
    const { atMs, machine } = line;
    switch (line.kind) {
      case 'chart':
        return undefined;
      case 'actor': {
        const cast = this.#castOf(placed(machine, line.subject), kindOf(line.is));
        const chart = this.#byHash.get(line.chart ?? '');
        const { life, states, incarnation } = line;
        this.#change(cast, { life: lifeOf(life), states, incarnation });
        if (chart !== undefined) this.#change(cast, { chart });
        return undefined;
      }
      case 'fact':
        return ['fact', atMs, this.#fact(line, machine)];
      case 'event': {
        const to = this.#castOf(placed(machine, line.subject), 'actor');
        const from =
          line.from === undefined ? -1 : this.#castOf(placed(machine, line.from), 'actor').id;
        const { event, times = 1, handledMs } = line;
        const told = ['event', atMs, from, to.id, event, times] as const;
        return handledMs === undefined ? told : [...told, handledMs];
      }
      case 'move':
        return this.#move(line);
      case 'log':
        return ['log', atMs, line.level, line.message, line.fields];
      case 'note': {
        const isPlaced = machine === undefined || 'at' in line.fields || 'from' in line.fields;
        return ['note', atMs, line.text, isPlaced ? line.fields : { at: machine, ...line.fields }];
      }
      case 'fault':
        return [
          'fault',
          atMs,
          line.hit === undefined ? line.fault : { ...line.fault, hit: line.hit },
        ];
      case 'violation':
        return ['violation', atMs, line.invariant, line.detail];
    }
  }

  #fact(line: Extract<TraceLine, { kind: 'fact' }>, machine: string | undefined): ToldFact {
    const { id, type, data, causationid } = line;
    const subject = placed(machine, line.subject ?? '');
    this.#follow(subject, type, data);
    return {
      id,
      type,
      ...(subject === '' ? {} : { subject }),
      data,
      ...(causationid === undefined ? {} : { causationid }),
    };
  }

  /** What a fact says of the life of its subject, if that is an actor. */
  #follow(path: string, type: string, data: ToldFact['data']): void {
    const life = Object.hasOwn(lifeAfter, type) ? lifeAfter[type] : undefined;
    const cast = this.#cast.get(path);
    if (life !== undefined) {
      const known =
        cast ?? this.#castOf(path, type.startsWith('supervisor.') ? 'supervisor' : 'actor');
      const incarnation = Number(data.incarnation);
      if (type.startsWith('supervisor.')) this.#change(known, { kind: 'supervisor' });
      else if (known.kind !== 'inner') this.#change(known, { kind: 'actor' });
      this.#change(known, { life });
      if (type === 'actor.restarted') this.#change(known, { states: this.#beginningOf(known) });
      if (Number.isSafeInteger(incarnation)) this.#change(known, { incarnation });
    }
    if (type !== 'supervisor.decided' || cast === undefined) return;
    if (data.decision !== 'restart') return this.#change(cast, { life: 'ended' });
    const restarts = Number(data.restartsInWindow);
    this.#change(cast, { life: 'waiting' });
    if (Number.isSafeInteger(restarts)) this.#change(cast, { restarts });
  }

  #beginningOf({ path, chart }: Cast): readonly string[] {
    const first = this.#seen.get(path)?.first;
    if (first !== undefined) return [first];
    return this.#charts[chart]?.leaves('') ?? [];
  }

  #move({ atMs, machine, subject, transitions, chart: hash, states }: MoveLine): Told {
    const path = placed(machine, subject);
    const cast = this.#castOf(path, 'chart');
    const chart = this.#byHash.get(hash ?? '') ?? this.#ofSubject.get(path) ?? cast.chart;
    if (chart !== cast.chart) this.#change(cast, { chart });
    const known = this.#charts[chart];
    const leaves = known?.leaves ?? ((leaf: string) => [leaf]);
    cast.states = states ?? statesAfter(cast.states, transitions.map(transitionOf), leaves);
    const times = new Map<number, number>();
    for (const name of transitions) {
      const at = known?.edgeAt.get(name);
      if (at !== undefined) times.set(at, (times.get(at) ?? 0) + 1);
    }
    return ['move', atMs, cast.id, this.#indexes(cast), [...times]];
  }

  #castOf(path: string, kind: Kind): Cast {
    const known = this.#cast.get(path);
    if (known !== undefined) return known;
    const slash = path.lastIndexOf('/');
    const above =
      path === '' ? undefined : this.#castOf(path.slice(0, Math.max(0, slash)), 'supervisor');
    const isWithin = above !== undefined && above.kind !== 'supervisor';
    const first = this.#seen.get(path)?.first;
    const cast: Cast = {
      id: this.#ids,
      parent: above?.id ?? -1,
      name: path.slice(slash + 1),
      path,
      kind: isWithin ? 'inner' : kind,
      chart: this.#ofSubject.get(path) ?? -1,
      life: 'running',
      states: first === undefined ? [] : [first],
      incarnation: 1,
      restarts: 0,
    };
    this.#ids += 1;
    this.#cast.set(path, cast);
    this.#changed.add(cast);
    return cast;
  }

  #change(cast: Cast, change: Partial<Cast>): void {
    Object.assign(cast, change);
    this.#changed.add(cast);
  }

  #indexes({ chart, states }: Cast): number[] {
    const known = this.#charts[chart];
    const leaves = states.filter((path) => !states.some((other) => other.startsWith(`${path}.`)));
    return leaves.flatMap((path) => known?.stateAt.get(path) ?? []);
  }

  #rows(): Row[] {
    const changed = [...this.#changed].filter(({ id }) => !this.#gone.includes(id));
    this.#changed = new Set();
    return changed.map((cast) => [
      cast.id,
      cast.parent,
      cast.name,
      kinds.indexOf(cast.kind),
      cast.chart,
      lives.indexOf(cast.life),
      this.#indexes(cast),
      cast.incarnation,
      cast.restarts,
      0,
    ]);
  }
}

const kindOf = (is: string): Kind => kinds.find((kind) => kind === is) ?? 'actor';
const lifeOf = (life: string): Life => lives.find((each) => each === life) ?? 'running';
