import { describe, expect, it } from 'vitest';
import { judge, type ProcessFacts } from '../../../../../runtime/world/vm/process/evidence.ts';

const sought = {
  uid: 64_001,
  executable: '/usr/bin/node',
  commandLine: ['/node', '/agent.mjs'],
  limits: { dataBytesMax: 1000, addressBytesMax: 2000, processesMax: 16, filesMax: 64 },
  mounts: ['/node'],
  isFiltered: true,
};

const outside = { executable: '1:2', namespaces: ['mnt:[1]', 'net:[1]'] };

const sets = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'];

const facts: ProcessFacts = {
  status: [
    'Uid:\t64001\t64001\t64001\t64001',
    'Gid:\t64001\t64001\t64001\t64001',
    ...sets.map((set) => `${set}:\t0000000000000000`),
    'NoNewPrivs:\t1',
    'Seccomp:\t2',
  ].join('\n'),
  limits: [
    'Limit                     Soft Limit           Hard Limit           Units',
    'Max file size             0                    0                    bytes',
    'Max data size             1000                 1000                 bytes',
    'Max core file size        0                    0                    bytes',
    'Max address space         2000                 2000                 bytes',
    'Max processes             16                   16                   processes',
    'Max open files            64                   64                   files',
  ].join('\n'),
  mountinfo:
    '69 43 0:41 /newroot / ro,nosuid,nodev - tmpfs tmpfs rw\n' +
    '70 69 254:0 /usr/bin/node /node ro,nosuid,nodev - ext4 /dev/vda rw\n',
  netDev: 'Inter-|   Receive\n face |bytes\n    lo: 0 0\n',
  commandLine: '/node\0/agent.mjs\0',
  executable: '1:2',
  namespaces: ['mnt:[2]', 'net:[2]'],
  children: '',
  descriptors: ['0 /dev/null', '2 socket:[1]', '3 socket:[2]', '4 anon_inode:[eventpoll]'],
};

describe('evidence of a jail', () => {
  it('is what was found, if all is as it was sought', () => {
    expect(judge(facts, sought, outside)).toEqual({
      amiss: [],
      found: {
        uid: '64001 64001 64001 64001',
        gid: 'not 0',
        capabilities: 'none',
        noNewPrivs: '1',
        seccomp: '2',
        sharedNamespaces: 'none',
        networkDevices: 'lo',
        writableMounts: '',
        mounts: '/ /node',
        children: '',
        strayDescriptors: 'none',
        executable: '1:2',
        commandLine: '/node /agent.mjs',
        dataBytesMax: '1000:1000',
        addressBytesMax: '2000:2000',
        processesMax: '16:16',
        filesMax: '64:64',
        fileBytesMax: '0:0',
        coreBytesMax: '0:0',
        namespaces: 'mnt:[2] net:[2]',
      },
    });
  });

  const status = (from: string, to: string) => ({ status: facts.status.replace(from, to) });
  const limits = (from: string, to: string) => ({ limits: facts.limits.replace(from, to) });

  it.each<[string, Partial<ProcessFacts>]>([
    ['uid', status('Uid:\t64001\t64001', 'Uid:\t64001\t0')],
    ['gid', status('Gid:\t64001', 'Gid:\t0')],
    ...sets.map((set): [string, Partial<ProcessFacts>] => [
      'capabilities',
      status(`${set}:\t0000000000000000`, `${set}:\t0000000000200000`),
    ]),
    ['noNewPrivs', status('NoNewPrivs:\t1', 'NoNewPrivs:\t0')],
    ['seccomp', status('Seccomp:\t2', 'Seccomp:\t0')],
    ['seccomp', status('Seccomp:\t2', '')],
    ['sharedNamespaces', { namespaces: ['mnt:[2]', 'net:[1]'] }],
    ['networkDevices', { netDev: `${facts.netDev}  eth0: 0 0\n` }],
    ['writableMounts', { mountinfo: facts.mountinfo.replace('/node ro', '/node rw') }],
    ['mounts', { mountinfo: `${facts.mountinfo}71 69 0:5 / /proc ro - proc proc rw\n` }],
    ['children', { children: '77' }],
    ['strayDescriptors', { descriptors: [...facts.descriptors, '40 /etc/shadow'] }],
    ['executable', { executable: '1:3' }],
    ['commandLine', { commandLine: '/node\0/other.mjs\0' }],
    ['dataBytesMax', limits('1000                 1000', 'unlimited            unlimited')],
    ['addressBytesMax', limits('2000                 2000', 'unlimited            unlimited')],
    ['processesMax', limits('16                   16', '16                   17')],
    ['filesMax', limits('64                   64', '64                   128')],
    ['fileBytesMax', limits('0                    0   ', '9                    9   ')],
  ])('does not pass over a wrong %s', (name, wrong) => {
    const { amiss } = judge({ ...facts, ...wrong }, sought, outside);
    expect(amiss).toEqual([expect.stringMatching(new RegExp(`^${name} is "`))]);
  });
});
