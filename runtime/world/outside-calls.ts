import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import nodeCrypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import promises, { scheduler } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A call by which a run takes something from its process, and not from its world. */
export interface OutsideCall {
  /** `Date.now at /shop/orders.ts:12:5`, or `setTimeout by xstate at …` for a package's wait */
  readonly text: string;
  /**
   * A wait is answered at a time that has nothing to do with virtual time; a package's own may be
   * housekeeping, and is said to be a read.
   */
  readonly kind: 'read' | 'wait' | 'end';
}

interface Source {
  readonly owner: object;
  readonly prefix: string;
  readonly names: readonly string[];
  readonly kind?: OutsideCall['kind'];
}

const sources: readonly Source[] = [
  { owner: globalThis.Date, prefix: 'Date.', names: ['now'] },
  { owner: Math, prefix: 'Math.', names: ['random'] },
  { owner: performance, prefix: 'performance.', names: ['now'] },
  { owner: process.hrtime, prefix: 'process.hrtime.', names: ['bigint'] },
  { owner: process, prefix: 'process.', names: ['hrtime', 'uptime', 'memoryUsage', 'cpuUsage'] },
  { owner: crypto, prefix: 'crypto.', names: ['randomUUID'] },
  { owner: nodeCrypto, prefix: 'crypto.', names: ['randomUUID', 'randomInt'] },
  { owner: globalThis, prefix: '', names: ['setImmediate'] },
  { owner: timers, prefix: 'timers.', names: ['setImmediate'] },
  { owner: promises, prefix: 'timers.', names: ['setImmediate'] },
  { owner: scheduler, prefix: 'scheduler.', names: ['yield'] },
  { owner: globalThis, prefix: '', names: ['fetch'], kind: 'wait' },
  { owner: process, prefix: 'process.', names: ['exit', 'abort'], kind: 'end' },
];

/**
 * Types of resources in which Node does something in real time, as async_hooks names them: timers,
 * files, sockets, names of hosts, threads, processes. What writes to a terminal is none.
 */
const WAITS = new RegExp(
  [
    '^(Timeout|FS\\w+|FILEHANDLE|GET\\w+WRAP|QUERYWRAP|TCPWRAP|UDPWRAP|PROCESSWRAP',
    'WORKER|MESSAGEPORT|ZLIB|[A-Z0-9]+REQUEST)$',
  ].join('|'),
);

/** The one of them that is answered at once, as by randomBytes or getRandomValues. */
const CHANCE = 'RANDOMBYTESREQUEST';

/** Of crypto: done by a thread, or at once. */
const JOB = /REQUEST$/;

/** Trap: on Node 24, what a thread does for `subtle` has no `ondone`. Only its stack tells it. */
const hasSubtleOndone = Number.parseInt(process.versions.node, 10) < 24;

const resources = createHook({
  init: function init(_, type, __, resource) {
    if (type !== 'PROMISE' && WAITS.test(type)) onResource(type, init, resource);
  },
});

/** Not that of a test, which answers as it likes. */
const fetchOfNode = globalThis.fetch;

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
    resources.enable();
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
      resources.disable();
    }
  }
}

function watch({ owner, prefix, kind = 'read' }: Source, name: string): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== 'function') return () => {};
  if (name === 'fetch' && original !== fetchOfNode) return () => {};
  const apply = (target: typeof original, self: unknown, args: unknown[]): unknown => {
    onCall(`${prefix}${name}`, kind, apply);
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
    onCall('Date', 'read', apply);
    return target();
  };
  const construct = (target: DateConstructor, args: unknown[], newTarget: unknown): object => {
    if (args.length === 0) onCall('new Date', 'read', construct);
    return Reflect.construct(target, args, newTarget as DateConstructor);
  };
  globalThis.Date = new Proxy(original, { apply, construct });
  return () => {
    globalThis.Date = original;
  };
}

type Trap = (...args: never[]) => unknown;

