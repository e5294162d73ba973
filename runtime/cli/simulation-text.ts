import type { Coverage } from '../sim/coverage.ts';
import type { Scenario } from '../sim/scenario.ts';
import type { TraceLine } from '../sim/trace.ts';

/** What was reached, a line each: machines, buggify sites, and what is sometimes so. */
export function reachText({ states, edges, missed, sites, sometimes }: Coverage): string[] {
  const machines = Object.entries(missed).map(([machine, { states: no, edges: never }]) => {
    const inStates = share(states[machine], no, 'states');
    return `${machine}: ${inStates}, ${share(edges[machine], never, 'transitions')}`;
  });
  const counted = Object.entries({ ...sites, ...sometimes });
  return [...machines, ...counted.map(([name, times]) => `${name}: ${timesText(times)}`)];
}

/** How many of all were reached; and which were not, if these are few. */
function share(reached: readonly string[] = [], missed: readonly string[], what: string): string {
  const counts = `${reached.length} of ${reached.length + missed.length} ${what}`;
  return missed.length === 0 || missed.length > 3 ? counts : `${counts} (not ${missed.join('; ')})`;
}

const timesText = (times: number): string => ['NEVER', 'once'][times] ?? `${times} times`;

/** What of a scenario came to nothing in its run, a line each. */
export function idleText(
  { faults, workload }: Scenario,
  trace: readonly TraceLine[],
  { isWorkloadRead }: { readonly isWorkloadRead: boolean },
): string[] {
  const told = trace.map((line) => (line.kind === 'fault' ? JSON.stringify(line.fault) : ''));
  const happened = new Set(told);
  const idle = faults.flatMap((fault, index) => {
    const text = JSON.stringify(fault);
    return happened.has(text) ? [] : [`scenario.faults.${index} never happened: ${text}`];
  });
  const isIdle = workload !== undefined && !isWorkloadRead;
  return isIdle
    ? [...idle, 'scenario.workload is ignored: only a playbook that is a function reads it']
    : idle;
}
