import type { Saved, State, StateSource } from '../../actors/state.ts';
import { describeError } from '../errors.ts';
import type { Kernel } from './kernel.ts';
import { SavedActors } from './saved-actors.ts';
import type { SavedRefusal } from './saved-state.ts';

/** Before the names of what was refused, which nobody starts from. */
const ASIDE = 'refused/';

/** Whoever has something to save. */
export interface Saver {
  /** Marks all that it has: for the last time, or since what was written is gone. */
  markAll(): void;
}

/** What outlives the process: the state of whoever asks for it, and where they find it again. */
export class Persistence {
  readonly actors: SavedActors;
  readonly #savers = new Set<Saver>();
  readonly #kernel: Kernel;
  readonly #state: State;
  /** By name, until somebody takes it. */
  readonly #saved: Map<string, Saved>;
  #saving: Promise<void> | undefined;

  private constructor(kernel: Kernel, state: State, saved: Map<string, Saved>) {
    this.#kernel = kernel;
    this.#state = state;
    this.#saved = saved;
    this.actors = new SavedActors(kernel, this);
    this.add(this.actors);
  }

  /** Reads all that was saved. @throws {StorageError} if the disk cannot be read. */
  static async open(kernel: Kernel, state: State): Promise<Persistence> {
    const saved = await state.load();
    for (const name of saved.keys()) if (name.startsWith(ASIDE)) saved.delete(name);
    return new Persistence(kernel, state, saved);
  }

  add(saver: Saver): void {
    this.#savers.add(saver);
  }

  /** What nobody of that name has taken yet. */
  get left(): ReadonlyMap<string, Saved> {
    return this.#saved;
  }

  /** What was saved under a name; for one alone. */
  take(name: string): Saved | undefined {
    const saved = this.#saved.get(name);
    this.#saved.delete(name);
    return saved;
  }

  /**
   * Hands over all that was saved under names that begin so, without that. `use` names the field
   * for which it cannot start from a value, if it cannot: that is kept aside.
   */
  restore(prefix: string, use: (subject: string, value: unknown) => string | undefined): void {
    for (const [name, saved] of [...this.#saved]) {
      if (!name.startsWith(prefix)) continue;
      this.#saved.delete(name);
      const subject = name.slice(prefix.length);
      const field = use(subject, saved.value);
      if (field !== undefined) this.refuse(name, subject, saved, refusalOf(saved, field));
    }
  }

  /** Nothing can start from what was saved; it is kept aside, if it can be read at all. */
  refuse(name: string, subject: string, { value }: Saved, refusal: SavedRefusal): void {
    this.#kernel.facts.publish('state.refused', subject, refusal);
    const { because } = refusal;
    this.#kernel.log.warn({ name, because }, 'a saved state is of no use: it begins afresh');
    if (value !== undefined) this.#state.set(ASIDE + name, value);
  }

  /** False if there is no room for it. */
  mark(name: string, source: StateSource): boolean {
    return this.#saving !== undefined || this.#state.mark(name, source);
  }

  /** As if it had never been saved. */
  remove(name: string): void {
    this.#saved.delete(name);
    if (this.#saving === undefined) this.#state.set(name, undefined);
  }

  /** What was written is gone: everything is to be written again. */
  markAll(): void {
    if (this.#saving !== undefined) return;
    for (const [name, { value, isDamaged }] of this.#saved) {
      if (!isDamaged) this.#state.set(name, value);
    }
    for (const saver of this.#savers) saver.markAll();
  }

  /** Looks at everything now, and writes it; what happens after is not saved. Never rejects. */
  saveAll(): Promise<void> {
    if (this.#saving !== undefined) return this.#saving;
    for (const saver of this.#savers) saver.markAll();
    this.#state.settle();
    this.#saving = this.#state.flush().catch((error: unknown) => {
      this.#kernel.log.error({ error: describeError(error) }, 'not all state could be saved');
    });
    return this.#saving;
  }
}

export const refusalOf = ({ isDamaged }: Saved, field: string): SavedRefusal =>
  isDamaged ? { because: 'damaged' } : { because: 'invalid', field };
