import { isZero } from './bytes.ts';
import { StorageError } from './faults.ts';
import { decodeHead, encodeHead, HEAD_BYTES, type Head } from './head.ts';
import type { Files } from './ports.ts';
import type { Secret } from './secret.ts';

const FILE_BYTES = 8_192;
const SLOT_BYTES = 4_096;

export interface HeadFileTools {
  readonly files: Files;
  readonly key: Secret;
  readonly storeId: Uint8Array;
}

const slotOf = (generation: number): number => (generation % 2) * SLOT_BYTES;

function pageOf(head: Head, { key, storeId }: HeadFileTools): Uint8Array {
  const page = new Uint8Array(FILE_BYTES);
  page.set(encodeHead(head, key, storeId), slotOf(head.generation));
  return page;
}

/** Of the right length, and without anything between and after the slots. */
function isFormed(bytes: Uint8Array): boolean {
  if (bytes.length !== FILE_BYTES) return false;
  return [0, SLOT_BYTES].every((at) => isZero(bytes.subarray(at + HEAD_BYTES, at + SLOT_BYTES)));
}

/** The heads that stand whole and in their place, the newest first. */
function readHeads(bytes: Uint8Array, key: Secret, storeId: Uint8Array): readonly Head[] {
  const heads = [0, SLOT_BYTES].flatMap((at) => {
    const head = decodeHead(bytes.subarray(at, at + HEAD_BYTES), key, storeId);
    return head !== undefined && slotOf(head.generation) === at ? [head] : [];
  });
  return heads.sort((a, b) => b.generation - a.generation);
}

/** The newest whole head; and whether each byte of the file is as it was written. */
export function readHeadFile(
  bytes: Uint8Array | undefined,
  key: Secret,
  storeId: Uint8Array,
): { readonly head?: Head; readonly isWhole: boolean } {
  if (bytes === undefined) return { isWhole: false };
  const [head, before] = readHeads(bytes, key, storeId);
  if (head === undefined) return { isWhole: false };
  const isPair =
    before === undefined
      ? head.generation === 1 && !head.isClosed && isZero(bytes.subarray(0, HEAD_BYTES))
      : before.generation === head.generation - 1;
  return { head, isWhole: isPair && isFormed(bytes) };
}

/** The file `head`: whatever happens while it is written, the head before is still there. */
export class HeadFile {
  readonly #tools: HeadFileTools;
  readonly #path: string;
  #head: Head;
  /** What the file holds, or should. */
  #page: Uint8Array;
  #isFormed: boolean;
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(tools: HeadFileTools, path: string, head: Head, isFormedFile: boolean) {
    this.#tools = tools;
    this.#path = path;
    this.#head = head;
    this.#page = pageOf(head, tools);
    this.#isFormed = isFormedFile;
  }

  /** @throws {StorageError} TAKEN if there is one, or as the disk fails. */
  static async create(
    tools: HeadFileTools,
    path: string,
    head: Omit<Head, 'generation'>,
  ): Promise<HeadFile> {
    const file = new HeadFile(tools, path, { ...head, generation: 1 }, true);
    await tools.files.create(path, file.#page);
    return file;
  }

  /** @throws {StorageError} GONE, CORRUPT if no head in it is whole, or as the disk fails. */
  static async open(tools: HeadFileTools, path: string): Promise<HeadFile> {
    const bytes = await tools.files.read(path);
    if (bytes === undefined) throw goneFrom(path);
    const { head } = readHeadFile(bytes, tools.key, tools.storeId);
    if (head === undefined) throw new StorageError('CORRUPT', `no head in ${path} is whole`);
    return new HeadFile(tools, path, head, isFormed(bytes));
  }

  /** The last that is durable. */
  get head(): Head {
    return this.#head;
  }

  /** The next write is younger than `generation`: for a head that was put back. */
  outgrow(generation: number): void {
    if (generation <= this.#head.generation) return;
    this.#head = { ...this.#head, generation };
    this.#page = pageOf(this.#head, this.#tools);
    this.#isFormed = false;
  }

  /**
   * Durable once it resolves; one write after the other. One that failed may have left anything in
   * its slot, but nothing in that of the head before; the next one takes the same slot.
   * @throws {StorageError} GONE if somebody removed it, or as the disk fails.
   */
  write(next: Omit<Head, 'generation'>): Promise<void> {
    const write = this.#lastWrite.then(() => this.#put(next));
    this.#lastWrite = write.catch(() => {});
    return write;
  }

  async #put(next: Omit<Head, 'generation'>): Promise<void> {
    const head = { ...next, generation: this.#head.generation + 1 };
    const at = slotOf(head.generation);
    const slot = encodeHead(head, this.#tools.key, this.#tools.storeId);
    const page = this.#page.slice();
    page.set(slot, at);
    // Beside a clean end a torn slot would look as if somebody had changed it.
    const isAtEnd = head.isClosed || this.#head.isClosed;
    if (isAtEnd || !this.#isFormed) await this.#replace(page);
    else await this.#tools.files.overwrite(this.#path, at, slot);
    this.#page = page;
    this.#head = head;
    this.#isFormed = true;
  }

  /** One that somebody removed is not made again: whoever opens the log next has to miss it. */
  async #replace(page: Uint8Array): Promise<void> {
    const { files } = this.#tools;
    if ((await files.stat(this.#path)) === undefined) throw goneFrom(this.#path);
    await files.replace(this.#path, page);
  }
}

const goneFrom = (path: string): StorageError =>
  new StorageError('GONE', `there is no file ${path}`);
