/**
 * A filter of system calls as the kernel takes it, after Linux' seccomp_filter.rst: classic BPF
 * over `struct seccomp_data { int nr; u32 arch; u64 ip; u64 args[6] }`, little-endian.
 *
 * It is an allow list: what Node, its agent and the first process of bubblewrap take on x86-64.
 * All else is answered ENOSYS, as by a kernel that has never heard of it: no sockets, no
 * processes, no namespaces, no tracing.
 */
const allowed = {
  access: 21,
  arch_prctl: 158,
  brk: 12,
  clock_getres: 229,
  clock_gettime: 228,
  clock_nanosleep: 230,
  close: 3,
  dup: 32,
  epoll_create1: 291,
  epoll_ctl: 233,
  epoll_pwait: 281,
  epoll_wait: 232,
  eventfd2: 290,
  execve: 59,
  exit: 60,
  exit_group: 231,
  faccessat2: 439,
  faccessat: 269,
  fcntl: 72,
  fstat: 5,
  futex: 202,
  getcwd: 79,
  getegid: 108,
  geteuid: 107,
  getgid: 104,
  getpid: 39,
  getrandom: 318,
  getrusage: 98,
  gettid: 186,
  gettimeofday: 96,
  getuid: 102,
  lseek: 8,
  lstat: 6,
  madvise: 28,
  membarrier: 324,
  mprotect: 10,
  mremap: 25,
  munmap: 11,
  nanosleep: 35,
  newfstatat: 262,
  open: 2,
  openat: 257,
  pipe2: 293,
  poll: 7,
  pread64: 17,
  prlimit64: 302,
  read: 0,
  readlink: 89,
  readlinkat: 267,
  readv: 19,
  restart_syscall: 219,
  rseq: 334,
  rt_sigaction: 13,
  rt_sigprocmask: 14,
  rt_sigreturn: 15,
  sched_getaffinity: 204,
  sched_yield: 24,
  set_robust_list: 273,
  set_tid_address: 218,
  sigaltstack: 131,
  stat: 4,
  statx: 332,
  sysinfo: 99,
  tgkill: 234,
  uname: 63,
  wait4: 61,
  write: 1,
  writev: 20,
} as const;

const CLONE = 56;
const IOCTL = 16;
const MMAP = 9;
const PRCTL = 157;

/** In MAP_SHARED and MAP_SHARED_VALIDATE: memory that no limit of a process counts. */
const SHARED = 0x01;
const CLONE_THREAD = 0x0001_0000;
/** CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID and NET. */
const CLONE_NEW_ANY = 0x7e02_0000;
/** TCGETS, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: none puts a character into a terminal. */
const ioctls = [0x5401, 0x541b, 0x5421, 0x5450, 0x5451];
/** PR_SET_NAME, PR_SET_VMA. */
const prctls = [15, 0x5356_4d41];

const AUDIT_ARCH_X86_64 = 0xc000_003e;
const X32_BIT = 0x4000_0000;
const ENOSYS = 38;

const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
const REFUSE = 0x0005_0000 | ENOSYS;

const at = { nr: 0, arch: 4, args: [16, 24, 32, 40] } as const;

interface Instruction {
  readonly code: number;
  readonly k: number;
  readonly skipTrue?: number;
  readonly skipFalse?: number;
}

const load = (k: number): Instruction => ({ code: 0x20, k });
const answer = (k: number): Instruction => ({ code: 0x06, k });
/** Past the next instruction, if it is not so. */
const ifEqual = (k: number): Instruction => ({ code: 0x15, k, skipFalse: 1 });
const ifAtLeast = (k: number): Instruction => ({ code: 0x35, k, skipFalse: 1 });
const ifAny = (k: number): Instruction => ({ code: 0x45, k, skipFalse: 1 });

/** Of the call `nr`, which is loaded: `judged` ends in an answer, or is passed over. */
const ofCall = (nr: number, judged: readonly Instruction[]): readonly Instruction[] => [
  { code: 0x15, k: nr, skipFalse: judged.length },
  ...judged,
];

const allowEqual = (k: number): readonly Instruction[] => [ifEqual(k), answer(ALLOW)];

const program: readonly Instruction[] = [
  load(at.arch),
  { code: 0x15, k: AUDIT_ARCH_X86_64, skipTrue: 1 },
  answer(KILL_PROCESS),
  load(at.nr),
  ifAtLeast(X32_BIT),
  answer(KILL_PROCESS),
  ...Object.values(allowed).flatMap(allowEqual),
  ...ofCall(CLONE, [
    load(at.args[0]),
    ifAny(CLONE_NEW_ANY),
    answer(REFUSE),
    ifAny(CLONE_THREAD),
    answer(ALLOW),
    answer(REFUSE),
  ]),
  ...ofCall(IOCTL, [load(at.args[1]), ...ioctls.flatMap(allowEqual), answer(REFUSE)]),
  ...ofCall(MMAP, [load(at.args[3]), ifAny(SHARED), answer(REFUSE), answer(ALLOW)]),
  ...ofCall(PRCTL, [load(at.args[0]), ...prctls.flatMap(allowEqual), answer(REFUSE)]),
  answer(REFUSE),
];

/** As `struct sock_filter { u16 code; u8 jt; u8 jf; u32 k }`. */
export function seccompFilter(): Buffer {
  const bytes = Buffer.alloc(8 * program.length);
  for (const [index, { code, k, skipTrue = 0, skipFalse = 0 }] of program.entries()) {
    bytes.writeUInt16LE(code, 8 * index);
    bytes[8 * index + 2] = skipTrue;
    bytes[8 * index + 3] = skipFalse;
    bytes.writeUInt32LE(k, 8 * index + 4);
  }
  return bytes;
}

/** The machine that the filter is made for, as Node names it. */
export const seccompArch = 'x64';