/** What would end the process of all runs throws instead, a package's call too. */
function onCall(what: string, kind: OutsideCall['kind'], trap: Trap): void {
  const run = runs.getStore();
  if (run === undefined) return;
  const place = placeOf(framesOf(stackAbove(trap, 1))[0]);
  if (place !== undefined) run.hear({ text: `${what} at ${place}`, kind });
  else if (kind === 'end') run.hear({ text: `${what} in a package`, kind });
  if (kind === 'end') throw new Error(`${what} ended the process`);
}

/** A stack is written out only when it is read, which costs far more than taking it. */
function onResource(type: string, trap: Trap, resource: object): void {
  const run = runs.getStore();
  if (run === undefined) return;
  const stack = stackAbove(trap, FRAMES_MAX);
  const hear = (beginning = ''): void => {
    const call = callOf(type, framesOf(stack));
    if (call?.text.startsWith(beginning)) run.hear(call);
  };
  if (!JOB.test(type) || type === CHANCE) return hear();
  // What a thread will do is given its `ondone` only after it was made: it has none yet.
  queueMicrotask(() => {
    if ('ondone' in resource) hear();
    else if (!hasSubtleOndone) hear('SubtleCrypto.');
  });
}

/** Named by the function of Node that the run's code called, if it was one. */
function callOf(type: string, stack: readonly string[]): OutsideCall | undefined {
  const frames = stack.filter((frame) => !IN_BETWEEN.test(frame));
  const caller = frames.findIndex((frame) => !/[( ]node:/.test(frame));
  const what = nameIn(frames[caller - 1]) ?? type;
  const place = placeOf(frames[caller]);
  if (type === CHANCE) {
    return place === undefined ? undefined : { text: `${what} at ${place}`, kind: 'read' };
  }
  if (frames.slice(0, caller).some((frame) => /Sync\b|\bsync[A-Z]/.test(frame))) return undefined;
  if (place === undefined) return ofPackage(what, frames.slice(caller));
  return { text: `${what} at ${place}`, kind: 'wait' };
}

/** What a package waits for, and the place of the run's code that called it, if that is known. */
function ofPackage(what: string, frames: readonly string[]): OutsideCall | undefined {
  const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(frames[0] ?? '')?.[1];
  if (name === undefined) return undefined;
  const place = frames.map(placeOf).find((known) => known !== undefined);
  const at = place === undefined ? '' : ` at ${place}`;
  return { text: `${what} by ${name}${at}`, kind: 'read' };
}

const HERE = fileURLToPath(import.meta.url);
const FRAMES_MAX = 40;
/** Frames that say nothing of who called what. */
const IN_BETWEEN = /async_hooks:\d|\(<anonymous>\)$/;

/** `at Object.readFile (node:internal/fs/promises:9:9)` is a call of `readFile`. */
function nameIn(frame = ''): string | undefined {
  const [, name, alias] = /at (?:Object\.)?((?:new )?\S+) (?:\[as (\S+)\] )?\(/.exec(frame) ?? [];
  return alias ?? name;
}

/** The calls that set off a trap. */
function stackAbove(trap: Trap, framesMax: number): { readonly stack: string } {
  const holder = { stack: '' };
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = framesMax;
  Error.captureStackTrace(holder, trap);
  Error.stackTraceLimit = stackTraceLimit;
  return holder;
}

/** The innermost first. */
const framesOf = ({ stack }: { readonly stack: string }): string[] => stack.split('\n').slice(1);

/**
 * Undefined for a frame in a package, in Node itself, or here, where a call was heard already; and
 * for that of a function that goes on after an await: it did not call what is above it.
 */
function placeOf(frame = ''): string | undefined {
  if (/at async |\/node_modules\//.test(frame) || frame.includes(HERE)) return undefined;
  const [, place] = /(?:\(|at )((?:file:\/\/)?\/[^()]*:\d+:\d+)\)?$/.exec(frame) ?? [];
  return place?.replace('file://', '');
}
