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

/** Restarts that somebody wished for are outside of every budget. */
export const WISH = 'the workload wants it';

const isVerdict = ({ fact: { type, data } }: Told): boolean =>
  type === 'supervisor.decided' && data.decision === 'restart' && data.because !== WISH;

/** The first child that was restarted for its own failures more often than its window allows. */
export function beyondWindow(
  told: readonly Told[],
  windowOf: (path: string) => Window | undefined,
) {
  const restartsAtMs = new Map<string, number[]>();
  for (const each of told) {
    const { fact, atMs } = each;
    const { type, subject = '' } = fact;
    // All below a supervisor that is back begin afresh.
    if (type === 'supervisor.restarted') {
      for (const path of restartsAtMs.keys()) {
        if (path.startsWith(`${subject}/`)) restartsAtMs.delete(path);
      }
    }
    const window = windowOf(subject);
    if (!isVerdict(each) || window === undefined) continue;
    const recent = (restartsAtMs.get(subject) ?? []).filter((ms) => atMs - ms < window.windowMs);
    restartsAtMs.set(subject, [...recent, atMs]);
    if (recent.length < window.restartsMax) continue;
    return `${subject} is restarted ${recent.length + 1} times in ${window.windowMs} ms`;
  }
  return undefined;
}

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
