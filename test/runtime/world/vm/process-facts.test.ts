import { closeSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  capabilitiesOf,
  descriptorsOf,
  devicesOf,
  factOf,
  fieldOf,
  limitOf,
  namespacesOf,
  sharedOf,
  strayOf,
  usageOf,
} from '../../../../runtime/world/vm/process-facts.ts';
import { temporaryDirectory } from '../../../storage/disk.ts';

describe('what the system says of a process', () => {
  it('is its fields, limits and devices', () => {
    expect(fieldOf('Name:\tnode\nUid:\t1\t1\t1\t1\n', 'Uid')).toBe('1 1 1 1');
    expect(fieldOf('Groups:\t\nSeccomp:\t2\n', 'Groups')).toBe('');
    expect(fieldOf('', 'Uid')).toBe('?');
    const limits = 'Max data size   1   unlimited   bytes\n';
    expect([limitOf(limits, 'data size'), limitOf(limits, 'open files')]).toEqual([
      '1:unlimited',
      '?:?',
    ]);
    expect(devicesOf('Inter-|   Receive\n face |bytes\n    lo: 0\n  eth0: 0\n')).toBe('lo eth0');
  });

  it('is no privileges only if all sets say so', () => {
    const none = ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'].map((set) => `Cap${set}:\t0000000000000000`);
    expect(capabilitiesOf(none.join('\n'))).toBe('none');
    for (const [at, line] of none.entries()) {
      const some = none.with(at, line.replace('00000000', '00200000'));
      expect(capabilitiesOf(some.join('\n'))).toBe('some');
      expect(capabilitiesOf(none.toSpliced(at, 1).join('\n'))).toBe('some');
    }
  });

  it('is which namespaces it shares with us', async () => {
    const ours = await namespacesOf('self');
    expect(ours.map((one) => one.replace(/\[.*/, ''))).toEqual([
      'cgroup:',
      'ipc:',
      'mnt:',
      'net:',
      'pid:',
      'user:',
      'uts:',
    ]);
    expect(sharedOf(ours, ours)).toBe(ours.join(' '));
    expect(sharedOf(['net:[1]'], ['net:[2]'])).toBe('none');
  });

  it('is where its descriptors lead, and which of them nobody should have', async () => {
    const directory = temporaryDirectory();
    const file = openSync(directory, 'r');
    expect(await descriptorsOf(process.pid)).toContain(`${file} ${directory}`);
    closeSync(file);
    const known = [
      ...['0 /dev/null', '2 socket:[5]', '4 anon_inode:[eventpoll]', '5 anon_inode:kvm-vm'],
      ...['6 pipe:[7]', '7 pipe:[7]'],
    ];
    expect(strayOf(known, [2])).toBe('none');
    expect(strayOf([...known, '8 pipe:[8]', '9 socket:[5]', '10 /etc/shadow'], [2])).toBe(
      '8 pipe:[8] 9 socket:[5] 10 /etc/shadow',
    );
  });

  it('is what it takes', async () => {
    expect(await factOf(process.pid, 'cmdline')).toContain('node');
    const { cpuMs, memoryBytes } = await usageOf(process.pid);
    expect(memoryBytes).toBeGreaterThan(2 ** 20);
    expect(cpuMs).toBeGreaterThan(0);
  });
});
