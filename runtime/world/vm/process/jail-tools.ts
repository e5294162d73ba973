import { execFile } from 'node:child_process';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { VmUnavailable } from '../../../../actors/vm-drivers.ts';
import { findProgram } from '../programs.ts';

const run = promisify(execFile);

/** The first to know `--disable-userns`. */
const BWRAP_VERSION_MIN = [0, 8] as const;

/** What a jail is made with: paths of programs. */
export interface JailTools {
  readonly bwrap: string;
  readonly bwrapVersion: string;
  readonly prlimit: string;
  /** If we are root: for bubblewrap, started as root, leaves its guest root outside. */
  readonly setpriv: string | undefined;
}

export const isUnavailable = <Here extends object>(
  found: Here | VmUnavailable,
): found is VmUnavailable => 'unavailable' in found;

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [majorMin, minorMin] = BWRAP_VERSION_MIN;
  return major > majorMin || (major === majorMin && minor >= minorMin);
}

/** Of what is asked for its version; undefined if it does not say one. */
async function versionOf(program: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, ['--version'], {
      signal,
      killSignal: 'SIGKILL',
      maxBuffer: 4096,
    });
    return /(\d+\.\d+(\.\d+)?)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

const installBwrap = 'apt-get install bubblewrap';

export async function findJailTools(signal: AbortSignal): Promise<JailTools | VmUnavailable> {
  const bwrap = await findProgram('bwrap');
  if (bwrap === undefined) return { unavailable: 'bubblewrap is not here', fix: installBwrap };
  const isRoot = process.getuid?.() === 0;
  const prlimit = await findProgram('prlimit');
  const setpriv = isRoot ? await findProgram('setpriv') : undefined;
  if (prlimit === undefined || (isRoot && setpriv === undefined)) {
    return { unavailable: 'prlimit or setpriv is not here', fix: 'apt-get install util-linux' };
  }
  const bwrapVersion = await versionOf(bwrap, signal);
  if (bwrapVersion === undefined) {
    return { unavailable: `${bwrap} does not say its version`, fix: installBwrap };
  }
  if (!isRecent(bwrapVersion)) {
    const wanted = BWRAP_VERSION_MIN.join('.');
    return { unavailable: `bubblewrap ${bwrapVersion} is older than ${wanted}`, fix: installBwrap };
  }
  return { bwrap, bwrapVersion, prlimit, setpriv };
}

/** True if anybody on this machine may run it: whom we drop to before the jail is made, too. */
export async function isOpenToAll(program: string): Promise<boolean> {
  const path = await realpath(program);
  for (let at = path; ; at = dirname(at)) {
    const { mode } = await stat(at);
    if ((mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** What keeps users from making namespaces, and the value at which it does. */
const switches = [
  ['kernel.unprivileged_userns_clone', '0', '1'],
  ['user.max_user_namespaces', '0', '10000'],
  ['kernel.apparmor_restrict_unprivileged_userns', '1', '0'],
] as const;

/** The command that lets namespaces be made, if they may not. */
export async function namespacesFix(): Promise<string | undefined> {
  for (const [name, off, on] of switches) {
    const value = await readFile(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').catch(() => on);
    if (value.trim() === off) return `sysctl -w ${name}=${on}`;
  }
  return undefined;
}
