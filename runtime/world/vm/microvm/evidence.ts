import { JAIL_UID } from '../enclosure.ts';
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
import type { Machine } from './machine.ts';
import { fds, type Hardware } from './qemu.ts';

/** What it complains on, and what we are at the other end of. */
const SOCKETS = [2, fds.line, fds.epitaph, fds.qmp];

type Found = Readonly<Record<string, string | number | boolean>>;

/** What holds a QEMU, as /proc has it, and what it holds, as it says itself. */
export async function readEvidence(machine: Machine, { memoryMib }: Hardware): Promise<Found> {
  const pid = await machine.pid;
  const [status = '', limits = '', network = ''] = await Promise.all(
    ['status', 'limits', 'net/dev'].map((name) => factOf(pid, name)),
  );
  const { enabled } = Object(await machine.qmp.run('query-kvm'));
  const { 'base-memory': baseBytes } = Object(await machine.qmp.run('query-memory-size-summary'));
  const cards = await machine.qmp.run('query-rx-filter');
  return {
    accel: enabled === true ? 'kvm' : 'tcg',
    memoryMib: baseBytes === memoryMib * 1_048_576 ? memoryMib : -1,
    networkCards: Array.isArray(cards) ? cards.length : -1,
    uid: fieldOf(status, 'Uid'),
    gid: fieldOf(status, 'Gid'),
    groups: fieldOf(status, 'Groups'),
    capabilities: capabilitiesOf(status),
    noNewPrivs: fieldOf(status, 'NoNewPrivs'),
    seccomp: fieldOf(status, 'Seccomp'),
    sharedNamespaces: sharedOf(await namespacesOf(pid), await namespacesOf('self')),
    strayDescriptors: strayOf(await descriptorsOf(pid), SOCKETS),
    networkDevices: devicesOf(network),
    addressSpaceBytesMax: limitOf(limits, 'address space'),
    fileBytesMax: limitOf(limits, 'file size'),
    coreBytesMax: limitOf(limits, 'core file size'),
  };
}

/** What of it is not as it has to be; undefined if it holds. */
export function doubtOf(found: Found, { memoryMib, accel }: Hardware): string | undefined {
  const uid = process.getuid?.() === 0 ? JAIL_UID : process.getuid?.();
  const expected: Found = {
    accel,
    memoryMib,
    networkCards: 0,
    uid: `${uid} ${uid} ${uid} ${uid}`,
    capabilities: 'none',
    noNewPrivs: '1',
    seccomp: '2',
    sharedNamespaces: 'none',
    strayDescriptors: 'none',
    networkDevices: 'lo',
    fileBytesMax: both(0),
    coreBytesMax: both(0),
  };
  const wrong = Object.keys(expected).find((name) => found[name] !== expected[name]);
  if (wrong === undefined) return undefined;
  return `${wrong} is ${found[wrong]}, and should be ${expected[wrong]}`;
}
