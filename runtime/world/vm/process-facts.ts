import { readdir, readFile, readlink } from 'node:fs/promises';
import type { VmUsage } from '../../../actors/vm-drivers.ts';

const namespaces = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'] as const;
const sets = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'] as const;
/** Linux says so of every machine it runs on, to programs. */
const MS_PER_TICK = 10;

/** A file of what the system says of a process. */
export const factOf = (pid: number, name: string): Promise<string> =>
  readFile(`/proc/${pid}/${name}`, 'utf8');

/** As `kind:[number]`, sorted by kind. */
export const namespacesOf = (pid: number | 'self'): Promise<readonly string[]> =>
  Promise.all(namespaces.map((kind) => readlink(`/proc/${pid}/ns/${kind}`)));

/** Those of a process that are ours too, as above; `none` if all are its own. */
export const sharedOf = (its: readonly string[], ours: readonly string[]): string =>
  its.filter((one) => ours.includes(one)).join(' ') || 'none';

/** A line of /proc/PID/status. */
export const fieldOf = (status: string, name: string): string =>
  new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)?.[1]?.replace(/\s+/g, ' ').trim() ?? '?';

/** Whether a process has any privileges of root, or could come by some. */
export const capabilitiesOf = (status: string): 'none' | 'some' =>
  sets.every((set) => /^0+$/.test(fieldOf(status, set))) ? 'none' : 'some';

/** `soft:hard` of a limit, of /proc/PID/limits. */
export function limitOf(limits: string, name: string): string {
  const [, soft = '?', hard = '?'] = new RegExp(`^Max ${name}\\s+(\\S+)\\s+(\\S+)`, 'm').exec(
    limits,
  ) ?? ['', '?', '?'];
  return `${soft}:${hard}`;
}

/** Both of a limit, as above. */
export const both = (limit: number): string => `${limit}:${limit}`;

/** The descriptors of a process and where they lead, as `number place`, in order. */
export async function descriptorsOf(pid: number): Promise<readonly string[]> {
  const numbers = (await readdir(`/proc/${pid}/fd`)).sort((a, b) => Number(a) - Number(b));
  const places = await Promise.all(
    numbers.map((at) => readlink(`/proc/${pid}/fd/${at}`).catch(() => undefined)),
  );
  // One that was closed meanwhile leads nowhere.
  return numbers.flatMap((at, nth) => (places[nth] === undefined ? [] : `${at} ${places[nth]}`));
}

const HARMLESS =
  /^(\/dev\/(null|kvm)|anon_inode:(\[(eventpoll|eventfd|signalfd|io_uring)\]|kvm-.*))$/;

/**
 * Those that lead anywhere but to nothing, to itself, or, by one of `sockets`, to us; `none` if
 * there is none. A pipe of its own has both of its ends there.
 */
export function strayOf(descriptors: readonly string[], sockets: readonly number[]): string {
  const open = descriptors.map((one) => one.split(' '));
  const isKnown = ([at, place = '']: readonly string[]): boolean =>
    HARMLESS.test(place) ||
    (place.startsWith('socket:') && sockets.includes(Number(at))) ||
    (place.startsWith('pipe:') && open.filter(([, other]) => other === place).length > 1);
  return (
    open
      .filter((one) => !isKnown(one))
      .flat()
      .join(' ') || 'none'
  );
}

/** The names of its network devices, of /proc/PID/net/dev. */
export const devicesOf = (netDev: string): string =>
  [...netDev.matchAll(/^\s*([^\s|]+):/gm)].map(([, name]) => name).join(' ');

/** Of a process with all its threads; memory is what is its own, not of files that it shares. */
export async function usageOf(pid: number): Promise<VmUsage> {
  const [stat, status] = await Promise.all([factOf(pid, 'stat'), factOf(pid, 'status')]);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const anonymousKiB = /^RssAnon:\s*(\d+) kB$/m.exec(status)?.[1];
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
    memoryBytes: Number(anonymousKiB ?? 0) * 1024,
  };
}
