import { sameBytes } from './bytes.ts';
import { DerivedKeys } from './derived-keys.ts';
import { StorageError } from './faults.ts';
import type { Hold } from './holds.ts';
import type { KeyArchive } from './key-archive.ts';
import {
  type AuditKeys,
  decodeKeyPage,
  encodeKeyPage,
  KEY_FILE_BYTES,
  KEY_SLOTS_MAX,
  type KeyPage,
} from './key-page.ts';
import type { Files } from './ports.ts';
import { remake } from './remake.ts';
import { NONCE_BYTES, type SealTools } from './seal.ts';
import type { Sealing } from './sealing.ts';
import type { Secret } from './secret.ts';
import { Turns } from './turns.ts';

export interface KeyPageTools extends SealTools {
  readonly files: Files;
}

type Keys = ReadonlyMap<number, Secret>;

/**
 * What a copy of the key page is: `older` if it is whole, and the other one counts; `outdated` if
 * it is older than the head says, too; `misshapen` if it is no file of 65,536 bytes; `unreadable`
 * if the disk does not give its bytes.
 */
export type KeyPageCopy =
  | 'whole'
  | 'older'
  | 'outdated'
  | 'damaged'
  | 'misshapen'
  | 'unreadable'
  | 'absent';

/** What a reader finds. */
export interface FoundKeys {
  readonly page?: KeyPage;
  /** `keys.a` and `keys.b`, in that order. */
  readonly copies: readonly KeyPageCopy[];
}

/** The key page in its two files. Changes take turns, and are durable in both once they resolve. */
export class KeyPages {
  readonly #tools: KeyPageTools;
  readonly #directory: string;
  readonly #turns = new Turns();
  #keys: Keys = new Map();
  #holds: readonly Hold[] = [];
  #sealing: Sealing | undefined;
  #auditKeys: AuditKeys | undefined;
  #derived: ReadonlyMap<number, number> = new Map();
  readonly #derivedKeys: DerivedKeys;
  #segments = new Uint32Array(KEY_SLOTS_MAX);
  #secrets: readonly Secret[] = [];
  #generation = 0;
  #headGeneration = 0;
  /** Of the last write that was begun: what became of it is unknown if it failed. */
  #begun = 0;

  private constructor(tools: KeyPageTools, directory: string) {
    this.#tools = tools;
    this.#directory = directory;
    this.#derivedKeys = new DerivedKeys(tools.storeId);
  }

  /** Two new files with no key. TAKEN if one is there. */
  static async create(tools: KeyPageTools, directory: string): Promise<KeyPages> {
    const pages = new KeyPages(tools, directory);
    const page: KeyPage = { generation: 1, headGeneration: 0, keys: new Map(), holds: [] };
    const bytes = pages.#encode(page);
    for (const path of pathsOf(directory)) {
      if ((await tools.files.stat(path)) === undefined) continue;
      throw new StorageError('TAKEN', 'there is a key page already');
    }
    // All or nothing, unlike a plain write: with half a first copy the store would be lost.
    for (const path of pathsOf(directory)) await tools.files.replace(path, bytes);
    pages.#take(page);
    return pages;
  }

  /**
   * Reads both copies, and makes them equal. CORRUPT if neither is whole; as the disk fails if one
   * cannot be read, and the other one is not as young as the head says (`promised`).
   */
  static async open(tools: KeyPageTools, directory: string, promised = 0): Promise<KeyPages> {
    const { page, bytes, found } = await newest(tools, directory, promised);
    if (page === undefined || bytes === undefined) {
      throw new StorageError('CORRUPT', 'neither copy of the key page is whole');
    }
    for (const each of found) await restore(tools.files, each, bytes);
    const pages = new KeyPages(tools, directory);
    pages.#take(page);
    return pages;
  }

  /** For a verifier: writes nothing, and fails as `open` does, but not with CORRUPT. */
  static async read(
    tools: Omit<KeyPageTools, 'random'>,
    directory: string,
    promised = 0,
  ): Promise<FoundKeys> {
    const { page, found } = await newest(tools, directory, promised);
    const copies = found.map(({ copy }) => copy).reverse();
    return page === undefined ? { copies } : { page, copies };
  }

  /** Of the newest page that is durable in both files. */
  get generation(): number {
    return this.#generation;
  }

  /** Of the youngest head that is known to be durable. */
  get headGeneration(): number {
    return this.#headGeneration;
  }

  /** A head is durable: each page that is written from now on says so. */
  noteHead(generation: number): void {
    this.#headGeneration = generation;
  }

  /** The next page is younger than `generation`: for one that was put back. */
  outgrow(generation: number): void {
    this.#begun = Math.max(this.#begun, generation);
  }

  /** Writes the page anew, so that no head that is older than the one noted passes for the last. */
  stamp(): Promise<void> {
    return this.#turns.take(() => this.#write(this.#keys));
  }

