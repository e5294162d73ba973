import type { Happened } from '../../actors/world.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Retired } from './audit-keys.ts';

export interface Promised {
  readonly n: number;
  readonly index: number;
  readonly atMs: number;
}

/** Records that are held, or were shredded, as somebody was promised at that time. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly atMs: number;
}

/** What nobody may forget, whoever crashes. */
export interface Memory {
  readonly promised: Promised[];
  /** The checkpoints that were given out. */
  readonly anchors: string[];
  next: number;
  /** In every fourth run: what is shredded cannot be counted. */
  readonly mayShred: boolean;
  /** By name; one that is being released counts no more. */
  readonly holds: Map<string, Span>;
  readonly shredded: Span[];
  readonly retired: Retired[];
  isolatedAtMs: number | undefined;
  /** When the last process was seen alive. */
  diedAtMs: number;
}

export interface State {
  readonly runtime: Runtime;
  readonly facts: Happened[];
  readonly bornAtMs: number;
  /** Appends that were not answered yet. */
  readonly waiting: Set<number>;
  problem: string | undefined;
  isLookedAt: boolean;
}
