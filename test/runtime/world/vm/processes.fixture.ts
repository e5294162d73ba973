import { readdirSync, readFileSync } from 'node:fs';

/** One that the system knows. `since` tells it from a later one of the same number. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  readonly since: string;
}

function processOf(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '?', parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(parent), state, since: rest[17] ?? '?' };
  } catch {
    return undefined;
  }
}

/** All below this one, zombies too. */
export function descendantsOf(ancestor: number): readonly Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processOf(Number(name)) ?? []);
  const found: Process[] = [];
  for (let next = [ancestor]; next.length > 0; ) {
    const children = all.filter(({ parent }) => next.includes(parent));
    found.push(...children);
    next = children.map(({ pid }) => pid);
  }
  return found;
}

/** Whether it still runs: a zombie whom nobody waits for does not. */
export function isRunning({ pid, since }: Process): boolean {
  const now = processOf(pid);
  return now !== undefined && now.since === since && !/[ZX]/.test(now.state);
}
