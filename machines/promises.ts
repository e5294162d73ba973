import type { AuditMode } from './audit.machine.ts';
import type { IsolationMode } from './isolation.machine.ts';
import { type Isolation, isAsStrong, isolations } from './isolation.ts';
import type { LoadMode } from './load.machine.ts';
import type { RouteMode } from './route.machine.ts';

/** How far each part has stepped down. */
export interface Combination {
  readonly audit: Exclude<AuditMode, 'closed'>;
  readonly isolation: IsolationMode;
  readonly route: RouteMode;
  readonly load: LoadMode;
}

/** The modes of each chart, best first. */
export const modesOf = {
  audit: ['readWrite', 'spooling', 'readOnly', 'failed'],
  isolation: ['microvm', 'process', 'isolate', 'refusing'],
  route: ['mesh', 'direct', 'isolated'],
  load: ['normal', 'pressured', 'shedding'],
} as const satisfies { [Chart in keyof Combination]: readonly Combination[Chart][] };

/** What holds at the least. */
export interface Promises {
  readonly reads: 'served';
  /** Calls and methods of effect `write`. */
  readonly writes: 'served' | 'refused';
  /** Decisions that widen what somebody may: they wait for their record, or are refused. */
  readonly widening: 'recorded first' | 'refused' | 'recorded first or refused';
  /** Those that narrow or protect act at once in any mode: what becomes of their record. */
  readonly narrowing: 'recorded' | 'kept aside' | 'kept aside or counted';
  /** An acknowledged record is lost in no mode. */
  readonly acknowledged: 'kept';
  /** The floors of sandboxed methods that are served, without effects and with effects. */
  readonly sandboxedReads: readonly Isolation[];
  readonly sandboxedWrites: readonly Isolation[];
  /** How a request gets to a peer; with no link it waits until its deadline. */
  readonly requests: 'over links and through others' | 'over links' | 'wait for a link';
  readonly strangers: 'let in' | 'let in after work';
  /** Whoever is granted a level stays. */
  readonly letGo: 'nobody' | 'the least trusted';
}

/** Low on space alone, a log that is read-only still takes records. */
const widenings = {
  readWrite: 'recorded first',
  spooling: 'refused',
  readOnly: 'recorded first or refused',
  failed: 'refused',
} as const;

const narrowings = {
  readWrite: 'recorded',
  spooling: 'kept aside',
  readOnly: 'kept aside or counted',
  failed: 'kept aside or counted',
} as const;

const ways = {
  mesh: 'over links and through others',
  direct: 'over links',
  isolated: 'wait for a link',
} as const;

const kept = (isolation: IsolationMode): readonly Isolation[] =>
  isolation === 'refusing' ? [] : isolations.filter((each) => isAsStrong(isolation, each));

/** What is still promised while the four charts stand so. */
export function promisesOf({ audit, isolation, route, load }: Combination): Promises {
  const isWriting = audit === 'readWrite' || audit === 'spooling';
  return {
    reads: 'served',
    writes: isWriting ? 'served' : 'refused',
    widening: widenings[audit],
    narrowing: narrowings[audit],
    acknowledged: 'kept',
    sandboxedReads: kept(isolation),
    sandboxedWrites: isWriting ? kept(isolation) : [],
    requests: ways[route],
    strangers: load === 'normal' ? 'let in' : 'let in after work',
    letGo: load === 'shedding' ? 'the least trusted' : 'nobody',
  };
}
