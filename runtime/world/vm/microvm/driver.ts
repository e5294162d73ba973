import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Vm,
  VmDriver,
  VmEvents,
  VmEvidence,
  VmExit,
  VmOutcome,
  VmSpec,
  VmUnavailable,
} from '../../../../actors/vm-drivers.ts';
import { doubtOf, readEvidence } from './evidence.ts';
import { digestOfFile, INSTALL, openImage } from './image.ts';
import { MicroVm } from './microvm.ts';
import { findPrograms, type Hardware, restoreArguments } from './qemu.ts';
import { keyOf, openSnapshot, type Recipe, type Snapshot } from './snapshot.ts';
import { saveTemplate } from './template.ts';

const MIB = 1_048_576;
/** For the kernel and the agent; the first root is there twice while it is unpacked. */
const OWN_MIB = 180;
const PROBE_MIB = 64;
const SAVE_MS_MAX = 60_000;
const RESTORE_MS_MAX = 10_000;
const CHECK_MS_MAX = 5_000;

const CHECK = '[input, typeof process, typeof require, typeof fetch, typeof setTimeout]';
const CHECKED = '[7,"undefined","undefined","undefined","undefined"]';

/** Guests with a kernel of their own, restored from a snapshot of the image in `directory`. */
export class MicroVmDriver implements VmDriver {
  readonly isolation = 'microvm';
  readonly #directory: string;
  readonly #images = new Digested(openImage);
  readonly #programs = new Digested(digestOfFile);
  readonly #saving = new Map<string, Promise<void>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async probe(signal: AbortSignal): Promise<VmEvidence | VmUnavailable> {
    const heard = new Heard();
    const vm = await this.create({ memoryBytesMax: PROBE_MIB * MIB }, heard, signal);
    if ('unavailable' in vm) return vm;
    const late = setTimeout(() => vm.kill(), CHECK_MS_MAX);
    vm.call({ code: CHECK, input: '7', resultBytesMax: CHECK.length });
    const outcome = await heard.outcome;
    clearTimeout(late);
    vm.kill();
    await heard.exit;
    if (outcome === CHECKED) return vm.evidence;
    return { unavailable: `a guest of it that should say ${CHECKED} says ${outcome}` };
  }

  async create(spec: VmSpec, events: VmEvents, signal: AbortSignal): Promise<Vm | VmUnavailable> {
    try {
      const recipe = await this.#recipe(Math.ceil(spec.memoryBytesMax / MIB));
      if (typeof recipe === 'string') return unavailable(`there is no ${recipe} here`, INSTALL);
      const snapshot = await this.#snapshot(recipe, signal);
      return await restore(recipe, snapshot, events, signal);
    } catch (error) {
      const fix = `holdfast vm build --dir ${this.#directory}`;
      const { message } = Object(error);
      return unavailable(String(message), error instanceof RangeError ? fix : undefined);
    }
  }

  async #recipe(programMib: number): Promise<Recipe | string> {
    const programs = await findPrograms();
    if (typeof programs === 'string') return programs;
    const [image, qemu] = await Promise.all([
      this.#images.of(this.#directory, ['manifest.json', 'vmlinux', 'initrd.cpio']),
      this.#programs.of(programs['qemu-system-x86_64'], ['']),
    ]);
    const memoryMib = programMib + OWN_MIB + 2 * Math.ceil(image.initrdBytes / MIB);
    const hardware = { memoryMib, accel: await accelHere() };
    return { programs, image, hardware, programMib, qemu };
  }

  /** Made by whoever is first to need it; it goes on if that one does not wait for it. */
  async #snapshot(recipe: Recipe, signal: AbortSignal): Promise<Snapshot> {
    const found = await openSnapshot(recipe);
    if (found !== undefined) return found;
    const key = keyOf(recipe);
    const saving =
      this.#saving.get(key) ??
      saveTemplate(recipe, AbortSignal.timeout(SAVE_MS_MAX)).finally(() => {
        this.#saving.delete(key);
      });
    this.#saving.set(key, saving);
    await unlessAborted(saving, signal);
    const saved = await openSnapshot(recipe);
    if (saved === undefined) throw new Error('its snapshot is gone again');
    return saved;
  }
}

async function restore(
  recipe: Recipe,
  { handle, digest }: Snapshot,
  events: VmEvents,
  given: AbortSignal,
): Promise<Vm> {
  const { programs, hardware, image } = recipe;
  const signal = AbortSignal.any([given, AbortSignal.timeout(RESTORE_MS_MAX)]);
  const start = { programs, hardware, args: restoreArguments, fds: [handle.fd] };
  const vm = new MicroVm(start, recipe.programMib * MIB, events);
  try {
    await handle.close();
    await vm.wake(signal);
    const found = await vm.machine.unlessEnded(readEvidence(vm.machine, hardware), signal);
    const doubt = doubtOf(found, hardware);
    if (doubt !== undefined) throw new Error(`it does not hold: ${doubt}`);
    const { kernel, initrd } = image.manifest;
    const command = createHash('sha256').update(JSON.stringify(vm.machine.command)).digest('hex');
    const digests = { kernel, initrd, qemu: recipe.qemu, snapshot: digest, command };
    const engine = `qemu-${hardware.accel}`;
    await vm.begin({ isolation: 'microvm', engine, digests, found }, events);
    return vm;
  } catch (error) {
    vm.kill();
    await vm.machine.ended;
    throw error;
  }
}

/** What was read of files, for as long as those are the same by inode, size and time. */
class Digested<Read> {
  readonly #read: (path: string) => Promise<Read>;
  #known: { readonly identity: string; readonly read: Read } | undefined;

  constructor(read: (path: string) => Promise<Read>) {
    this.#read = read;
  }

  async of(path: string, files: readonly string[]): Promise<Read> {
    const stats = await Promise.all(
      files.map((name) => stat(join(path, name), { bigint: true }).catch(() => undefined)),
    );
    const identity = stats.map((at) => `${at?.ino} ${at?.size} ${at?.mtimeNs}`).join();
    if (this.#known?.identity !== `${path} ${identity}`) {
      this.#known = { identity: `${path} ${identity}`, read: await this.#read(path) };
    }
    return this.#known.read;
  }
}

/** Whom a guest that only checks speaks to. */
class Heard implements VmEvents {
  readonly #outcome = withResolver<string>();
  readonly #exit = withResolver<VmExit>();
  readonly outcome = this.#outcome.promise;
  readonly exit = this.#exit.promise;

  onPrinted(): void {}
  onHostCall(): void {}
  onPong(): void {}
  onOutcome(outcome: VmOutcome): void {
    this.#outcome.resolve(outcome.ok ? outcome.output : `${outcome.fault} ${outcome.message}`);
  }
  onViolated(because: string): void {
    this.#outcome.resolve(because);
  }
  onExited(exit: VmExit): void {
    this.#outcome.resolve(`nothing: ${exit.because} ${exit.status}`);
    this.#exit.resolve(exit);
  }
}

function withResolver<Value>() {
  let resolve = (_value: Value): void => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
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

async function unlessAborted(waited: Promise<void>, signal: AbortSignal): Promise<void> {
  let abort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(new Error('its snapshot is not there in time'));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
  try {
    await Promise.race([waited, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

const unavailable = (why: string, fix: string | undefined): VmUnavailable => {
  return { unavailable: why, fix };
};
