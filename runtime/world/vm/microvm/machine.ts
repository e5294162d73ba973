import type { ChildProcess } from 'node:child_process';
import type { Duplex, Readable } from 'node:stream';
import { kill, killStarting, parentOf, spawnJail } from '../enclosure.ts';
import { fds, type Hardware, jailed, machineArguments, type Programs } from './qemu.ts';
import { Gone, Qmp } from './qmp.ts';

const COMPLAINT_LENGTH_MAX = 1_024;

export interface Start {
  readonly programs: Programs;
  readonly hardware: Hardware;
  /** After those of the machine. */
  readonly args: readonly string[];
  /** From 7 on. They may be closed once the machine is there. */
  readonly fds: readonly number[];
}

/** There was no QEMU yet. */
export class NoJail extends Error {}

/** A QEMU in its jail. */
export class Machine {
  /** The guest's agent is at the other end of it. */
  readonly line: Duplex;
  readonly qmp: Qmp;
  /** Nothing is left of it: how it ended. */
  readonly ended: Promise<string>;
  /** In our namespace. @throws {Error} if it ended before. */
  readonly pid: Promise<number>;
  /** The whole command line, its jail first. */
  readonly command: readonly string[];
  readonly #child: ChildProcess;
  #pid: number | undefined;
  #complaint = '';
  #epitaph = '';
  #isOver = false;

  /** @throws {Error} if no descriptor is left for it. */
  constructor(start: Start) {
    const { programs, hardware, args } = start;
    this.command = [...jailed(programs, hardware), ...machineArguments(hardware), ...args];
    const pipes = Object.keys(fds)
      .slice(0, 4)
      .map(() => 'pipe' as const);
    const child = spawnJail(this.command, ['ignore', 'ignore', 'pipe', ...pipes, ...start.fds]);
    this.#child = child;
    const streamAt = (fd: number) => child.stdio[fd] as Duplex;
    for (const fd of [2, fds.line, fds.epitaph, fds.qmp, fds.info]) {
      // Reset, if it ends with something unread.
      streamAt(fd).on('error', () => {});
    }
    this.line = streamAt(fds.line);
    this.qmp = new Qmp(streamAt(fds.qmp), () => this.kill());
    gather(streamAt(2), (text) => {
      this.#complaint = `${this.#complaint}${text}`.slice(0, COMPLAINT_LENGTH_MAX);
    });
    gather(streamAt(fds.epitaph), (text) => {
      this.#epitaph = `${this.#epitaph}${text}`.slice(-COMPLAINT_LENGTH_MAX);
    });
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(`not started: ${error.message}`));
      child.once('close', (code, signal) => {
        this.#isOver = true;
        resolve(signal ?? `exit ${code}`);
      });
    });
    this.pid = this.#readPid(streamAt(fds.info));
    this.pid.catch(() => {});
  }

  /** What QEMU, or its jail, complained of. */
  get complaint(): string {
    return this.#complaint.trim();
  }

  /** How the agent ended, as the guest's first process says: an exit code. Not to be believed. */
  get agentExit(): number | undefined {
    const found = /^ended (\d{1,3})\s*$/m.exec(this.#epitaph);
    return found === null ? undefined : Number(found[1]);
  }

  /**
   * What is waited for is let go if it ends before, or `signal` aborts.
   * @throws {NoJail} @throws {Error} with what was complained of, if anything was.
   */
  async unlessEnded<Result>(waited: Promise<Result>, signal: AbortSignal): Promise<Result> {
    waited.catch(() => {});
    let stopListening = (): void => {};
    const aborted = new Promise<never>((_resolve, reject) => {
      const abort = (): void => reject(new Error('it took too long'));
      signal.addEventListener('abort', abort);
      stopListening = () => signal.removeEventListener('abort', abort);
      if (signal.aborted) abort();
    });
    const ended = this.ended.then((how) => this.#mourn(how));
    const unlessGone = waited.catch((error: unknown) => {
      if (!(error instanceof Gone)) throw error;
      this.kill();
      return ended;
    });
    try {
      return await Promise.race([unlessGone, ended, aborted]);
    } finally {
      stopListening();
      for (const left of [unlessGone, ended]) left.catch(() => {});
    }
  }

  kill(): void {
    if (this.#isOver) return;
    // Trap: once its jailer has reaped it, the pid may be of anybody.
    const pid = this.#pid;
    if (pid !== undefined && parentOf(pid) === this.#child.pid) kill(pid);
    else killStarting(this.#child);
  }

  async #mourn(how: string): Promise<never> {
    const wasThere = await this.pid.then(
      () => true,
      () => false,
    );
    if (!wasThere) throw new NoJail(`no jail could be made: ${this.complaint || how}`);
    const agent = this.agentExit === undefined ? '' : `, its agent with ${this.agentExit}`;
    throw new Error(`QEMU ended: ${this.complaint || how}${agent}`);
  }

  async #readPid(info: Readable): Promise<number> {
    let text = '';
    for await (const chunk of info) text += String(chunk);
    const pid = /"child-pid": (\d+)/.exec(text)?.[1];
    if (pid === undefined) throw new Gone('it did not come to be');
    this.#pid = Number(pid);
    return this.#pid;
  }
}

function gather(stream: Readable, take: (text: string) => void): void {
  stream.setEncoding('utf8');
  stream.on('data', take);
}
