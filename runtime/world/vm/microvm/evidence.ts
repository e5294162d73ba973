import { readFile, readlink } from 'node:fs/promises';
import type { Machine } from './machine.ts';
import { type Hardware, JAILED_UID } from './qemu.ts';

const namespaces = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'] as const;

type Found = Readonly<Record<string, string | number | boolean>>;

/** What holds a QEMU, as /proc has it, and what it holds, as it says itself. */
export async function readEvidence(machine: Machine, { memoryMib }: Hardware): Promise<Found> {
  const pid = await machine.pid;
  const fileOf = (name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, 'utf8');
  const [status, limits, network] = await Promise.all(['status', 'limits', 'net/dev'].map(fileOf));
  const field = (name: string): string =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status ?? '')?.[1]?.replaceAll('\t', ' ') ?? '';
  const limit = (name: string): string =>
    new RegExp(`^Max ${name} +\\S+ +(\\S+)`, 'm').exec(limits ?? '')?.[1] ?? '';
  const { enabled } = Object(await machine.qmp.run('query-kvm'));
  const { 'base-memory': baseBytes } = Object(await machine.qmp.run('query-memory-size-summary'));
  const cards = await machine.qmp.run('query-rx-filter');
  return {
    accel: enabled === true ? 'kvm' : 'tcg',
    memoryMib: baseBytes === memoryMib * 1_048_576 ? memoryMib : -1,
    networkCards: Array.isArray(cards) ? cards.length : -1,
    uid: field('Uid'),
    gid: field('Gid'),
    groups: field('Groups').trim(),
    capabilities: ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(field).join(' '),
    noNewPrivileges: field('NoNewPrivs') === '1',
    seccomp: field('Seccomp'),
    sharedNamespaces: await sharedNamespaces(pid),
    networkDevices: [...(network ?? '').matchAll(/^ *([^ |]+):/gm)]
      .map(([, name]) => name)
      .join(' '),
    addressSpaceBytesMax: limit('address space'),
    fileBytesMax: limit('file size'),
    coreBytesMax: limit('core file size'),
  };
}

/** What of it is not as it has to be; undefined if it holds. */
export function doubtOf(found: Found, { memoryMib, accel }: Hardware): string | undefined {
  const uid = process.getuid?.() === 0 ? JAILED_UID : process.getuid?.();
  const expected: Found = {
    accel,
    memoryMib,
    networkCards: 0,
    uid: `${uid} ${uid} ${uid} ${uid}`,
    capabilities: Array(5).fill('0'.repeat(16)).join(' '),
    noNewPrivileges: true,
    seccomp: '2',
    sharedNamespaces: '',
    networkDevices: 'lo',
    fileBytesMax: '0',
    coreBytesMax: '0',
  };
  const wrong = Object.keys(expected).find((name) => found[name] !== expected[name]);
  if (wrong === undefined) return undefined;
  return `${wrong} is ${found[wrong]}, and should be ${expected[wrong]}`;
}

async function sharedNamespaces(pid: number): Promise<string> {
  const isShared = await Promise.all(
    namespaces.map(
      async (name) =>
        (await readlink(`/proc/${pid}/ns/${name}`)) === (await readlink(`/proc/self/ns/${name}`)),
    ),
  );
  return namespaces.filter((_name, at) => isShared[at]).join(' ');
}
