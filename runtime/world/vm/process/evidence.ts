import { readdir, stat } from 'node:fs/promises';
import {
  both,
  capabilitiesOf,
  descriptorsOf,
  devicesOf,
  factOf,
  fieldOf,
  limitOf,
  namespacesOf,
  sharedOf,
  strayOf,
} from '../process-facts.ts';
import type { JailLimits } from './jail.ts';

/** What it complains on, and what it is told and says. */
const SOCKETS = [2, 3];

/** What was asked for, to be found again. */
export interface Sought {
  readonly uid: number;
  /** On this machine: what the program inside is. */
  readonly executable: string;
  readonly commandLine: readonly string[];
  readonly limits: JailLimits;
  /** Where something is mounted inside, besides the root. */
  readonly mounts: readonly string[];
  readonly isFiltered: boolean;
}

export interface Findings {
  readonly found: Readonly<Record<string, string | number | boolean>>;
  /** What is not as it was sought; empty if all is. */
  readonly amiss: readonly string[];
}

/** What the system says of a process, as text. */
export interface ProcessFacts {
  readonly status: string;
  readonly limits: string;
  readonly mountinfo: string;
  readonly netDev: string;
  readonly commandLine: string;
  /** `device:inode` of what it runs. */
  readonly executable: string;
  /** As `kind:[number]`, sorted by kind. */
  readonly namespaces: readonly string[];
  readonly children: string;
  /** As `number place`. */
  readonly descriptors: readonly string[];
}

const identityOf = async (path: string): Promise<string> => {
  const { dev, ino } = await stat(path);
  return `${dev}:${ino}`;
};

async function childrenOfThreads(pid: number): Promise<string> {
  const threads = await readdir(`/proc/${pid}/task`);
  const each = threads.map((id) => factOf(pid, `task/${id}/children`));
  return (await Promise.all(each)).join('').trim();
}

export async function readFacts(pid: number): Promise<ProcessFacts> {
  const [status, limits, mountinfo, netDev, commandLine] = await Promise.all(
    ['status', 'limits', 'mountinfo', 'net/dev', 'cmdline'].map((name) => factOf(pid, name)),
  );
  return {
    status: status ?? '',
    limits: limits ?? '',
    mountinfo: mountinfo ?? '',
    netDev: netDev ?? '',
    commandLine: commandLine ?? '',
    executable: await identityOf(`/proc/${pid}/exe`),
    namespaces: await namespacesOf(pid),
    children: await childrenOfThreads(pid),
    descriptors: await descriptorsOf(pid),
  };
}

/** Of each mount: where it is, and whether nothing can be written there. */
function mountsOf(mountinfo: string): readonly { readonly path: string; readonly isRo: boolean }[] {
  return mountinfo
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map((fields) => ({
      path: fields[4] ?? '?',
      isRo: (fields[5] ?? '').split(',').includes('ro'),
    }));
}

/** Compares what the system says with what was asked for. */
export function judge(
  facts: ProcessFacts,
  sought: Sought,
  outside: { readonly executable: string; readonly namespaces: readonly string[] },
): Findings {
  const four = (id: number): string => Array(4).fill(id).join(' ');
  const mounts = mountsOf(facts.mountinfo);
  const { dataBytesMax, addressBytesMax, processesMax, filesMax } = sought.limits;
  const rows: readonly (readonly [name: string, found: string, sought: string])[] = [
    ['uid', fieldOf(facts.status, 'Uid'), four(sought.uid)],
    ['gid', fieldOf(facts.status, 'Gid').split(' ').includes('0') ? '0' : 'not 0', 'not 0'],
    ['capabilities', capabilitiesOf(facts.status), 'none'],
    ['noNewPrivs', fieldOf(facts.status, 'NoNewPrivs'), '1'],
    ['seccomp', fieldOf(facts.status, 'Seccomp'), sought.isFiltered ? '2' : '0'],
    ['sharedNamespaces', sharedOf(facts.namespaces, outside.namespaces), 'none'],
    ['networkDevices', devicesOf(facts.netDev), 'lo'],
    [
      'writableMounts',
      mounts
        .filter(({ isRo }) => !isRo)
        .map(({ path }) => path)
        .join(' '),
      '',
    ],
    [
      'mounts',
      mounts
        .map(({ path }) => path)
        .sort()
        .join(' '),
      ['/', ...sought.mounts].sort().join(' '),
    ],
    ['children', facts.children, ''],
    ['strayDescriptors', strayOf(facts.descriptors, SOCKETS), 'none'],
    ['executable', facts.executable, outside.executable],
    ['commandLine', facts.commandLine, sought.commandLine.map((one) => `${one}\0`).join('')],
    ['dataBytesMax', limitOf(facts.limits, 'data size'), both(dataBytesMax)],
    ['addressBytesMax', limitOf(facts.limits, 'address space'), both(addressBytesMax)],
    ['processesMax', limitOf(facts.limits, 'processes'), both(processesMax)],
    ['filesMax', limitOf(facts.limits, 'open files'), both(filesMax)],
    ['fileBytesMax', limitOf(facts.limits, 'file size'), both(0)],
    ['coreBytesMax', limitOf(facts.limits, 'core file size'), both(0)],
  ];
  return {
    found: {
      ...Object.fromEntries(
        rows.map(([name, found]) => [name, found.replaceAll('\0', ' ').trim()]),
      ),
      namespaces: facts.namespaces.join(' '),
    },
    amiss: rows
      .filter(([, found, wanted]) => found !== wanted)
      .map(([name, found, wanted]) => `${name} is "${found}", not "${wanted}"`),
  };
}

/** Reads back what is in force for a process in a jail. */
export async function findEvidence(pid: number, sought: Sought): Promise<Findings> {
  const [facts, executable, ours] = await Promise.all([
    readFacts(pid),
    identityOf(sought.executable),
    namespacesOf('self'),
  ]);
  return judge(facts, sought, { executable, namespaces: ours });
}