  /** Of a write that failed a copy may be left on the disk: once this resolves, none is. */
  async settle(): Promise<void> {
    if (this.#begun !== this.#generation) await this.stamp();
  }

  /** What may not be shredded. */
  get holds(): readonly Hold[] {
    return this.#holds;
  }

  /** All holds from now on. If that fails, those from before count until the next opening. */
  putHolds(holds: readonly Hold[]): Promise<void> {
    return this.#turns.take(() => this.#write(this.#keys, { holds }));
  }

  /** Those over the ends of segments, if they were begun. */
  get sealing(): Sealing | undefined {
    return this.#sealing;
  }

  /** From now on, once it resolves; the key of those before is wiped then. */
  putSealing(sealing: Sealing): Promise<void> {
    return this.#turns.take(async () => {
      const before = this.#sealing;
      await this.#write(this.#keys, { sealing });
      before?.key.wipe();
    });
  }

  /** The generations of audit keys that the page knows. */
  get auditKeys(): AuditKeys | undefined {
    return this.#auditKeys;
  }

  get archive(): KeyArchive | undefined {
    return this.#derivedKeys.archive;
  }

  /** Where the audit keys are from now on. The page knows them already. */
  useArchive(archive: KeyArchive): void {
    this.#derivedKeys.archive = archive;
  }

  /** From now on, once it resolves, keys are given of the youngest audit key in this archive. */
  putArchive(archive: KeyArchive): Promise<void> {
    return this.#turns.take(async () => {
      const auditKeys = { generation: archive.generations, digest: archive.digest };
      await this.#write(this.#keys, { auditKeys });
      this.useArchive(archive);
    });
  }

  /** Of the audit key that the key of a segment is derived of; 0 if it stands here itself. */
  generationOf(segment: number): number {
    return this.#derived.get(segment) ?? 0;
  }

  /** Its key is of an audit key that is not the present one. */
  isRetired(segment: number): boolean {
    return this.generationOf(segment) !== (this.#auditKeys?.generation ?? 0);
  }

  /** The numbers of the segments that have a key, in the order of their slots. */
  segments(): readonly number[] {
    return [...this.#keys.keys()];
  }

  /**
   * Undefined too if the audit key it takes was lost. Reads every slot and (trap: not even to ask
   * whether it is truthy) no key, so that its time does not tell which one it was.
   */
  keyOf(segment: number): Secret | undefined {
    if (segment === 0 || segment !== segment >>> 0) return undefined;
    let found = 0;
    for (let slot = 0; slot < KEY_SLOTS_MAX; slot++) {
      const differs = (this.#segments[slot] ?? 0) ^ segment;
      const mask = (differs | -differs) >> 31;
      found |= (slot + 1) & ~mask;
    }
    const [slot, generation] = [this.#secrets[found - 1], this.generationOf(segment)];
    const isDerived = slot !== undefined && generation > 0;
    return isDerived ? this.#derivedKeys.keyOf(segment, generation, slot) : slot;
  }

  /**
   * Keeps `key` itself: the key of the segment, or from the second audit key on the salt of it. One
   * of a retired audit key is replaced. KEY_PAGE_FULL, or TAKEN if the segment has one of the
   * present; then nothing changed.
   */
  put(segment: number, key: Secret): Promise<void> {
    return this.#turns.take(async () => {
      const retired = this.isRetired(segment) ? this.#keys.get(segment) : undefined;
      if (this.#keys.has(segment) && retired === undefined) {
        throw new StorageError('TAKEN', `segment ${segment} has a key already`);
      }
      if (this.#keys.size === KEY_SLOTS_MAX && retired === undefined) {
        throw new StorageError('KEY_PAGE_FULL', `the key page has ${KEY_SLOTS_MAX} keys already`);
      }
      const { generation = 0 } = this.#auditKeys ?? {};
      const derived = new Map(this.#derived);
      if (generation > 0) derived.set(segment, generation);
      await this.#write(new Map([...this.#keys, [segment, key]]), { derived });
      retired?.wipe();
      this.#derivedKeys.forget(segment);
    });
  }

  /**
   * Forgets a key, if there is one, and wipes it. If that fails it may still be on the disk: drop
   * it again. `announce` is told before of which generation the page without the key is.
   */
  drop(segment: number, announce?: (generation: number) => Promise<void>): Promise<void> {
    return this.#turns.take(async () => {
      const key = this.#keys.get(segment);
      const isGone = key === undefined && this.#begun === this.#generation;
      await announce?.(isGone ? this.#generation : this.#begun + 1);
      if (isGone) return;
      // Even if this write fails: what was announced holds for each page from now on.
      this.#keep(new Map([...this.#keys].filter(([each]) => each !== segment)));
      this.#derived = new Map([...this.#derived].filter(([each]) => each !== segment));
      key?.wipe();
      this.#derivedKeys.forget(segment);
      await this.#write(this.#keys);
    });
  }

  async #write(
    keys: Keys,
    {
      holds = this.#holds,
      sealing = this.#sealing,
      auditKeys = this.#auditKeys,
      derived = this.#derived,
    }: Pick<Partial<KeyPage>, 'holds' | 'sealing' | 'auditKeys' | 'derived'> = {},
  ): Promise<void> {
    const headGeneration = this.#headGeneration;
    const contents = { keys, holds, sealing, auditKeys, derived };
    const page = { generation: this.#begun + 1, headGeneration, ...contents };
    const bytes = this.#encode(page);
    this.#begun = page.generation;
    for (const path of pathsOf(this.#directory)) await this.#tools.files.overwrite(path, 0, bytes);
    this.#hold(page);
    this.#generation = page.generation;
  }

  #encode(page: KeyPage): Uint8Array {
    const { key, storeId, random } = this.#tools;
    return encodeKeyPage(page, key, storeId, random(NONCE_BYTES));
  }

  #take(page: KeyPage): void {
    this.#hold(page);
    this.#headGeneration = page.headGeneration;
    this.#generation = page.generation;
    this.#begun = page.generation;
  }

  #hold({ keys, holds, sealing, auditKeys, derived = new Map() }: KeyPage): void {
    this.#keep(keys);
    this.#holds = holds;
    this.#sealing = sealing;
    this.#auditKeys = auditKeys;
    this.#derived = derived;
  }

  #keep(keys: Keys): void {
    this.#keys = keys;
    this.#segments.fill(0);
    this.#segments.set([...keys.keys()]);
    this.#secrets = [...keys.values()];
  }
}

