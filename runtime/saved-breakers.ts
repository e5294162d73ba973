import type { BreakerActor } from '../actors/breaker.actor.ts';
import { type Saved, UNCHANGED } from '../actors/state.ts';
import type { Breakers, Keeper } from './breakers.ts';
import { type Persistence, refusalOf, type Saver } from './kernel/persistence.ts';
import { breakerState } from './options/breaker-state.ts';

const PREFIX = 'breaker/';

/** The breakers' state, over a restart of the process: by name, as soon as they are asked for. */
class SavedBreakers implements Keeper, Saver {
  readonly #persistence: Persistence;
  readonly #breakers: Breakers;

  constructor(persistence: Persistence, breakers: Breakers) {
    this.#persistence = persistence;
    this.#breakers = breakers;
  }

  restore(actor: BreakerActor): void {
    const name = PREFIX + actor.name;
    const saved = this.#persistence.take(name);
    if (saved === undefined) return;
    const read = breakerState.safeParse(saved.value);
    if (read.success) return actor.restore(read.data);
    const field = read.error.issues[0]?.path.join('.') ?? '';
    this.#persistence.refuse(name, actor.name, saved, refusalOf(saved, field));
  }

  moved(actor: BreakerActor): void {
    const take = (): unknown => (actor.isForgotten ? UNCHANGED : actor.save());
    this.#persistence.mark(PREFIX + actor.name, { take });
  }

  forget(name: string): void {
    this.#persistence.remove(PREFIX + name);
  }

  /** A closed one that nobody asked for since the process started is forgotten. */
  markAll(): void {
    for (const actor of this.#breakers.actors()) this.moved(actor);
    for (const [name, saved] of this.#persistence.left) {
      if (name.startsWith(PREFIX) && isIdle(saved)) this.#persistence.remove(name);
    }
  }
}

/** From now on breakers go on from what was saved of them. */
export function saveBreakers(persistence: Persistence, breakers: Breakers): void {
  const saved = new SavedBreakers(persistence, breakers);
  persistence.add(saved);
  breakers.keepWith(saved);
}

function isIdle({ value }: Saved): boolean {
  const { success, data } = breakerState.safeParse(value);
  return success && data.circuit === 'closed' && data.isolations.length === 0;
}
