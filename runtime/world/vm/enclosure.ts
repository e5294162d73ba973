import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { clock } from '../clock.ts';
import { inheritedDescriptors } from './inherited.ts';

/** Whom a jail is for when we are root. Nothing on the machine may be this user's. */
export const JAIL_UID = 64_001;

/** What setpriv makes of root first: bubblewrap, started as root, leaves its guest root outside. */
export const asNobody: readonly string[] = [
  ...[`--reuid=${JAIL_UID}`, `--regid=${JAIL_UID}`, '--clear-groups', '--no-new-privs'],
];

/** What bubblewrap makes of whoever is inside: alone, without privileges, gone when we are. */
export const enclosed = (host: string): readonly string[] => [
  '--unshare-all',
  '--unshare-user',
  '--disable-userns',
  ...['--uid', '65534', '--gid', '65534', '--hostname', host],
  '--die-with-parent',
  '--new-session',
  ...['--cap-drop', 'ALL'],
  '--clearenv',
];

type Descriptor = 'pipe' | 'ignore' | number;

/**
 * Starts a jail, with these descriptors and nothing else of ours; and in a session of its own, for
 * who ends this process from a terminal has not ended what is at work in it.
 * @throws {Error} if no descriptor is left for it: Node makes no streams then, and says why later.
 */
export function spawnJail(command: readonly string[], stdio: readonly Descriptor[]): ChildProcess {
  const [program = '', ...args] = command;
  const inherited = inheritedDescriptors();
  const nothing = inherited.length > 0 ? openSync('/dev/null', 'r') : undefined;
  const all = nothing === undefined ? [...stdio] : covered(stdio, inherited, nothing);
  const child = spawn(program, args, { stdio: all, env: {}, detached: true });
  if (nothing !== undefined) closeSync(nothing);
  if (Reflect.get(child, 'stdio') !== undefined) return child;
  child.once('error', () => {});
  throw new Error('no descriptor is left for a jail');
}

/** What it would inherit leads to nothing. Trap: from 3 on, what is ignored is inherited. */
function covered(
  stdio: readonly Descriptor[],
  open: readonly number[],
  nothing: number,
): Descriptor[] {
  const all = [...stdio];
  for (const descriptor of open) {
    while (all.length < descriptor) all.push('ignore');
    if (descriptor === all.length) all.push(nothing);
  }
  return all;
}

export function childrenOf(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return children.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

export const parentOf = (pid: number): number | undefined => {
  const parent = statOf(pid)?.[1];
  return parent === undefined ? undefined : Number(parent);
};

/** From its state on, as proc(5) has it; undefined if it is over. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** At once; nothing if it is over already. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'ESRCH') throw error;
  }
}

interface Killable {
  readonly pid?: number | undefined;
  /** Whether it was still there. */
  kill(signal: 'SIGSTOP' | 'SIGKILL'): boolean;
}

/** So often it is looked at, a millisecond apart or more, whether bubblewrap has stopped. */
const LOOKS_MAX = 5_000;

/**
 * Kills bubblewrap on its way. Trap: until it has told its child to go on, that child would wait
 * for ever, whoever dies: so it is stopped, lest it start one meanwhile, and the child goes first.
 * It stops once it is out of the system call that it is in, which may be the one that starts it.
 */
export function killStarting(bubblewrap: Killable, looks = 1): void {
  const { pid } = bubblewrap;
  if (pid === undefined || !bubblewrap.kill('SIGSTOP')) return;
  if (statOf(pid)?.[0] !== 'T' && looks < LOOKS_MAX) {
    clock.after(1, () => killStarting(bubblewrap, looks + 1));
    return;
  }
  for (const child of childrenOf(pid)) kill(child);
  bubblewrap.kill('SIGKILL');
}
