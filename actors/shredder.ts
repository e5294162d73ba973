import type { Ended } from '../storage/ended.ts';
import type { Log } from '../storage/log.ts';
import { Turns } from '../storage/turns.ts';
import { Overdue, within } from './deadline.ts';
import type { RecordedFacts } from './recorded-facts.ts';
import type { SegmentActors } from './segment.actor.ts';
import type { Kernel } from './world.ts';

/** A step on one segment that takes longer has failed, and is asked for again. */
const STEP_MS = 60_000;

export interface ShredOrder {
  readonly ended: Ended;
  readonly because: string;
}

/**
 * Makes segments unreadable, one after the other. What it is about to do is in the log before the
 * first key is dropped: if the log does not take it, nothing is done.
 */
export class Shredder {
  readonly #kernel: Kernel;
  readonly #facts: RecordedFacts;
  readonly #segments: SegmentActors;
  readonly #turns = new Turns();

  constructor(kernel: Kernel, facts: RecordedFacts, segments: SegmentActors) {
    this.#kernel = kernel;
    this.#facts = facts;
    this.#segments = segments;
  }

  /** Whatever is chosen when its turn has come. Returns the segments it shredded, in order. */
  shred(log: Log, choose: () => Promise<readonly ShredOrder[]>): Promise<readonly number[]> {
    return this.#turns.take(async () => {
      const orders = await choose();
      await Promise.all(orders.map((order) => this.#announce(order)));
      await this.#shredAll(log, orders);
      return orders.map(({ ended }) => ended.segment);
    });
  }

  /** One that cannot be shredded keeps none of the others; a disk that hangs is not asked on. */
  async #shredAll(log: Log, orders: readonly ShredOrder[]): Promise<void> {
    const errors: unknown[] = [];
    for (const order of orders) {
      try {
        await this.#shred(log, order);
      } catch (error) {
        if (error instanceof Overdue) throw error;
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  async #announce({ ended, because }: ShredOrder): Promise<void> {
    const { segment, first, size } = ended;
    const data = { segment, first, size, because };
    await this.#facts.tell('audit.shredding', `audit/${segment}`, data);
  }

  async #shred(log: Log, { ended, because }: ShredOrder): Promise<void> {
    const { segment, kind } = ended;
    this.#segments.shredding(segment, kind === 'doubt');
    let left: readonly string[];
    try {
      left = await within(this.#kernel.clock, STEP_MS, log.shred(segment, because));
    } catch (error) {
      this.#segments.shredFailed(segment, String(error));
      throw error;
    }
    this.#segments.shredded(segment);
    const data = { segment, because, left: left.length };
    this.#kernel.tell('audit.shredded', `audit/${segment}`, data);
  }
}
