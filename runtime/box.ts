import type { IsolationActor } from '../actors/isolation.actor.ts';
import { onAbort } from '../actors/on-abort.ts';
import type { VmActor } from '../actors/vm.actor.ts';
import type { VmEvidence, VmOutcome, VmSpec } from '../actors/vm-drivers.ts';
import type { Isolation } from '../machines/isolation.ts';
import type { Clock } from '../storage/ports.ts';
import { HoldfastError } from './errors.ts';
import { type GuestOrder, type GuestTools, inputJson, outputOf, workOf } from './guest-work.ts';
import { readOptions } from './options/read.ts';
import {
  type BoxCallOptionsInput,
  boxCallOptions,
  type HostFunction,
  sandboxCode,
} from './options/sandbox.ts';

/** What code in a sandbox came to, and what it ran in. */
export interface SandboxResult {
  /** JSON. Whatever the code liked to say. */
  readonly output: unknown;
  readonly isolation: Isolation;
  /** What was found in force once the sandbox was there. */
  readonly evidence: VmEvidence;
  readonly durationMs: number;
}

export interface BoxTools extends GuestTools {
  readonly clock: Clock;
  readonly isolation: Pick<IsolationActor, 'take'>;
  /** The box is closed. */
  onClosed(): void;
}

/** What a box is made for. */
export interface BoxWish {
  readonly isolation: Isolation;
  readonly floor: Isolation;
  readonly spec: VmSpec;
  readonly tenant: string | undefined;
  readonly host: Readonly<Record<string, HostFunction>>;
}

const WAITING_MAX = 1_000;

/**
 * A guest of that wish.
 * @throws {HoldfastError} ISOLATION_UNAVAILABLE, SANDBOXES_FULL, RUNTIME_STOPPED, VM_CANCELLED.
 */
export async function takeGuest(
  isolation: Pick<IsolationActor, 'take'>,
  wish: Omit<BoxWish, 'host'>,
  signal: AbortSignal | undefined,
): Promise<VmActor> {
  const vm = await unlessGivenUp(isolation.take({ ...wish, signal }), signal, (late) => {
    if (!('unavailable' in late)) late.kill('closed');
  });
  if (!('unavailable' in vm)) return vm;
  if (vm.isStopped) throw new HoldfastError('RUNTIME_STOPPED', vm.unavailable);
  if (vm.isBusy) throw new HoldfastError('SANDBOXES_FULL', vm.unavailable);
  const fix = vm.fix === undefined ? {} : { fix: vm.fix };
  const message = `nothing can be had down to ${wish.floor}: ${vm.unavailable}`;
  throw new HoldfastError('ISOLATION_UNAVAILABLE', message, { floor: wish.floor, ...fix });
}

/** One call of a guest that runs nothing now. */
export async function callGuest(
  vm: VmActor,
  order: GuestOrder,
  tools: Pick<BoxTools, 'clock' | 'containment' | 'log'>,
): Promise<SandboxResult> {
  // It may be asked at any time whether it is still well.
  while (!vm.isWarm && !vm.isOver) await unlessGivenUp(vm.settled(), order.signal);
  const { evidence } = vm;
  if (evidence === undefined || vm.isOver) {
    throw new HoldfastError('ISOLATION_UNAVAILABLE', 'the sandbox was lost before the code ran');
  }
  if (order.signal?.aborted === true) throw cancelled(order.signal.reason);
  const sinceMs = tools.clock.monotonicMs();
  const { isolation } = evidence;
  const forget = order.signal && onAbort(order.signal, () => vm.kill('VM_CANCELLED'));
  const outcome = await new Promise<VmOutcome>((resolve) => {
    vm.call(workOf(order, tools, resolve));
  });
  forget?.();
  const durationMs = tools.clock.monotonicMs() - sinceMs;
  return { output: outputOf(outcome, order, { isolation }), isolation, evidence, durationMs };
}

/**
 * A sandbox that is called again and again, for one tenant: what its code leaves in its globals is
 * there the next time. If it ends, by its code's doing, the next call finds a new one of its level.
 */
