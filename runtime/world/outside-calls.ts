import { AsyncLocalStorage } from 'node:async_hooks';
import nodeCrypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import promises from 'node:timers/promises';

/** A call by which a run takes something from its process, and not from its world. */
export interface OutsideCall {
  /** `Date.now at /shop/orders.ts:12:5` */
  readonly text: string;
  /** Whether it is answered at a time that has nothing to do with virtual time. */
  readonly isWait: boolean;
}

interface Source {
  readonly owner: object;
  readonly prefix: string;
  readonly names: readonly string[];
  readonly isWait?: boolean;
}

const sources: readonly Source[] = [
  { owner: globalThis.Date, prefix: 'Date.', names: ['now'] },
  { owner: Math, prefix: 'Math.', names: ['random'] },
  { owner: performance, prefix: 'performance.', names: ['now'] },
  { owner: process.hrtime, prefix: 'process.hrtime.', names: ['bigint'] },
  { owner: process, prefix: 'process.', names: ['hrtime', 'uptime'] },
  { owner: crypto, prefix: 'crypto.', names: ['randomUUID', 'getRandomValues'] },
  {
    owner: nodeCrypto,
    prefix: 'crypto.',
    names: ['randomUUID', 'randomBytes', 'randomInt', 'randomFillSync'],
  },
  { owner: globalThis, prefix: '', names: ['setImmediate'] },
  { owner: globalThis, prefix: '', names: ['setTimeout', 'setInterval', 'fetch'], isWait: true },
  { owner: timers, prefix: 'timers.', names: ['setTimeout', 'setInterval'], isWait: true },
  { owner: promises, prefix: 'timers.', names: ['setTimeout', 'setInterval'], isWait: true },
];

/** Whoever hears of a run's calls, for as long as it lasts; none for code that is of no run. */
const runs = new AsyncLocalStorage<{ hear: (call: OutsideCall) => void }>();
/** The process is watched once, for all runs: undone in any other order, some would stay. */
let running = 0;
let undo: readonly (() => void)[] = [];

/** Does `work`, a run, and hears what its own code, not that of packages, calls of the process. */
export async function hearOutsideCalls<Result>(
  work: () => Promise<Result>,
  hear: (call: OutsideCall) => void,
): Promise<Result> {
  const run = { hear };
  if (running === 0) {
    undo = [
      ...sources.flatMap((source) => source.names.map((name) => watch(source, name))),
      watchDate(),
    ];
    syncBuiltinESMExports();
  }
  running += 1;
  try {
    return await runs.run(run, work);
  } finally {
    run.hear = () => {};
    running -= 1;
    if (running === 0) {
      for (const each of undo) each();
      syncBuiltinESMExports();
    }
  }
}

function watch({ owner, prefix, isWait = false }: Source, name: string): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== 'function') return () => {};
  const apply = (target: typeof original, self: unknown, args: unknown[]): unknown => {
    onCall(`${prefix}${name}`, isWait, apply);
    return Reflect.apply(target, self === globalThis ? undefined : self, args);
  };
  const value = new Proxy(original, { apply });
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  return () => {
    if (own === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, own);
  };
}

function watchDate(): () => void {
  const original = globalThis.Date;
  const apply = (target: DateConstructor): string => {
    onCall('Date', false, apply);
    return target();
  };
  const construct = (target: DateConstructor, args: unknown[], newTarget: unknown): object => {
    if (args.length === 0) onCall('new Date', false, construct);
    return Reflect.construct(target, args, newTarget as DateConstructor);
  };
  globalThis.Date = new Proxy(original, { apply, construct });
  return () => {
    globalThis.Date = original;
  };
}

type Trap = (target: never, second: never, third: never) => unknown;

function onCall(what: string, isWait: boolean, trap: Trap): void {
  const run = runs.getStore();
  const place = run && callerOf(trap);
  if (place !== undefined) run?.hear({ text: `${what} at ${place}`, isWait });
}

/** Where a trap was set off; undefined if that is in a package, or in Node itself. */
function callerOf(trap: Trap): string | undefined {
  const holder = { stack: '' };
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 1;
  Error.captureStackTrace(holder, trap);
  const { stack } = holder;
  Error.stackTraceLimit = stackTraceLimit;
  const place = /\(?((?:file:\/\/)?\/[^()]*:\d+:\d+)\)?$/.exec(stack)?.[1]?.replace('file://', '');
  return place?.includes('/node_modules/') === true ? undefined : place;
}
