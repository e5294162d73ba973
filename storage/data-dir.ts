import { sameBytes, text } from './bytes.ts';
import { StorageError } from './faults.ts';
import { isStoreHeld } from './held-store.ts';
import type { Identity } from './identity.ts';
import {
  type Authentic,
  authenticate,
  type KnownStore,
  readIdentity,
  writeIdentity,
} from './identity-copies.ts';
import { destroyOldCopies, putBackCopies, turnIdentity } from './identity-turn.ts';
import { Layout } from './layout.ts';
import { mustBeNoLinks } from './links.ts';
import type { Clock, Files, Kv, KvStore } from './ports.ts';
import { remake } from './remake.ts';
import { type Stretching, type Wrap, wrapRoot } from './root-key.ts';
import type { SealTools } from './seal.ts';
import { Secret } from './secret.ts';
import { Turns } from './turns.ts';

/** Free bytes without which nothing is begun: the ballast, and two segments' write buffers. */
export const START_BYTES_MIN = 32 * 1024 * 1024;

/** Who has a directory open, for people. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly name: string;
}

/** A directory that is ours until it is released. */
export interface DataDir {
  readonly path: string;
  readonly identity: Identity;
  /** Of which every key of the store is derived. */
  readonly rootKey: Secret;
  /** What is wrong with a copy of the identity, until `noteLog` mends it. */
  readonly problems: Authentic['problems'];
  /**
   * Makes identity, lock and owner again if somebody removed one of them; true if that was done
   * since it was last asked.
   * @throws {StorageError} LOCKED if somebody else has the directory by now, or of a port.
   */
  restore(): Promise<boolean>;
  /** A rotation of the master key was cut short; until `noteLog` ends it. */
  readonly isSplit: boolean;
  /**
   * The root key is under another master key from now on, in both copies; after a failure perhaps
   * in one of them, and either key opens the directory.
   * @throws {StorageError} GONE after the release; LOCKED as `restore`; or of a port.
   */
  rewrap(opener: Omit<Opener, 'storeId'>): Promise<void>;
  /**
   * The audit log is open: both copies of the identity are whole, and say so, from now on.
   * @throws as `rewrap`.
   */
  noteLog(): Promise<void>;
  /** Both copies say from now on of which generation the key ring is. @throws as `rewrap`. */
  noteRing(ringGeneration: number): Promise<void>;
  /** For what is written beside it. @throws as `rewrap`. */
  mustBeOurs(): Promise<void>;
  release(): Promise<void>;
}

interface Ports {
  readonly files: Files;
  readonly kv: Kv;
  readonly clock: Clock;
}

const leftovers = new Set(['lock', 'owner', 'owner.tmp', 'identity.bak.tmp', 'identity.tmp']);

/**
 * What stands at `path`, without a write: the identity of a store, or undefined where one may be
 * made.
 * @param path where no link stands at the end
 * @throws {StorageError} FOREIGN, NEWER_VERSION, OLDER_VERSION, CORRUPT.
 */
export async function identify(files: Files, path: string): Promise<KnownStore | undefined> {
  const { kind = 'directory' } = (await files.stat(path)) ?? {};
  if (kind !== 'directory') throw new StorageError('FOREIGN', `${path} is no directory`);
  const { directories } = new Layout(`${path}/audit`);
  await mustBeNoLinks(files, [
    `${path}/lock`,
    `${path}/state`,
    `${path}/witness`,
    `${path}/keys`,
    ...directories,
  ]);
  const identity = await readIdentity(files, path);
  if (identity !== undefined) return identity;
  const strange = ((await files.list(path)) ?? []).find((name) => !leftovers.has(name));
  if (strange === undefined) return undefined;
  throw new StorageError('FOREIGN', `${path} holds ${strange}, and no identity of a store`);
}

/** What opens a store, or makes one of that id where there is none: its key is the master key. */
export interface Opener extends SealTools {
  /** What the master key is made with, if it is made of a passphrase. */
  readonly passphrase?: Stretching;
}

/**
 * Takes a directory for this process, and makes a store of it if it is none yet. Nothing is written
 * before the master key is known to be the right one.
 * @throws {StorageError} WRONG_KEY, LOCKED (naming the owner), FOREIGN, CORRUPT, or of a port.
 */