export class Box {
  readonly tenant: string | undefined;
  readonly #tools: BoxTools;
  readonly #wish: BoxWish;
  #vm: VmActor;
  #isolation: Isolation;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #restarts = 0;
  readonly #held = { bytes: 0 };
  #isClosed = false;

  private constructor(vm: VmActor, isolation: Isolation, wish: BoxWish, tools: BoxTools) {
    this.tenant = wish.tenant;
    this.#vm = vm;
    this.#isolation = isolation;
    this.#wish = wish;
    this.#tools = tools;
  }

  static async open(wish: BoxWish, tools: BoxTools): Promise<Box> {
    const vm = await takeGuest(tools.isolation, wish, undefined);
    return new Box(vm, vm.evidence?.isolation ?? wish.isolation, wish, tools);
  }

  get isolation(): Isolation {
    return this.#isolation;
  }

  /** Undefined while there is no guest. */
  get evidence(): VmEvidence | undefined {
    return this.#vm.evidence;
  }

  /** How often its guest ended and was replaced, with all that it remembered. */
  get restarts(): number {
    return this.#restarts;
  }

  /**
   * Runs a script; calls wait for each other.
   * @throws {TypeError | RangeError} naming the field.
   * @throws {HoldfastError} VM_…, ISOLATION_UNAVAILABLE, SANDBOXES_FULL, RUNTIME_STOPPED.
   */
  async call(
    code: string,
    input?: unknown,
    options: BoxCallOptionsInput = {},
  ): Promise<SandboxResult> {
    const read = readOptions(boxCallOptions, 'call', options);
    const order: GuestOrder = {
      ...read,
      code: readOptions(sandboxCode, 'code', code),
      input: inputJson(input),
      host: this.#wish.host,
      held: this.#held,
    };
    if (this.#waiting >= WAITING_MAX) {
      throw new HoldfastError('SANDBOXES_FULL', `${WAITING_MAX} calls wait for the box already`);
    }
    this.#waiting += 1;
    const turn = this.#last;
    const mine = turn.then(() => this.#run(order));
    this.#last = mine.catch(() => {});
    await unlessGivenUp(turn, order.signal);
    return await mine;
  }

  async #run(order: GuestOrder): Promise<SandboxResult> {
    this.#waiting -= 1;
    if (order.signal?.aborted === true) throw cancelled(order.signal.reason);
    await unlessGivenUp(this.#vm.settled(), order.signal);
    if (this.#isClosed) throw cancelled(new Error('the box is closed'));
    if (this.#vm.isOver) await this.#restart(order.signal);
    return await callGuest(this.#vm, order, this.#tools);
  }

  /** At the same level: what ran in it has no say in that. */
  async #restart(signal: AbortSignal | undefined): Promise<void> {
    const at = this.#isolation;
    const wish = { ...this.#wish, isolation: at, floor: at };
    this.#vm = await takeGuest(this.#tools.isolation, wish, signal);
    this.#isolation = this.#vm.evidence?.isolation ?? at;
    this.#restarts += 1;
    if (!this.#isClosed) return;
    this.#vm.kill('closed');
    throw cancelled(new Error('the box is closed'));
  }

  /** Ends it; what still runs is cancelled. May be called again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#vm.kill('closed');
    this.#tools.onClosed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

/**
 * What is waited for, unless `signal` aborts first. What comes of it then is told to `onLate`.
 * @throws {HoldfastError} VM_CANCELLED
 */
async function unlessGivenUp<Value>(
  waited: Promise<Value>,
  signal: AbortSignal | undefined,
  onLate: (value: Value) => void = () => {},
): Promise<Value> {
  if (signal === undefined) return await waited;
  return await new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(cancelled(signal.reason));
      waited.then(onLate, () => {});
    };
    if (signal.aborted) return giveUp();
    const forget = onAbort(signal, giveUp);
    waited.then(resolve, reject).finally(forget);
  });
}

const cancelled = (cause: unknown) =>
  new HoldfastError('VM_CANCELLED', 'the call was given up', {}, { cause });
