import { describe, expect, it } from 'vitest';
import { seccompFilter } from '../../../../../runtime/world/vm/process/seccomp.ts';

const X86_64 = 0xc000_003e;
const ALLOW = 0x7fff_0000;
const KILL = 0x8000_0000;
const ENOSYS = 0x0005_0000 | 38;

/** What the kernel would make of a system call, by the filter. */
function verdict(nr: number, args: readonly number[] = [], arch = X86_64): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(nr, 0);
  data.writeUInt32LE(arch, 4);
  for (const [index, arg] of args.entries()) data.writeUInt32LE(arg, 16 + 8 * index);
  const filter = seccompFilter();
  let loaded = 0;
  for (let at = 0; ; at += 8) {
    const code = filter.readUInt16LE(at);
    const k = filter.readUInt32LE(at + 4);
    if (code === 0x06) return k;
    if (code === 0x20) loaded = data.readUInt32LE(k);
    else {
      const isSo = code === 0x15 ? loaded === k : code === 0x35 ? loaded >= k : (loaded & k) !== 0;
      at += 8 * (filter[isSo ? at + 2 : at + 3] ?? 0);
    }
  }
}

describe('the filter of system calls', () => {
  it.each([
    ['read', 0, []],
    ['memory of its own', 9, [0, 4096, 3, 0x22]],
    ['a file in memory', 9, [0, 4096, 1, 0x02]],
    ['futex', 202, []],
    ['execve', 59, []],
    ['a thread', 56, [0x0001_0000 | 0x100]],
    ['asking for a terminal', 16, [1, 0x5401]],
    ['naming a thread', 157, [15]],
  ])('allows %s', (_, nr, args) => {
    expect(verdict(nr, args)).toBe(ALLOW);
  });

  it.each([
    ['socket', 41, []],
    ['connect', 42, []],
    ['fork', 57, []],
    ['vfork', 58, []],
    ['a process', 56, [17]],
    ['clone3', 435, []],
    ['a namespace of users', 56, [0x1000_0000]],
    ['a thread in a namespace of its own', 56, [0x4001_0000]],
    ['kill', 62, []],
    ['ptrace', 101, []],
    ['mount', 165, []],
    ['unshare', 272, []],
    ['setns', 308, []],
    ['bpf', 321, []],
    ['io_uring_setup', 425, []],
    ['keyctl', 250, []],
    ['perf_event_open', 298, []],
    ['userfaultfd', 323, []],
    ['memfd_create', 319, []],
    ['process_vm_writev', 311, []],
    ['memory that is shared, and counts as nobody’s', 9, [0, 4096, 3, 0x21]],
    ['the same by its newer name', 9, [0, 4096, 3, 0x23]],
    ['a file in memory that is shared', 9, [0, 4096, 1, 0x01]],
    ['pushing characters into a terminal', 16, [0, 0x5412]],
    ['becoming what may be traced', 157, [4]],
    ['a call of tomorrow', 999, []],
  ])('has never heard of %s', (_, nr, args) => {
    expect(verdict(nr, args)).toBe(ENOSYS);
  });

  it('ends who calls as another machine does', () => {
    expect([verdict(0, [], 0x4000_0003), verdict(0x4000_0000)]).toEqual([KILL, KILL]);
  });

  it('is short enough for the kernel, and ends with an answer', () => {
    const filter = seccompFilter();
    expect(filter.length / 8).toBeLessThan(4096);
    expect(filter.readUInt16LE(filter.length - 8)).toBe(0x06);
  });
});
