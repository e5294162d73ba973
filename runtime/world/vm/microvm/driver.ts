import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { onAbort } from '../../../../actors/on-abort.ts';
import type {
  Vm,
  VmDriver,
  VmEvents,
  VmEvidence,
  VmSpec,
  VmUnavailable,
} from '../../../../actors/vm-drivers.ts';
import { digestOfFile, identityOf } from '../digest.ts';
import { namespacesFix } from '../process/jail-tools.ts';
import { Trial } from '../trial.ts';
import { Clone } from './clone.ts';
import { INSTALL, openImage } from './image.ts';
import { NoJail } from './machine.ts';
import { findPrograms, type Hardware } from './qemu.ts';
import { Saving } from './saving.ts';
import { keyOf, openSnapshot, type Recipe, type Snapshot } from './snapshot.ts';
import { saveTemplate } from './template.ts';

const MIB = 1_048_576;
/** For the kernel and the agent; the first root is there twice while it is unpacked. */
const OWN_MIB = 180;
/** As a guest has it who asks for nothing else: their snapshot is the same. */
const PROBE_MIB = 32;

/** Guests with a kernel of their own, restored from a snapshot of the image in `directory`. */
export class MicroVmDriver implements VmDriver {
  readonly isolation = 'microvm';
  readonly #directory: string;
  readonly #images = new Digested(openImage);
  readonly #programs = new Digested((path) => digestOfFile(path));
  readonly #saving = new Map<string, Saving>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  get #rebuild(): string {
    return `holdfast vm build --dir ${this.#directory}`;
  }

  async probe(signal: AbortSignal): Promise<VmEvidence | VmUnavailable> {
    const trial = new Trial();
    const vm = await this.create({ memoryBytesMax: PROBE_MIB * MIB }, trial, signal);
    if ('unavailable' in vm) return vm;
    const forget = onAbort(signal, () => vm.kill());
    const reached = await trial.escapeOf(vm);
    forget();
    vm.kill();
    await trial.ended;
    return reached === undefined ? vm.evidence : unavailable(reached.unavailable, this.#rebuild);
  }

  async create(spec: VmSpec, events: VmEvents, signal: AbortSignal): Promise<Vm | VmUnavailable> {
    if (signal.aborted) return { unavailable: 'it was given up before it began' };
    try {
      const clone = await this.clone(spec, events, signal);
      return await clone.wake(signal);
    } catch (error) {
      if (error instanceof Missing) return unavailable(error.message, INSTALL);
      if (error instanceof NoJail) {
        return unavailable(error.message, (await namespacesFix()) ?? INSTALL);
      }
      const { message } = Object(error);
      return unavailable(String(message), error instanceof RangeError ? this.#rebuild : undefined);
    }
  }

  /**
   * One that is restored, and takes no time of the processor until it is woken.
   * @throws {Error} in plain words.
   */
  async clone(spec: VmSpec, events: VmEvents, signal: AbortSignal): Promise<Clone> {
    const recipe = await this.recipe(spec.memoryBytesMax);
    const snapshot = await this.#snapshot(recipe, signal);
    return await Clone.restored(recipe, snapshot, events, signal);
  }

  /** What a guest of so much memory is made of. @throws {Error} if some of it is missing. */
  async recipe(memoryBytesMax: number): Promise<Recipe> {
    const programMib = Math.ceil(memoryBytesMax / MIB);
    const programs = await findPrograms();
    if (typeof programs === 'string') throw new Missing(`there is no ${programs} here`);
    const [image, qemu] = await Promise.all([
      this.#images.of(this.#directory, ['manifest.json', 'vmlinux', 'initrd.cpio']),
      this.#programs.of(programs['qemu-system-x86_64'], ['']),
    ]);
    const memoryMib = programMib + OWN_MIB + 2 * Math.ceil(image.initrdBytes / MIB);
    const hardware = { memoryMib, accel: await accelHere() };
    return { programs, image, hardware, programMib, qemu };
  }

  /** Made for whoever is first to need it, and as long as one waits for it. */
  async #snapshot(recipe: Recipe, signal: AbortSignal): Promise<Snapshot> {
    const found = await openSnapshot(recipe);
    if (found !== undefined) return found;
    await this.#savingOf(recipe).wait(signal);
    const saved = await openSnapshot(recipe);
    if (saved === undefined) throw new Error('its snapshot is gone again');
    return saved;
  }

  #savingOf(recipe: Recipe): Saving {
    const key = keyOf(recipe);
    const known = this.#saving.get(key);
    if (known !== undefined) return known;
    const saving = new Saving(
      (signal) => saveTemplate(recipe, signal),
      () => this.#saving.delete(key),
    );
    this.#saving.set(key, saving);
    return saving;
  }
}

/** A program that is not installed. */
class Missing extends Error {}

/** What was read of files, for as long as those are the same by inode, size and times. */
class Digested<Read> {
  readonly #read: (path: string) => Promise<Read>;
  #known: { readonly identity: string; readonly read: Read } | undefined;

  constructor(read: (path: string) => Promise<Read>) {
    this.#read = read;
  }

  async of(path: string, files: readonly string[]): Promise<Read> {
    const identities = await Promise.all(
      files.map((name) => stat(join(path, name), { bigint: true }).then(identityOf, () => '')),
    );
    const identity = identities.join();
    if (this.#known?.identity !== `${path} ${identity}`) {
      this.#known = { identity: `${path} ${identity}`, read: await this.#read(path) };
    }
    return this.#known.read;
  }
}

/** KVM, if whoever QEMU is may open it: anybody, when root drops to a user of its own. */
async function accelHere(): Promise<Hardware['accel']> {
  const { R_OK, W_OK } = constants;
  const isOpen = await access('/dev/kvm', R_OK | W_OK).then(
    async () => process.getuid?.() !== 0 || ((await stat('/dev/kvm')).mode & 0o006) === 0o006,
    () => false,
  );
  return isOpen ? 'kvm' : 'tcg';
}

const unavailable = (why: string, fix: string | undefined): VmUnavailable =>
  fix === undefined ? { unavailable: why } : { unavailable: why, fix };
