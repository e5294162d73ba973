import type { Files, Kv, KvStore } from '../storage/ports.ts';
import type { Http } from './http.ts';
import type { Names } from './names.ts';
import type { Network } from './network.ts';
import type { Connection, Listening, Sockets } from './sockets.ts';
import type { Vm, VmDriver } from './vm-drivers.ts';

/** What holds for one operation of a port, wherever it is called. */
export interface Operation {
  /** It has failed if it takes longer. */
  readonly deadlineMs: number;
  /** Where that is set, if it can be. */
  readonly option?:
    | 'timeouts.connectMs'
    | 'timeouts.provisionMs'
    | 'timeoutMs'
    | 'network.dnsbl.deadlineMs';
  /** What stands before it, and stops asking when it fails. */
  readonly breaker: 'audit mode' | 'of the connection' | 'of the level' | 'of the zone' | 'none';
  readonly retry: 'after a backoff' | 'at the next start' | 'at the next period' | 'none';
  /** The code of a failure or a missed deadline, as users see it. */
  readonly code:
    | 'DISK_FAILED'
    | 'LISTEN_FAILED'
    | 'PEER_UNREACHABLE'
    | 'ISOLATION_UNAVAILABLE'
    | 'VM_TIMEOUT'
    | 'VM_CRASHED'
    | 'none';
}

/** What can be waited for, and hence may hang, of a port. */
type Waited<Port> = {
  [Name in keyof Port]-?: Port[Name] extends (...args: never[]) => Promise<unknown> ? Name : never;
}[keyof Port];

const log = (deadlineMs: number): Operation => ({
  deadlineMs,
  breaker: 'audit mode',
  retry: 'after a backoff',
  code: 'DISK_FAILED',
});

const look = (deadlineMs: number): Operation => ({
  deadlineMs,
  breaker: 'none',
  retry: 'at the next period',
  code: 'DISK_FAILED',
});

const rescue = (deadlineMs: number): Operation => ({
  deadlineMs,
  breaker: 'none',
  retry: 'at the next start',
  code: 'DISK_FAILED',
});

export const fileOperations: Readonly<Record<keyof Files, Operation>> = {
  read: log(10_000),
  readAt: log(10_000),
  create: log(10_000),
  replace: log(10_000),
  overwrite: log(10_000),
  append: log(10_000),
  truncate: log(10_000),
  allocate: look(60_000),
  list: log(10_000),
  stat: look(10_000),
  realPath: rescue(10_000),
  makeDirectory: log(10_000),
  remove: log(60_000),
  rename: log(10_000),
  freeBytes: look(10_000),
  fileSystem: rescue(10_000),
};

export const kvOperations: Readonly<Record<keyof Kv, Operation>> = {
  open: log(30_000),
  create: log(30_000),
  readRaw: rescue(120_000),
  repair: rescue(120_000),
  destroy: log(60_000),
};

export const storeOperations: Readonly<Record<keyof KvStore, Operation>> = {
  get: log(10_000),
  commit: log(10_000),
  scan: log(10_000),
  settle: log(30_000),
  close: log(30_000),
};

const once = (deadlineMs: number, code: Operation['code']): Operation => ({
  deadlineMs,
  breaker: 'none',
  retry: 'none',
  code,
});

export const networkOperations: Readonly<Record<Waited<Network>, Operation>> = {
  listen: once(10_000, 'LISTEN_FAILED'),
  dial: {
    deadlineMs: 30_000,
    option: 'timeouts.connectMs',
    breaker: 'of the connection',
    retry: 'after a backoff',
    code: 'PEER_UNREACHABLE',
  },
};

/** What is not answered refuses nobody. */
export const namesOperations: Readonly<Record<Waited<Names>, Operation>> = {
  resolve: {
    deadlineMs: 2_000,
    option: 'network.dnsbl.deadlineMs',
    breaker: 'of the zone',
    retry: 'at the next period',
    code: 'none',
  },
};

export const httpOperations: Readonly<Record<Waited<Http>, Operation>> = {
  listen: once(10_000, 'LISTEN_FAILED'),
};

export const socketOperations: Readonly<Record<Waited<Sockets>, Operation>> = {
  listen: rescue(10_000),
  connect: once(3_000, 'DISK_FAILED'),
};

export const listeningOperations: Readonly<Record<Waited<Listening>, Operation>> = {
  close: once(5_000, 'DISK_FAILED'),
};

/** Whoever reads nothing for so long is dropped. */
export const connectionOperations: Readonly<Record<Waited<Connection>, Operation>> = {
  drained: once(30_000, 'DISK_FAILED'),
};

const provision: Operation = {
  deadlineMs: 30_000,
  option: 'timeouts.provisionMs',
  breaker: 'of the level',
  retry: 'after a backoff',
  code: 'ISOLATION_UNAVAILABLE',
};

export const driverOperations: Readonly<Record<Waited<VmDriver>, Operation>> = {
  probe: provision,
  create: provision,
};

const ofGuest = (deadlineMs: number, code: Operation['code']): Operation => ({
  deadlineMs,
  breaker: 'of the level',
  retry: 'none',
  code,
});

/** Each is over when the guest says so; `usage` alone can be waited for. */
export const guestOperations: Readonly<Record<'call' | 'ping' | 'kill' | Waited<Vm>, Operation>> = {
  call: { ...ofGuest(5_000, 'VM_TIMEOUT'), option: 'timeoutMs' },
  ping: ofGuest(2_000, 'VM_CRASHED'),
  kill: ofGuest(5_000, 'VM_CRASHED'),
  usage: ofGuest(5_000, 'VM_CRASHED'),
};

/** Of each port, what of it can be waited for. */
export const allOperations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  Files: fileOperations,
  Kv: kvOperations,
  KvStore: storeOperations,
  Network: networkOperations,
  Names: namesOperations,
  Http: httpOperations,
  Sockets: socketOperations,
  Listening: listeningOperations,
  Connection: connectionOperations,
  VmDriver: driverOperations,
  Vm: guestOperations,
};