export async function claim(
  ports: Ports,
  path: string,
  opener: Opener,
  owner: Owner,
): Promise<DataDir> {
  const { files } = ports;
  const isThere = (await identify(files, path)) !== undefined;
  if (isThere) (await mustFit(files, path, opener.key)).rootKey.wipe();
  await mustBeLeft(files, path);
  await files.makeDirectory(path);
  const lock = await takeLock(ports, path);
  try {
    // Somebody may have made it a store while we waited for the lock.
    if ((await identify(files, path)) === undefined) await makeStore(ports, path, opener);
    const found = await mustFit(files, path, opener.key);
    const { identity, rootKey } = found;
    await putBackCopies(files, path);
    // Before the log begins: from then on a missing copy was removed.
    if (!identity.hasLog) await writeIdentity(files, path, identity, rootKey, 'missing');
    const dir = new ClaimedDir(ports, path, found, owner);
    await dir.hold(lock);
    return dir;
  } catch (error) {
    await lock.close();
    throw error;
  }
}

async function makeStore({ files, clock }: Ports, path: string, opener: Opener): Promise<void> {
  const bytes = opener.random(32);
  const rootKey = Secret.of(bytes);
  bytes.fill(0);
  const wrap = wrapBy(opener, rootKey, clock);
  await writeIdentity(files, path, { storeId: opener.storeId, wrap }, rootKey);
  rootKey.wipe();
}

function wrapBy(opener: Opener, rootKey: Secret, clock: Clock): Wrap {
  const { passphrase } = opener;
  const sinceMs = Math.round(clock.wallMs());
  return wrapRoot(opener, rootKey, { ...(passphrase && { passphrase }), sinceMs });
}

class ClaimedDir implements DataDir {
  readonly path: string;
  identity: Identity;
  readonly rootKey: Secret;
  readonly problems: Authentic['problems'];
  readonly isSplit: boolean;
  readonly #ports: Ports;
  readonly #turns = new Turns();
  readonly #owner: Owner;
  /** Undefined while it is being made again, or somebody else has it. */
  #lock: KvStore | undefined;
  #inode: number | undefined;
  #restoring: Promise<boolean> | undefined;
  #isRemade = false;
  #isReleased = false;

  constructor(ports: Ports, path: string, found: Authentic, owner: Owner) {
    this.path = path;
    this.identity = found.identity;
    this.rootKey = found.rootKey;
    this.problems = found.problems;
    this.isSplit = found.isSplit;
    this.#ports = ports;
    const startedAt = new Date(ports.clock.wallMs()).toISOString();
    this.#owner = Object.assign({ ...owner }, { startedAt });
  }

  /** The lock was taken just now. */
  async hold(lock: KvStore): Promise<void> {
    const { files } = this.#ports;
    this.#inode = (await files.stat(`${this.path}/lock`))?.inode;
    await remake(files, `${this.path}/owner`, text(`${JSON.stringify(this.#owner)}\n`));
    this.#lock = lock;
  }

