import type { Child } from './child.ts';
import type { Leaf } from './leaf.ts';
import type { LiveChart } from './live-charts.ts';

/** Hears of all that happens at the doors of actors, on the stack of it. It may not throw. */
export interface Onlooker {
  /** `to` has taken an event in; `from` is the actor whose code told it, if one's did. */
  told(to: Leaf, type: string, from: Leaf | undefined): void;
  /** It, or what lives in it, has handled an event: its state may be another. */
  moved(actor: Leaf | LiveChart): void;
  /** It has come, is in another part of its life, or is no more. */
  changed(actor: Child | LiveChart): void;
}
