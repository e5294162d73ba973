import type { Files, Kv, KvStore } from '../storage/ports.ts';

/** What holds for one operation of a port, wherever it is called. */
export interface Operation {
  /** It has failed if it takes longer. */
  readonly deadlineMs: number;
  /** What stands before it, and stops asking when it fails. */
  readonly breaker: 'audit mode' | 'state backoff' | 'none';
  readonly retry: 'after a backoff' | 'at the next start' | 'at the next period' | 'none';
  /** The code of a failure or a missed deadline, as users see it. */
  readonly code: 'DISK_FAILED';
}

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
