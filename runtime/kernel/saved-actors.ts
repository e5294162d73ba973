import type { AnyActorLogic } from 'xstate';
import { type StateSource, UNCHANGED } from '../../actors/state.ts';
import { describeError } from '../errors.ts';
import type { Kernel } from './kernel.ts';
import type { Leaf } from './leaf.ts';
import type { Persistence, Saver } from './persistence.ts';
import { envelopeOf, readSaved, type Start } from './saved-state.ts';
import { canStartFrom, persist, snapshotOf } from './xstate.ts';

/** The actors whose state outlives the process, by their paths. */
export class SavedActors implements Saver {
  readonly #kernel: Kernel;
  readonly #persistence: Persistence;
  readonly #actors = new Map<Leaf, SavedActor>();

  constructor(kernel: Kernel, persistence: Persistence) {
    this.#kernel = kernel;
    this.#persistence = persistence;
  }

  /** What a new actor starts from, if anything was saved that it can start from. */
  begin(leaf: Leaf, logic: AnyActorLogic, logicVersion: number): Start | undefined {
    const actor = new SavedActor(this.#kernel, leaf, logicVersion);
    this.#actors.set(leaf, actor);
    const saved = this.#persistence.take(actor.name);
    if (saved === undefined) return undefined;
    const read = readSaved(saved, logicVersion, this.#kernel.clock);
    if ('because' in read || !canStartFrom(logic, read.start.snapshot)) {
      const refusal =
        'because' in read ? read : ({ because: 'invalid', field: 'snapshot' } as const);
      this.#persistence.refuse(actor.name, leaf.path, saved, refusal);
      return undefined;
    }
    const { start, incarnation } = read;
    const data = { incarnation, deadlines: start.deadlines.length };
    this.#kernel.facts.publish('state.restored', leaf.path, data);
    return start;
  }

  /** It may have moved. */
  mark(leaf: Leaf): void {
    const actor = this.#actors.get(leaf);
    if (actor === undefined || this.#persistence.mark(actor.name, actor)) return;
    actor.tellUnsaved('there is no room for one more name');
  }

  markAll(): void {
    for (const leaf of this.#actors.keys()) this.mark(leaf);
  }

  /** It has ended for good, and not because all is shut down: that is after all was saved. */
  end(leaf: Leaf): void {
    const actor = this.#actors.get(leaf);
    this.#actors.delete(leaf);
    if (actor !== undefined) this.#persistence.remove(actor.name);
  }
}

class SavedActor implements StateSource {
  readonly name: string;
  readonly #kernel: Kernel;
  readonly #leaf: Leaf;
  readonly #logicVersion: number;
  #isToldUnsaved = false;

  constructor(kernel: Kernel, leaf: Leaf, logicVersion: number) {
    this.name = `actor/${leaf.path}`;
    this.#kernel = kernel;
    this.#leaf = leaf;
    this.#logicVersion = logicVersion;
  }

  take(): unknown {
    const { ref, incarnation } = this.#leaf;
    if (ref === undefined || snapshotOf(ref)?.status !== 'active') return UNCHANGED;
    try {
      const snapshot = persist(ref);
      if (snapshot === undefined) throw new TypeError('its logic gives no snapshot to save');
      const deadlines = this.#kernel.system.pendingOf(ref);
      const versions = { logicVersion: this.#logicVersion, incarnation };
      return envelopeOf({ snapshot, deadlines }, versions, this.#kernel.clock);
    } catch (error) {
      this.tellUnsaved(describeError(error).message);
      return UNCHANGED;
    }
  }

  /** Once, for it may be so after each event. */
  tellUnsaved(because: string): void {
    if (this.#isToldUnsaved) return;
    this.#isToldUnsaved = true;
    this.#kernel.facts.publish('state.unsaved', this.#leaf.path, { because });
  }
}
