import type { Happened } from '../../actors/world.ts';

/** A fact, and when it was told; wall clocks jump. */
export interface Told {
  readonly atMs: number;
  readonly fact: Happened;
}

export interface Window {
  readonly restartsMax: number;
  readonly windowMs: number;
}

/** How long a child waits for its restarts, and how long it must run for that to begin afresh. */
export const BACKOFF = { backoff: { minMs: 10, maxMs: 500, factor: 2 }, stableAfterMs: 1_000 };

/** Restarts that somebody wished for are outside of every budget. */
export const WISH = 'the workload wants it';

const isVerdict = ({ fact: { type, data } }: Told): boolean =>
  type === 'supervisor.decided' && data.decision === 'restart' && data.because !== WISH;

/** The first child that its own failures restart more often than its window allows, or less. */
export function beyondWindow(
  told: readonly Told[],
  windowOf: (path: string) => Window | undefined,
) {
  const restartsAtMs = new Map<string, number[]>();
  for (const each of told) {
    const { fact, atMs } = each;
    const { type, subject = '' } = fact;
    // All below a supervisor that gives up begin afresh.
    if (type === 'supervisor.escalated') {
      for (const path of restartsAtMs.keys()) if (isBelow(path, subject)) restartsAtMs.delete(path);
    }
    const window = windowOf(subject);
    if (type !== 'supervisor.decided' || window === undefined) continue;
    const recent = (restartsAtMs.get(subject) ?? []).filter((ms) => atMs - ms < window.windowMs);
    if (fact.data.decision === 'escalate' && recent.length < window.restartsMax) {
      return `${subject} is given up after ${recent.length} restarts in ${window.windowMs} ms`;
    }
    if (!isVerdict(each)) continue;
    restartsAtMs.set(subject, [...recent, atMs]);
    if (recent.length < window.restartsMax) continue;
    return `${subject} is restarted ${recent.length + 1} times in ${window.windowMs} ms`;
  }
  return undefined;
}

/** The first actor that is to wait longer for its restart than its failures in a row ask for. */
export function beyondBackoff(told: readonly Told[]): string | undefined {
  const { backoff, stableAfterMs } = BACKOFF;
  const failures = new Map<string, number>();
  /** Not of those that went down since: whoever fails as it starts is not told to have started. */
  const startedAtMs = new Map<string, number>();
  for (const each of told) {
    const { fact, atMs } = each;
    const { type, subject = '', data } = fact;
    if (type === 'actor.started' || type === 'actor.restarted') startedAtMs.set(subject, atMs);
    if (type === 'supervisor.escalated') {
      for (const path of failures.keys()) if (isBelow(path, subject)) failures.delete(path);
    }
    if (type === 'supervisor.restarted') {
      for (const path of startedAtMs.keys()) if (isBelow(path, subject)) startedAtMs.delete(path);
    }
    if (type !== 'supervisor.decided') continue;
    if (isVerdict(each)) {
      const ranMs = atMs - (startedAtMs.get(subject) ?? atMs);
      const inRow = ranMs >= stableAfterMs ? 0 : (failures.get(subject) ?? 0);
      failures.set(subject, inRow + 1);
      const ceilingMs = Math.min(backoff.maxMs, backoff.minMs * backoff.factor ** inRow);
      if (Number(data.delayMs) > ceilingMs) {
        return `${subject} waits ${data.delayMs} ms after ${inRow} failures in a row`;
      }
    }
    const above = subject.slice(0, subject.lastIndexOf('/') + 1);
    for (const id of Array.from(Object(data.affected))) startedAtMs.delete(`${above}${id}`);
  }
  return undefined;
}

const isBelow = (path: string, above: string): boolean => path.startsWith(`${above}/`);

/** What comes back by decision of supervisors keeps to the budget of the runtime. */
export function beyondBudget(
  told: readonly Told[],
  { restartsBurst, restartsPerSecond }: { restartsBurst: number; restartsPerSecond: number },
): string | undefined {
  const budgeted = new Set(told.filter(isVerdict).map(({ fact: { id } }) => id));
  const cameAtMs = told
    .filter(({ fact }) => fact.type.endsWith('.restarted'))
    .filter(({ fact: { causationid = '' } }) => budgeted.delete(causationid))
    .map(({ atMs }) => atMs);
  for (const fromMs of cameAtMs) {
    const within = cameAtMs.filter((atMs) => atMs >= fromMs && atMs <= fromMs + 1_000).length;
    // Facts name whole milliseconds, so a span of a second may hold one more.
    if (within > restartsBurst + restartsPerSecond + 1) return `${within} restarts within a second`;
  }
  return undefined;
}
