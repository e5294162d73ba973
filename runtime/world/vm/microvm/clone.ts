import type { Vm, VmEvents, VmEvidence } from '../../../../actors/vm-drivers.ts';
import { digestOf } from '../digest.ts';
import { doubtOf, readEvidence } from './evidence.ts';
import { MicroVm } from './microvm.ts';
import { restoreArguments } from './qemu.ts';
import type { Recipe, Snapshot } from './snapshot.ts';

const MIB = 1_048_576;

/** A machine that was restored, and waits. Its clock and its chance are still the snapshot's. */
export class Clone {
  readonly #recipe: Recipe;
  readonly #snapshot: string;
  readonly #events: VmEvents;
  readonly #vm: MicroVm;

  private constructor(recipe: Recipe, snapshot: Snapshot, events: VmEvents) {
    const { programs, hardware, programMib } = recipe;
    const start = { programs, hardware, args: restoreArguments, fds: [snapshot.handle.fd] };
    this.#vm = new MicroVm(start, programMib * MIB, events);
    this.#recipe = recipe;
    this.#snapshot = snapshot.digest;
    this.#events = events;
  }

  static async #started(recipe: Recipe, snapshot: Snapshot, events: VmEvents): Promise<Clone> {
    try {
      return new Clone(recipe, snapshot, events);
    } finally {
      await snapshot.handle.close();
    }
  }

  /** @throws {Error} in plain words; then nothing is left of it. */
  static async restored(
    recipe: Recipe,
    snapshot: Snapshot,
    events: VmEvents,
    signal: AbortSignal,
  ): Promise<Clone> {
    const clone = await Clone.#started(recipe, snapshot, events);
    return await clone.#orNothing(async (vm) => {
      await vm.restored(signal);
      return clone;
    });
  }

  /** The guest, with what holds it as it is found now. @throws {Error} as above. */
  wake(signal: AbortSignal): Promise<Vm> {
    return this.#orNothing(async (vm) => {
      await vm.wake(signal);
      await vm.begin(await vm.machine.unlessEnded(this.#evidence(), signal), this.#events);
      return vm;
    });
  }

  async end(): Promise<void> {
    this.#vm.kill();
    await this.#vm.machine.ended;
  }

  async #orNothing<Result>(work: (vm: MicroVm) => Promise<Result>): Promise<Result> {
    try {
      return await work(this.#vm);
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  async #evidence(): Promise<VmEvidence> {
    const { hardware, image, qemu } = this.#recipe;
    const { machine } = this.#vm;
    const found = await readEvidence(machine, hardware);
    const doubt = doubtOf(found, hardware);
    if (doubt !== undefined) throw new Error(`it does not hold: ${doubt}`);
    const { kernel, initrd } = image.manifest;
    const command = digestOf(JSON.stringify(machine.command));
    const digests = { kernel, initrd, qemu, snapshot: this.#snapshot, command };
    return { isolation: 'microvm', engine: `qemu-${hardware.accel}`, digests, found };
  }
}
