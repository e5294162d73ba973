import { HoldfastError } from './errors.ts';
import type { Heard } from './facts.ts';
import { Fifo } from './kernel/fifo.ts';
import type { Kernel } from './kernel/kernel.ts';
import { dates, type Mode, type Move, MovedMode } from './modes.ts';
import { checkModeChart, checkModeName } from './options/mode.ts';
import { type ModeEvent, OwnMode, type OwnStanding } from './own-mode.ts';

const MODES_MAX = 32;
/** Moves of own modes that follow from each other within one turn; what else they cause is lost. */
const MOVES_MAX = 256;

interface Waiting {
  readonly event: ModeEvent;
  readonly causeId: string;
}

/** What a call that names a mode asks before it is made. */
export type ModeGate = Pick<OwnMode, 'name' | 'isRefusing' | 'isReadOnly'>;

/** The modes that an embedder has defined, and what they hear. */
export class OwnModes {
  readonly #kernel: Kernel;
  readonly #byName = new Map<string, { own: OwnMode; mode: MovedMode<OwnStanding> }>();
  readonly #waiting = new Fifo<Waiting>();
  /** Called before the first is defined. */
  onFirst = (): void => {};
  #moves = 0;
  #isTelling = false;
  #isClosed = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const { facts } = kernel;
    for (const type of ['breaker.opened', 'breaker.closed'] as const) {
      facts.hear(type, ({ subject, id }) => this.#hear({ type, name: subject }, id));
    }
    for (const type of ['health.failed', 'health.warned', 'health.passed'] as const) {
      facts.hear(type, ({ subject, id }) => this.#hear({ type, check: subject }, id));
    }
    for (const mode of ['audit', 'isolation', 'route', 'load'] as const) {
      facts.hear(`${mode}.moved`, (heard) =>
        this.#hear({ type: 'mode.moved', mode, ...moveIn(heard) }, heard.id),
      );
    }
  }

  /** @throws {TypeError | RangeError} for a bad name or chart, and for one too many. */
  define(name: unknown, chart: unknown): Mode<OwnStanding> {
    checkModeName(name);
    checkModeChart(chart);
    if (this.#isClosed) throw new HoldfastError('RUNTIME_STOPPED', 'the runtime has stopped');
    if (this.#byName.has(name)) {
      throw new RangeError(`defineMode.name must be no other mode's, got "${name}"`);
    }
    if (this.#byName.size >= MODES_MAX) {
      throw new RangeError(`defineMode must be called for at most ${MODES_MAX} modes`);
    }
    if (this.#byName.size === 0) this.onFirst();
    const own = new OwnMode(this.#kernel, name, chart, (...moved) => this.#moved(...moved));
    const dated = dates(this.#kernel);
    const mode = new MovedMode(name, this.#kernel, () => dated(own.standing));
    this.#byName.set(name, { own, mode });
    return mode;
  }

  /** @throws {RangeError} if there is none of that name; `field` is where it was named. */
  gate(field: string, name: string): ModeGate {
    const own = this.#byName.get(name)?.own;
    if (own !== undefined) return own;
    const known = [...this.#byName.keys()].map((each) => `"${each}"`).join(', ') || 'none yet';
    throw new RangeError(`${field} must be a mode that is defined (${known}), got "${name}"`);
  }

  /** By name. */
  get all(): ReadonlyMap<string, Mode<OwnStanding>> {
    return new Map([...this.#byName].map(([name, { mode }]) => [name, mode]));
  }

  /** Tells what is still untold, while it can still be recorded. */
  settle(): void {
    for (const { own } of this.#byName.values()) own.settle();
  }

  close(): void {
    this.#isClosed = true;
    for (const { own, mode } of this.#byName.values()) {
      own.close();
      mode.close();
    }
  }

  #moved(name: string, move: Move, causeId: string): void {
    this.#byName.get(name)?.mode.moved();
    this.#moves += this.#isTelling ? 1 : 0;
    if (this.#moves <= MOVES_MAX)
      return this.#hear({ type: 'mode.moved', mode: name, ...move }, causeId);
    if (this.#moves > MOVES_MAX + 1) return;
    this.#kernel.facts.publish('mode.looped', name, { moves: MOVES_MAX }, causeId);
  }

  /** In the order in which it happened, and each by all, before the next. */
  #hear(event: ModeEvent, causeId: string): void {
    if (this.#byName.size === 0) return;
    this.#waiting.push({ event, causeId });
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#tell(next);
      }
    } finally {
      this.#isTelling = false;
      this.#moves = 0;
    }
  }

  #tell({ event, causeId }: Waiting): void {
    for (const [name, { own }] of [...this.#byName]) {
      if (event.type !== 'mode.moved' || event.mode !== name) own.hear(event, causeId);
    }
  }
}

const moveIn = ({ data: { from, to, because } }: Heard): Move => ({
  from: String(from),
  to: String(to),
  because: String(because),
});
