import { type Backoff, backoffMs } from './backoff.ts';

/** The vocabulary is that of Erlang/OTP's supervisor behaviour. */
export type Strategy = 'oneForOne' | 'oneForAll' | 'restForOne';
export type RestartType = 'permanent' | 'transient' | 'temporary';

export interface RestartPolicy {
  readonly restart: RestartType;
  /** A child that would be restarted more often than this within `windowMs` escalates instead. */
  readonly restartsMax: number;
  readonly windowMs: number;
  readonly backoff: Backoff;
  /** A child that ran this long has recovered: its next failure starts the backoff afresh. */
  readonly stableAfterMs: number;
}

/** What a supervisor remembers of a child. Times are monotonic milliseconds. */
export interface RestartHistory {
  /** When it was restarted, oldest first; never more than `restartsMax` entries. */
  readonly restartsAtMs: readonly number[];
  /** Failures in a row without a stable run between them. */
  readonly attempt: number;
  readonly startedAtMs: number;
}

export const NO_HISTORY: RestartHistory = { restartsAtMs: [], attempt: 0, startedAtMs: 0 };

export type Verdict =
  | { decision: 'remove'; because: string }
  | { decision: 'escalate'; because: string }
  | { decision: 'restart'; because: string; delayMs: number; history: RestartHistory };

/** What a supervisor does about a child that ended by itself. `draw` is uniform in [0, 1). */
export function judge(
  ended: 'failed' | 'finished',
  policy: RestartPolicy,
  history: RestartHistory,
  nowMs: number,
  draw: number,
): Verdict {
  if (policy.restart === 'temporary') {
    return { decision: 'remove', because: 'a temporary child is never restarted' };
  }
  if (policy.restart === 'transient' && ended === 'finished') {
    return { decision: 'remove', because: 'a transient child that finished has done its work' };
  }
  const recent = history.restartsAtMs.filter((atMs) => nowMs - atMs < policy.windowMs);
  if (recent.length >= policy.restartsMax) {
    const spent = `${recent.length} of ${policy.restartsMax} restarts within ${policy.windowMs} ms`;
    return { decision: 'escalate', because: `${spent} are spent` };
  }
  const stable = nowMs - history.startedAtMs >= policy.stableAfterMs;
  const attempt = stable ? 0 : history.attempt;
  return {
    decision: 'restart',
    because: `a ${policy.restart} child that ${ended} is restarted`,
    delayMs: backoffMs(policy.backoff, attempt, draw),
    history: {
      restartsAtMs: [...recent, nowMs],
      attempt: attempt + 1,
      startedAtMs: history.startedAtMs,
    },
  };
}

/** The siblings that go down with `failed`, in start order, itself included. */
export function affectedBy<Child>(
  strategy: Exclude<Strategy, 'oneForOne'>,
  inStartOrder: readonly Child[],
  failed: Child,
): readonly Child[] {
  return strategy === 'oneForAll' ? inStartOrder : inStartOrder.slice(inStartOrder.indexOf(failed));
}
