import type { IsolationActor, LevelStatus } from '../actors/isolation.actor.ts';
import type { IsolationMode } from '../machines/isolation.machine.ts';
import type { Isolation } from '../machines/isolation.ts';
import { Box, type BoxTools, callGuest, type SandboxResult, takeGuest } from './box.ts';
import { HoldfastError } from './errors.ts';
import { inputJson } from './guest-work.ts';
import { readOptions } from './options/read.ts';
import {
  type BoxOptionsInput,
  boxOptions,
  type SandboxOptions,
  type SandboxOptionsInput,
  sandboxOptions,
} from './options/sandbox.ts';
import { SandboxShares } from './sandbox-shares.ts';

export interface SandboxesTools extends Omit<BoxTools, 'isolation' | 'onClosed'> {
  readonly isolation: IsolationActor;
  readonly sandboxesMax: number;
}

/** Code that is not trusted, and what keeps it in. */
export class Sandboxes {
  /** For whoever runs something for a peer. */
  readonly shares: SandboxShares;
  readonly #tools: SandboxesTools;
  #inUse = 0;
  #isClosed = false;

  constructor(tools: SandboxesTools) {
    this.#tools = tools;
    this.shares = new SandboxShares(tools.sandboxesMax);
  }

  /** The strongest isolation that was proved to be there; `refusing` until one was. */
  get mode(): IsolationMode {
    return this.#tools.isolation.mode;
  }

  /** Each level: whether it was proved, what was found, or why it cannot be had. */
  get levels(): readonly LevelStatus[] {
    return this.#tools.isolation.statuses;
  }

  /** Whether some level that strong is not known to be lost. */
  isHopeful(floor: Isolation): boolean {
    return this.#tools.isolation.isHopeful(floor);
  }

  /** Looks for each level whether it can be had here. */
  async prove(): Promise<readonly LevelStatus[]> {
    this.#mustBeOpen();
    await this.#tools.isolation.prove();
    return this.levels;
  }

  /**
   * Runs a script in a sandbox of its own, which ends with it.
   * @throws {TypeError | RangeError} naming the field.
   * @throws {HoldfastError} VM_…: what came of it instead of an output; ISOLATION_UNAVAILABLE:
   * nothing ran; SANDBOXES_FULL, RUNTIME_STOPPED.
   */
  async run(options: SandboxOptionsInput): Promise<SandboxResult> {
    const read = readOptions(sandboxOptions, 'run', options);
    const order = { ...read, input: inputJson(read.input), held: { bytes: 0 } };
    this.#enter();
    try {
      const vm = await takeGuest(this.#tools.isolation, wishOf(read), read.signal);
      try {
        return await callGuest(vm, order, this.#tools);
      } finally {
        vm.kill('closed');
      }
    } finally {
      this.#inUse -= 1;
    }
  }

  /**
   * A sandbox for one tenant, to be called again and again until it is closed.
   * @throws as `run`, but for VM_….
   */
  async open(options: BoxOptionsInput = {}): Promise<Box> {
    const read = readOptions(boxOptions, 'open', options);
    this.#enter();
    const onClosed = (): void => {
      this.#inUse -= 1;
    };
    try {
      const wish = { ...wishOf(read), host: read.host };
      return await Box.open(wish, { ...this.#tools, onClosed });
    } catch (error) {
      onClosed();
      throw error;
    }
  }

  /** Ends all of them, whatever they run. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#tools.isolation.close();
  }

  #enter(): void {
    this.#mustBeOpen();
    const { sandboxesMax } = this.#tools;
    if (this.#inUse >= sandboxesMax) {
      const message = `limits.sandboxesMax: ${sandboxesMax} sandboxes are in use`;
      throw new HoldfastError('SANDBOXES_FULL', message, { sandboxesMax });
    }
    this.#inUse += 1;
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw new HoldfastError('RUNTIME_STOPPED', 'the runtime has stopped');
  }
}

type Placed = Pick<SandboxOptions, 'isolation' | 'floor' | 'memoryBytesMax'> & {
  readonly tenant?: string | undefined;
};

function wishOf({ isolation, floor, memoryBytesMax, tenant }: Placed) {
  const wished: Isolation = isolation ?? floor ?? 'isolate';
  const spec = { memoryBytesMax };
  return { isolation: wished, floor: floor ?? wished, spec, tenant };
}
