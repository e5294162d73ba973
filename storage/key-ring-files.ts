import { sameBytes } from './bytes.ts';
import { StorageError } from './faults.ts';
import { decodeRing, encodeRing, type KeyRing, RING_BEGUN, wipeRing } from './key-ring.ts';
import type { Files } from './ports.ts';
import { remake } from './remake.ts';
import type { SealTools } from './seal.ts';

export interface KeyRingTools extends SealTools {
  readonly files: Files;
  /** The directory that the two copies are in. */
  readonly path: string;
  readonly mark: RingMark;
}

/** What tells a ring that was removed, or that an older one took the place of. */
export interface RingMark {
  /** Of the last ring, or of one before it if a crash came between; 0 if there never was one. */
  readonly generation: number;
  set(generation: number): Promise<void>;
  /** @throws {StorageError} GONE, LOCKED: the directory is somebody else's by now. */
  mustBeOurs(): Promise<void>;
}

export interface FoundRing {
  readonly ring: KeyRing;
  /** Why only one copy, or not the mark, says so: nothing may be written then. */
  readonly unmended: StorageError | undefined;
}

/** In the order they are written. */
const names = ['ring.bak', 'ring'] as const;

interface Copy {
  readonly name: string;
  readonly bytes?: Uint8Array;
  readonly ring?: KeyRing;
  readonly fault?: StorageError;
}

/** The key ring in its two files. Of two whole copies the newer counts. */
export class KeyRingFiles {
  readonly #tools: KeyRingTools;

  constructor(tools: KeyRingTools) {
    this.#tools = tools;
  }

  /** Whether the first key is the present one for certain, though the ring is lost. */
  get isBegunOnly(): boolean {
    return this.#tools.mark.generation === RING_BEGUN;
  }

  /**
   * Undefined if there never was one. Makes both copies say the same, if the disk lets it: what a
   * crash left of a change is ended, or as if it had never begun. The caller wipes it.
   * @throws {StorageError} CORRUPT, NEWER_VERSION or as the disk fails, naming the file: then
   * nothing was written.
   */
  async read(): Promise<FoundRing | undefined> {
    const { mark } = this.#tools;
    const copies = await this.#copies();
    if (copies === undefined) return undefined;
    const { bytes, ring } = this.#newest(copies);
    // Trap: the whole one may be the only one, and is not touched.
    const stale = copies.filter(
      (copy) => copy.bytes === undefined || !sameBytes(copy.bytes, bytes),
    );
    const faults = [
      ...(ring.generation > mark.generation ? [await faultOf(mark.set(ring.generation))] : []),
      ...(await Promise.all(stale.map(({ name }) => faultOf(this.#replace(name, bytes))))),
    ];
    return { ring, unmended: faults.find((fault) => fault !== undefined) };
  }

  /** Writes nothing. @throws {StorageError} as `read`. */
  async check(): Promise<void> {
    const copies = await this.#copies();
    if (copies !== undefined) wipeRing(this.#newest(copies).ring);
  }

  /**
   * What it is from then on; the caller wipes it. After a failure `read` tells which one counts.
   * Trap: of two copies that are not the same the only whole one may be written over.
   * @throws {StorageError} as the disk fails; KEY_PAGE_FULL.
   */
  async write(ring: KeyRing): Promise<void> {
    const { files, path, mark } = this.#tools;
    const bytes = encodeRing(this.#tools, ring);
    if ((await files.stat(path)) === undefined) await this.#make(bytes);
    else for (const name of names) await this.#replace(name, bytes);
    await mark.set(ring.generation);
  }

  async #make(bytes: Uint8Array): Promise<void> {
    const { files, path } = this.#tools;
    // The directory is there with both copies, or not at all: without them it was robbed.
    const made = `${path}.new`;
    await files.remove(made);
    await files.makeDirectory(made);
    for (const name of names) await files.create(`${made}/${name}`, bytes);
    await files.rename(made, path);
  }

  /**
   * In place first, so that a key that is destroyed is nowhere on the disk. Trap: it may come to
   * its end when the directory is somebody else's by now, and spoil this copy, but no other.
   */
  async #replace(name: Copy['name'], bytes: Uint8Array): Promise<void> {
    const { files, path, mark } = this.#tools;
    const file = `${path}/${name}`;
    const found = await files.stat(file);
    await mark.mustBeOurs();
    if (found?.kind === 'file' && found.sizeBytes > 0) {
      await files.overwrite(file, 0, new Uint8Array(Math.min(found.sizeBytes, RING_BYTES_MAX)));
    }
    await remake(files, file, bytes);
  }

  /**
   * The others are wiped. Trap: of two of one generation the one that is written first may be of
   * whoever had the directory before, and came late.
   */
  #newest(copies: readonly Copy[]): Required<Pick<Copy, 'bytes' | 'ring'>> {
    const { mark, path } = this.#tools;
    const [newest, ...others] = copies
      .filter((copy) => copy.ring !== undefined)
      .reverse()
      .sort((a, b) => (b.ring?.generation ?? 0) - (a.ring?.generation ?? 0));
    for (const { ring } of others) if (ring !== undefined) wipeRing(ring);
    if (newest?.ring === undefined || newest.bytes === undefined) throw this.#lost(copies);
    const { bytes, ring } = newest;
    if (ring.generation >= mark.generation) return { bytes, ring };
    wipeRing(ring);
    throw new StorageError('CORRUPT', `${path}/ring: it is older than the last one: ${REMEDY}`);
  }

  /** Undefined if there never was one. */
  async #copies(): Promise<readonly Copy[] | undefined> {
    const { files, path, mark } = this.#tools;
    const copies: Copy[] = [];
    for (const name of names) copies.push(await this.#copy(name));
    const isAbsent = copies.every(({ bytes, fault }) => bytes === undefined && fault === undefined);
    if (isAbsent && mark.generation === 0 && (await files.stat(path)) === undefined)
      return undefined;
    return copies;
  }

  async #copy(name: string): Promise<Copy> {
    const { files, path } = this.#tools;
    try {
      const bytes = await files.read(`${path}/${name}`);
      return bytes === undefined ? { name } : { name, bytes, ring: decodeRing(this.#tools, bytes) };
    } catch (error) {
      if (error instanceof StorageError) return { name, fault: error };
      throw error;
    }
  }

  #lost(copies: readonly Copy[]): StorageError {
    const { path } = this.#tools;
    const fault = copies.find(({ fault }) => fault !== undefined)?.fault;
    const code = fault?.code ?? 'CORRUPT';
    const because =
      fault?.message ?? `both copies are missing, and the next key is nowhere else: ${REMEDY}`;
    return new StorageError(code, `${path}/ring: ${because}`, { cause: fault });
  }
}

const RING_BYTES_MAX = 65_536;
const REMEDY = 'put the last ring back, or begin another directory';

async function faultOf(mending: Promise<void>): Promise<StorageError | undefined> {
  try {
    await mending;
    return undefined;
  } catch (error) {
    if (error instanceof StorageError) return error;
    throw error;
  }
}
