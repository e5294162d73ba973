import type { Child } from './child.ts';
import type { Leaf } from './leaf.ts';
import type { LiveChart } from './live-charts.ts';

/** Hears of all that happens at the doors of actors, on the stack of it. It may not throw. */
export interface Onlooker {
  /**
   * `to` has taken an event in; `from` is the actor whose code told it, if one's did. Answers by
   * which number that is known.
   */
  told(to: Leaf, type: string, from: Leaf | undefined): number;
  /** What was told by that number is now handled. */
  handled(told: number): void;
  /**
   * It, or what lives in it, has handled an event: its state may be another. `by` is the type of
   * the event, if it was by one of its own.
   */
  moved(actor: Leaf | LiveChart, by: string | undefined): void;
  /** It has come, is in another part of its life, or is no more. */
  changed(actor: Child | LiveChart): void;
}
