import { Observable, type Subscriber } from 'rxjs';
import type { Containment, Owner } from '../actors/world.ts';

interface Seat<Value> extends Owner {
  readonly subscriber: Subscriber<Value>;
}

/**
 * Those who watch a stream. A subscriber can hurt only itself: rxjs throws what a subscriber threw
 * again from a timer, which would end the process; here it is told as the subscriber's own and ends
 * its subscription.
 */
export class Audience<Value> {
  readonly #seats = new Set<Seat<Value>>();
  #isOver = false;

  get isEmpty(): boolean {
    return this.#seats.size === 0;
  }

  /** `onFirst` and `onLast` bracket the time in which anybody watches. */
  observe(
    onFailed: (error: unknown) => void,
    { onFirst, onLast }: { onFirst?: () => void; onLast?: () => void } = {},
  ): Observable<Value> {
    return new Observable<Value>((subscriber) => {
      if (this.#isOver) return subscriber.complete();
      let hasFailed = false;
      const uncaught = (error: unknown): void => {
        // It may have thrown at several values before it could be unsubscribed.
        if (hasFailed) return;
        hasFailed = true;
        subscriber.unsubscribe();
        onFailed(error);
      };
      const seat = { subscriber, uncaught };
      this.#seats.add(seat);
      if (this.#seats.size === 1) onFirst?.();
      return () => {
        if (this.#seats.delete(seat) && this.#seats.size === 0) onLast?.();
      };
    });
  }

  /** Those who come in because of `value` do not hear it. */
  tell(value: Value, containment: Containment): void {
    for (const seat of [...this.#seats]) {
      containment.run(seat, () => seat.subscriber.next(value));
    }
  }

  /** Sends everybody home, and whoever comes later too. */
  close(containment: Containment): void {
    this.#isOver = true;
    for (const seat of [...this.#seats]) containment.run(seat, () => seat.subscriber.complete());
  }
}