/** In the order they are written. */
const pathsOf = (directory: string): readonly string[] => [
  `${directory}/keys.b`,
  `${directory}/keys.a`,
];

interface Found {
  readonly path: string;
  readonly copy: KeyPageCopy;
}

interface Newest {
  readonly page?: KeyPage;
  readonly bytes?: Uint8Array;
  readonly found: readonly Found[];
}

interface Read {
  readonly path: string;
  readonly bytes?: Uint8Array | undefined;
  readonly page?: KeyPage | undefined;
  /** Why there are no bytes. */
  readonly fault?: StorageError;
}

async function newest(
  tools: Omit<KeyPageTools, 'random'>,
  directory: string,
  promised: number,
): Promise<Newest> {
  const read: Read[] = [];
  for (const path of pathsOf(directory)) read.push(await readCopy(tools, path));
  const [best] = read
    .flatMap(({ bytes, page }) => (bytes && page ? [{ bytes, page }] : []))
    .sort((one, other) => other.page.generation - one.page.generation);
  // Trap: what cannot be read may be the newest, and is not to be written over by an older one.
  const fault = read.find((each) => each.fault !== undefined)?.fault;
  if (fault !== undefined && (best === undefined || best.page.generation < promised)) throw fault;
  const found = read.map((each) => ({
    path: each.path,
    copy: copyOf(each, best?.bytes, promised),
  }));
  for (const { page } of read) {
    if (page === best?.page) continue;
    for (const secret of page?.keys.values() ?? []) secret.wipe();
    page?.sealing?.key.wipe();
  }
  return { ...best, found };
}

/** No more of it than it takes to see that it is too long. */
async function readCopy(
  { files, key, storeId }: Omit<KeyPageTools, 'random'>,
  path: string,
): Promise<Read> {
  try {
    const bytes = await files.readAt(path, 0, KEY_FILE_BYTES + 1);
    return { path, bytes, page: decodeKeyPage(bytes, key, storeId) };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return error.code === 'GONE' ? { path } : { path, fault: error };
  }
}

function copyOf(
  { bytes, page, fault }: Read,
  best: Uint8Array | undefined,
  promised: number,
): KeyPageCopy {
  if (fault !== undefined) return fault.code === 'TAKEN' ? 'misshapen' : 'unreadable';
  if (bytes === undefined) return 'absent';
  if (bytes.length !== KEY_FILE_BYTES) return 'misshapen';
  if (page === undefined || best === undefined) return 'damaged';
  if (sameBytes(bytes, best)) return 'whole';
  return page.generation < promised ? 'outdated' : 'older';
}

/** In place if that can be, so that the keys on an older copy are gone from the file's blocks. */
async function restore(files: Files, { path, copy }: Found, bytes: Uint8Array): Promise<void> {
  if (copy === 'whole') return;
  if (copy === 'absent') return await files.create(path, bytes);
  try {
    await files.overwrite(path, 0, bytes);
    await files.truncate(path, KEY_FILE_BYTES);
  } catch (error) {
    if (copy !== 'misshapen' && copy !== 'unreadable') throw error;
    await remake(files, path, bytes);
  }
}
