import type { ChildProcess } from 'node:child_process';
import type { Duplex, Readable } from 'node:stream';
import {
  asNobody,
  childrenOf,
  enclosed,
  kill,
  killStarting,
  parentOf,
  spawnJail,
} from '../enclosure.ts';
import { both } from '../process-facts.ts';
import type { JailTools } from './jail-tools.ts';

const STDERR_LENGTH_MAX = 16_384;
const INFO_LENGTH_MAX = 4096;

export interface JailLimits {
  /** What it may write to in memory: heap, stacks, buffers. */
  readonly dataBytesMax: number;
  /** What it may map, readable or not: tables of pages are memory, too, and count nowhere else. */
  readonly addressBytesMax: number;
  /** Processes and threads. */
  readonly processesMax: number;
  readonly filesMax: number;
}

export interface JailSpec {
  /** Inside: the path of a program, and what it is started with. */
  readonly program: readonly string[];
  /** Files and folders that are seen inside, read-only: path inside, then on this machine. */
  readonly files: readonly (readonly [inside: string, outside: string])[];
  /** Files that are written for it, by their paths inside. */
  readonly texts: Readonly<Record<string, string | Uint8Array>>;
  /** From 3 on: a pair of sockets, or a descriptor of ours. */
  readonly descriptors: readonly ('pipe' | number)[];
  readonly limits: JailLimits;
  /** Of system calls, as the kernel takes it. */
  readonly filter?: Uint8Array | undefined;
}

/** Where prlimit is seen inside: limits are set there, so that each jail counts by itself. */
const LIMITER = '/prlimit';

function limited(limits: JailLimits): readonly string[] {
  return [
    `--data=${both(limits.dataBytesMax)}`,
    `--as=${both(limits.addressBytesMax)}`,
    `--nproc=${both(limits.processesMax)}`,
    `--nofile=${both(limits.filesMax)}`,
    `--core=${both(0)}`,
    `--fsize=${both(0)}`,
  ];
}

/** A command as who is to be in the jail. */
export function asJailed(tools: JailTools, command: readonly string[]): readonly string[] {
  if (tools.setpriv === undefined) return command;
  return [tools.setpriv, ...asNobody, '--', ...command];
}

/** There is no /proc, /dev or /tmp inside, and nothing to write to. */
export function jailCommand(tools: JailTools, spec: JailSpec): readonly string[] {
  const info = 3 + spec.descriptors.length;
  const texts = Object.keys(spec.texts);
  return asJailed(tools, [
    tools.bwrap,
    ...enclosed('sandbox'),
    ...spec.files.flatMap(([inside, outside]) => ['--ro-bind', outside, inside]),
    ...['--ro-bind', tools.prlimit, LIMITER],
    ...texts.flatMap((path, index) => ['--ro-bind-data', `${info + 2 + index}`, path]),
    ...['--remount-ro', '/'],
    ...['--info-fd', `${info}`],
    ...(spec.filter === undefined ? [] : ['--seccomp', `${info + 1}`]),
    '--',
    LIMITER,
    ...limited(spec.limits),
    '--',
    ...spec.program,
  ]);
}

/** Where something is mounted inside, besides the root. */
export const mountsOf = ({ files, texts }: JailSpec): readonly string[] => [
  ...files.map(([inside]) => inside),
  LIMITER,
  ...Object.keys(texts),
];

/** The only child of a process; undefined if it has none, or more. */
function onlyChildOf(pid: number): number | undefined {
  const [child, ...others] = childrenOf(pid);
  return others.length === 0 ? child : undefined;
}

export interface JailExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly isKilled: boolean;
  /** The end of what came over its standard error. */
  readonly stderr: string;
}

/**
 * A program in a jail: bubblewrap outside, its first process inside, and the program as the only
 * child of that. Made on the main thread only: it dies with the thread that it was made on.
 */
export class Jailed {
  readonly #child: ChildProcess;
  #initPid: number | undefined;
  #isKilled = false;
  #isOver = false;
  #stderr = '';
  /** Settles when nothing of it is left. It does not reject. */
  readonly exited: Promise<JailExit>;

  /** @throws {Error} if no descriptor is left for it. */
  constructor(tools: JailTools, spec: JailSpec) {
    const own = ['pipe', 'pipe', ...Object.keys(spec.texts).map(() => 'pipe' as const)] as const;
    const stdio = ['ignore', 'ignore', 'pipe', ...spec.descriptors, ...own] as const;
    this.#child = spawnJail(jailCommand(tools, spec), stdio);
    this.exited = this.#watch();
    for (const stream of this.#child.stdio) stream?.on('error', () => {});
    const info = 3 + spec.descriptors.length;
    // Through sockets, not files: each reads its own to the end, and a full disk is no matter.
    for (const [index, text] of [spec.filter ?? '', ...Object.values(spec.texts)].entries()) {
      (this.#child.stdio[info + 1 + index] as Duplex | undefined)?.end(text);
    }
    this.#readInfo(this.#child.stdio[info] as Readable | undefined);
  }

  /** The host's end of a descriptor that is a pair of sockets. */
  socket(descriptor: number): Duplex {
    return this.#child.stdio[descriptor] as Duplex;
  }

  /** Of the first process inside, as this machine numbers it. */
  get initPid(): number | undefined {
    return this.#initPid;
  }

  /** Of the program, once it runs, as this machine numbers it. */
  get programPid(): number | undefined {
    return this.#initPid === undefined ? undefined : onlyChildOf(this.#initPid);
  }

  /** The first process takes all inside with it, and bubblewrap waits for it: no zombie stays. */
  kill(): void {
    this.#isKilled = true;
    if (this.#isOver) return this.#letGo();
    const init = this.#initPid;
    const isOurs = init !== undefined && parentOf(init) === this.#child.pid;
    if (isOurs) kill(init);
    else killStarting(this.#child);
  }

  /** Killed with the signal, until it is let go of. */
  heed(signal: AbortSignal): () => void {
    const stop = (): void => this.kill();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    return () => signal.removeEventListener('abort', stop);
  }

  /** What is killed has nothing more to say, though something else may hold its descriptors. */
  #letGo(): void {
    for (const stream of this.#child.stdio) stream?.destroy();
  }

  #readInfo(stream: Readable | undefined): void {
    let info = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      info = (info + text).slice(0, INFO_LENGTH_MAX);
      const pid = /"child-pid": (\d+),/.exec(info)?.[1];
      if (pid === undefined || this.#initPid !== undefined) return;
      this.#initPid = Number(pid);
      if (this.#isKilled) this.kill();
    });
  }

  #watch(): Promise<JailExit> {
    const child = this.#child;
    child.stderr?.setEncoding('utf8');
    child.stderr?.on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_LENGTH_MAX);
    });
    return new Promise((resolve) => {
      const settle = (code: number | null, signal: string | null): void => {
        this.#isOver = true;
        resolve({ code, signal, isKilled: this.#isKilled, stderr: this.#stderr.trim() });
      };
      child.once('error', (error) => {
        this.#stderr = error.message;
        if (child.pid === undefined) settle(null, null);
      });
      child.once('exit', () => {
        this.#isOver = true;
        if (this.#isKilled) this.#letGo();
      });
      child.once('close', settle);
    });
  }
}
