import { isDeepStrictEqual } from 'node:util';
import { BreakerActor, type Opened } from '../actors/breaker.actor.ts';
import type { RetryBudget } from '../machines/retry-budget.ts';
import { refusalError } from './breaker.ts';
import type { Bulkhead } from './bulkhead.ts';
import { type Classify, thrownIsFailure } from './classify.ts';
import { HoldfastError } from './errors.ts';
import type { Charts } from './kernel/charts.ts';
import type { BreakerOptions } from './options/breaker.ts';

/** What the calls of one name share. */
export interface Named {
  readonly actor: BreakerActor;
  classify: Classify;
  /** Nobody gave it options of its own. */
  isUsual: boolean;
  budget: RetryBudget | undefined;
  bulkhead: Bulkhead | undefined;
}

type Thresholds = Omit<BreakerOptions, 'classify'>;
type OnOpened = (opened: Opened) => void;

/** Whoever sees to it that breakers outlive the process. None of it may throw. */
export interface Keeper {
  /** A new one goes on from where one of its name stood. */
  restore(actor: BreakerActor): void;
  moved(actor: BreakerActor): void;
  /** Nobody is to go on from it any more. */
  forget(name: string): void;
}

/** The breakers of one runtime, by name; at most so many, however many names there are. */
export class Breakers {
  readonly #charts: Charts;
  readonly #breakersMax: number;
  readonly #usual: BreakerOptions;
  readonly #onOpened: OnOpened;
  /** The one that was asked for longest ago first. */
  readonly #byName = new Map<string, Named>();
  #thresholds: Thresholds;
  #keeper: Keeper | undefined;
  #isClosed = false;
  /** Shared by all of them. */
  readonly #opened: OnOpened = (opened) => {
    const { name } = opened;
    const refusal = { because: 'breaker.open' } as const;
    this.#byName.get(name)?.bulkhead?.refuseWaiting(refusalError(name, refusal));
    this.#onOpened(opened);
  };
  /** Shared as well. */
  readonly #moved = (actor: BreakerActor): void => this.#keeper?.moved(actor);

  constructor(charts: Charts, breakersMax: number, usual: BreakerOptions, onOpened: OnOpened) {
    this.#charts = charts;
    this.#breakersMax = breakersMax;
    this.#usual = usual;
    this.#onOpened = onOpened;
    this.#thresholds = usual;
  }

  /**
   * The breaker of that name, or a new one.
   * @throws {RangeError} if it is known with other options. @throws {HoldfastError} BREAKERS_LIMIT.
   */
  get(name: string, options?: BreakerOptions): Named {
    const known = this.#byName.get(name);
    if (known !== undefined) {
      if (options !== undefined) checkSame(known, options);
      return known;
    }
    const { classify = thrownIsFailure, ...thresholds } = options ?? this.#usual;
    const shared = this.#shared(thresholds);
    const actor = new BreakerActor(this.#charts, name, shared, this.#opened, this.#moved);
    const isUsual = options === undefined;
    const named = { actor, classify, isUsual, budget: undefined, bulkhead: undefined };
    this.#add(named);
    this.#keeper?.restore(actor);
    return named;
  }

  /** From now on, and those that are here already. */
  keepWith(keeper: Keeper): void {
    this.#keeper = keeper;
    for (const actor of this.actors()) keeper.restore(actor);
  }

  *actors(): Iterable<BreakerActor> {
    for (const { actor } of this.#byName.values()) yield actor;
  }

  /** Many breakers with the same thresholds hold them once. */
  #shared(thresholds: Thresholds): Thresholds {
    if (!isDeepStrictEqual(thresholds, this.#thresholds)) this.#thresholds = thresholds;
    return this.#thresholds;
  }

  /** The one of that name, if there is one. */
  find(name: string): Named | undefined {
    return this.#byName.get(name);
  }

  /**
   * The one that stands for a name that `forgotten` was known by. If nobody gave that one options,
   * it takes over those of the forgotten one.
   */
  revive(forgotten: Named): Named {
    const current = this.#byName.get(forgotten.actor.name);
    if (current === undefined) return this.#add(forgotten);
    if (current.isUsual && !forgotten.isUsual) {
      current.isUsual = false;
      current.classify = forgotten.classify;
      current.actor.configure(forgotten.actor.options);
    }
    return current;
  }

  #add(named: Named): Named {
    if (this.#isClosed) throw new HoldfastError('RUNTIME_STOPPED', 'the runtime has stopped');
    if (this.#byName.size >= this.#breakersMax) this.#makeRoom();
    named.actor.isForgotten = false;
    this.#byName.set(named.actor.name, named);
    return named;
  }

  /**
   * Forgets the first closed breaker that nobody used since it was last looked at here; never one
   * that is open, isolated or at work. What was used is looked at again after all others.
   */
  #makeRoom(): void {
    let looks = 2 * this.#byName.size;
    for (const [name, named] of this.#byName) {
      if (looks-- === 0) break;
      const { actor, bulkhead } = named;
      if (!actor.isAsleep || bulkhead?.isBusy === true) continue;
      this.#byName.delete(name);
      if (!actor.isUsed) {
        actor.isForgotten = true;
        this.#keeper?.forget(name);
        return;
      }
      actor.isUsed = false;
      this.#byName.set(name, named);
    }
    const breakersMax = this.#breakersMax;
    const message = `limits.breakersMax: ${breakersMax} breakers are open, isolated or at work`;
    throw new HoldfastError('BREAKERS_LIMIT', message, { breakersMax });
  }

  /** Lets no call through any more, and holds no timer. */
  close(): void {
    this.#isClosed = true;
    for (const { actor } of this.#byName.values()) {
      actor.sleep();
      actor.isForgotten = true;
    }
    this.#byName.clear();
  }
}

function checkSame({ actor, classify }: Named, options: BreakerOptions): void {
  const { classify: other = thrownIsFailure, ...thresholds } = options;
  if (classify === other && isDeepStrictEqual(actor.options, thresholds)) return;
  throw new RangeError(
    `options must be those that breaker "${actor.name}" has already, or none; ` +
      'configure changes them',
  );
}