  async restore(): Promise<boolean> {
    if (this.#isReleased) return false;
    const restoring = (): Promise<boolean> =>
      this.#turns.take(async () => {
        await this.#restore();
        const isRemade = this.#isRemade;
        this.#isRemade = false;
        return isRemade;
      });
    this.#restoring ??= restoring().finally(() => {
      this.#restoring = undefined;
    });
    return await this.#restoring;
  }

  /** In turn, and in no directory that is somebody else's by now. */
  async #change(work: () => Promise<Identity>): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#isReleased) throw new StorageError('GONE', 'the directory was released');
      await this.#restore();
      this.identity = await work();
    });
  }

  async rewrap(opener: Omit<Opener, 'storeId'>): Promise<void> {
    const { files, clock } = this.#ports;
    await this.#change(async () => {
      const { storeId } = this.identity;
      const wrap = wrapBy({ ...opener, storeId }, this.rootKey, clock);
      const identity = { ...this.identity, wrap };
      await turnIdentity(files, this.path, identity, this.rootKey);
      return identity;
    });
  }

  noteLog(): Promise<void> {
    return this.#note({ hasLog: true });
  }

  noteRing(ringGeneration: number): Promise<void> {
    return this.#note({ ringGeneration });
  }

  mustBeOurs(): Promise<void> {
    return this.#change(async () => this.identity);
  }

  async #note(begun: Pick<Identity, 'hasLog' | 'ringGeneration'>): Promise<void> {
    const { files } = this.#ports;
    await this.#change(async () => {
      const identity = { ...this.identity, ...begun };
      await writeIdentity(files, this.path, identity, this.rootKey);
      await destroyOldCopies(files, this.path);
      return identity;
    });
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    await this.#turns.take(async () => this.#lock?.close());
  }

  async #restore(): Promise<void> {
    const { files } = this.#ports;
    const { path } = this;
    const lock = await files.stat(`${path}/lock`);
    const isHeld = this.#lock !== undefined && lock?.inode === this.#inode;
    const names = ['identity', 'identity.bak', 'owner'];
    const found = await Promise.all(names.map((name) => files.stat(`${path}/${name}`)));
    if (isHeld && !found.includes(undefined)) return;
    await files.makeDirectory(path);
    if (isHeld && this.#lock !== undefined) await this.#settle(this.#lock);
    else await this.#relock();
    this.#isRemade = true;
  }

  async #relock(): Promise<void> {
    const old = this.#lock;
    this.#lock = undefined;
    await old?.close().catch(() => {});
    const lock = await takeLock(this.#ports, this.path);
    try {
      await this.#settle(lock);
    } catch (error) {
      await lock.close();
      throw error;
    }
  }

  /** The lock is ours: what is below it must be, too. */
  async #settle(lock: KvStore): Promise<void> {
    const { files } = this.#ports;
    const { path, identity } = this;
    const { storeId = identity.storeId } = (await readIdentity(files, path)) ?? {};
    if (!sameBytes(storeId, identity.storeId)) {
      throw new StorageError('LOCKED', `${path} was taken by another store`);
    }
    await writeIdentity(files, path, identity, this.rootKey, 'missing');
    await this.hold(lock);
  }
}

async function mustFit(files: Files, path: string, master: Secret): Promise<Authentic> {
  const found = await authenticate(files, path, master);
  if (found !== undefined) return found;
  throw new StorageError('WRONG_KEY', `the master key is not the one of ${path}`);
}

/** @throws {StorageError} NO_SPACE if the disk has too little room to begin anything. */
export async function mustHaveRoom(files: Files, path: string): Promise<void> {
  const free = await files.freeBytes(await existing(files, path));
  if (free >= START_BYTES_MIN) return;
  const message = `${path} needs ${START_BYTES_MIN} free bytes to start, and has ${free}`;
  throw new StorageError('NO_SPACE', message);
}

/** The nearest directory that is there already. */
async function existing(files: Files, path: string): Promise<string> {
  let at = path;
  while (at.includes('/') && (await files.stat(at)) === undefined) {
    at = at.slice(0, at.lastIndexOf('/'));
  }
  return at === '' ? '/' : at;
}

/** Somebody may have removed the lock of whoever has the directory. The stores have theirs. */
async function mustBeLeft(files: Files, path: string): Promise<void> {
  if ((await files.stat(`${path}/lock/LOCK`)) !== undefined) return;
  const { segments } = new Layout(`${path}/audit`);
  const names = (await files.list(segments)) ?? [];
  for (const store of [`${path}/state`, ...names.map((name) => `${segments}/${name}`)]) {
    if (await isStoreHeld(files, store)) throw await inUse(files, path);
  }
}

async function takeLock({ files, kv }: Ports, path: string) {
  const lock = `${path}/lock`;
  try {
    return await openLock(kv, lock);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'LOCKED') throw error;
    throw await inUse(files, path, error);
  }
}

async function inUse(files: Files, path: string, cause?: unknown): Promise<StorageError> {
  const message = `${path} is in use by ${await ownerOf(files, path)}`;
  return new StorageError('LOCKED', message, cause === undefined ? {} : { cause });
}

async function openLock(kv: Kv, lock: string): Promise<KvStore> {
  try {
    return await kv.open(lock);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'CORRUPT') await kv.destroy(lock);
    if (error.code === 'CORRUPT' || error.code === 'GONE') return await kv.create(lock);
    throw error;
  }
}

async function ownerOf(files: Files, path: string): Promise<string> {
  const bytes = await files.read(`${path}/owner`);
  try {
    const { pid, host, name, startedAt } = JSON.parse(Buffer.from(bytes ?? '').toString());
    return `process ${pid} on ${host}, runtime ${name}, since ${startedAt}`;
  } catch {
    return 'a process that left no name';
  }
}
