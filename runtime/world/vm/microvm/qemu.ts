import { asNobody, enclosed } from '../enclosure.ts';
import { findProgram } from '../programs.ts';

const names = ['setpriv', 'prlimit', 'bwrap', 'qemu-system-x86_64'] as const;

/** Where each of them is. */
export type Programs = Readonly<Record<(typeof names)[number], string>>;

/** The programs, or the name of one that is missing. */
export async function findPrograms(): Promise<Programs | string> {
  const found = await Promise.all(names.map(findProgram));
  const [setpriv, prlimit, bwrap, qemu] = found;
  if (setpriv && prlimit && bwrap && qemu) {
    return { setpriv, prlimit, bwrap, 'qemu-system-x86_64': qemu };
  }
  return names[found.indexOf(undefined)] ?? '';
}

export interface Hardware {
  /** All that the machine has: its kernel, its files, its agent, its program. */
  readonly memoryMib: number;
  readonly accel: 'kvm' | 'tcg';
}

/** The descriptors that QEMU is started with. */
export const fds = { line: 3, epitaph: 4, qmp: 5, info: 6, first: 7, second: 8, third: 9 } as const;

/**
 * A machine without a disk, a network, a screen, a bus. Its clock stands at 2000 until it is told
 * better, so that OpenSSL in it finds its own seed decades old, and draws anew.
 */
export function machineArguments({ memoryMib, accel }: Hardware): readonly string[] {
  return [
    ...['-M', 'microvm,acpi=off,pit=on,pic=on,rtc=on'],
    ...['-accel', accel === 'kvm' ? 'kvm' : 'tcg,thread=single,tb-size=32'],
    ...['-cpu', 'max', '-smp', '1', '-m', `${memoryMib}M`, '-rtc', 'base=2000-01-01T00:00:00'],
    ...['-nodefaults', '-no-user-config', '-L', '/usr/share/qemu', '-L', '/usr/share/seabios'],
    ...['-display', 'none', '-no-reboot'],
    '-sandbox',
    'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
    ...['-chardev', `socket,id=line,fd=${fds.line}`, '-serial', 'chardev:line'],
    ...['-chardev', `socket,id=epitaph,fd=${fds.epitaph}`],
    ...['-device', 'isa-serial,chardev=epitaph,iobase=0x2f8,irq=3'],
    ...['-chardev', `socket,id=qmp,fd=${fds.qmp}`, '-mon', 'chardev=qmp,mode=control'],
  ];
}

const kernelCommandLine = (programMib: number): string =>
  [
    'reboot=t panic=-1 quiet loglevel=0 nokaslr mitigations=off random.trust_cpu=on',
    'no_timer_check audit=0 apparmor=0 selinux=0 cryptomgr.notests rcupdate.rcu_expedited=1',
    // What is free is zero, and takes no room in a snapshot.
    'init_on_alloc=0 init_on_free=1 pci=off 8250.nr_uarts=2 nr_cpus=1 tsc=nowatchdog',
    `memory_mib=${programMib}`,
  ].join(' ');

/** From the kernel and the initrd that it is given as descriptors. */
export const bootArguments = (programMib: number): readonly string[] => [
  ...['-kernel', `/proc/self/fd/${fds.first}`, '-initrd', `/proc/self/fd/${fds.second}`],
  ...['-append', kernelCommandLine(programMib)],
];

/** From a snapshot that it is given as a descriptor; it waits to be told to go on. */
export const restoreArguments = ['-S', '-incoming', `fd:${fds.first}`] as const;

const ADDRESS_SPACE_ABOVE_MIB = 1_024;

/**
 * The jail of the level below around it: no privileges, namespaces of its own, nothing to write to,
 * nothing of the host but libraries and firmware. It dies with whoever started it.
 */
export function jailed(programs: Programs, { memoryMib, accel }: Hardware): readonly string[] {
  const mebibyte = 1_048_576;
  const isRoot = process.getuid?.() === 0;
  return [
    programs.setpriv,
    ...(isRoot ? asNobody : ['--no-new-privs']),
    ...['--pdeathsig', 'KILL', '--', programs.bwrap],
    ...[...enclosed('vm'), '--as-pid-1', '--chdir', '/'],
    ...['/lib', '/lib64', '/usr/lib', '/usr/share/qemu', '/usr/share/seabios'].flatMap((path) => [
      '--ro-bind-try',
      path,
      path,
    ]),
    ...['--ro-bind', programs.prlimit, '/prlimit'],
    ...['--ro-bind', programs['qemu-system-x86_64'], '/qemu'],
    ...['--proc', '/proc', '--ro-bind', '/proc/sys', '/proc/sys', '--dev', '/dev'],
    ...(accel === 'kvm' ? ['--dev-bind', '/dev/kvm', '/dev/kvm'] : []),
    ...['--remount-ro', '/dev', '--remount-ro', '/', '--info-fd', `${fds.info}`, '--'],
    // Trap: set outside, the processes of all jails would count together.
    ...['/prlimit', '--core=0', '--nofile=128', '--nproc=64', '--fsize=0'],
    ...[`--as=${(memoryMib + ADDRESS_SPACE_ABOVE_MIB) * mebibyte}`, '--', '/qemu'],
  ];
}
