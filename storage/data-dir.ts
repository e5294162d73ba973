import { text } from './bytes.ts';
import { StorageError } from './faults.ts';
import { decodeIdentity, encodeIdentity, type Identity, isMasterKeyOf } from './identity.ts';
import type { Clock, Files, Kv } from './ports.ts';
import type { Secret } from './secret.ts';

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
  release(): Promise<void>;
}

interface Ports {
  readonly files: Files;
  readonly kv: Kv;
  readonly clock: Clock;
}

const leftovers = new Set(['lock', 'owner', 'owner.tmp', 'identity.tmp']);

/**
 * What stands at `path`, without a write: the identity of a store, or undefined where one may be
 * made.
 * @throws {StorageError} FOREIGN, NEWER_VERSION, CORRUPT.
 */
export async function identify(files: Files, path: string): Promise<Identity | undefined> {
  const { kind = 'directory' } = (await files.stat(path)) ?? {};
  if (kind !== 'directory') throw new StorageError('FOREIGN', `${path} is no directory`);
  const bytes = await files.read(`${path}/identity`);
  if (bytes !== undefined) return decodeIdentity(bytes);
  const strange = ((await files.list(path)) ?? []).find((name) => !leftovers.has(name));
  if (strange === undefined) return undefined;
  throw new StorageError('FOREIGN', `${path} holds ${strange}, and no identity of a store`);
}

/**
 * Takes a directory for this process, and makes a store of it if it is none yet. Nothing is written
 * before the master key is known to be the right one.
 * @throws {StorageError} WRONG_KEY, LOCKED (naming the owner), FOREIGN, CORRUPT, or of a port.
 */
export async function claim(
  ports: Ports,
  path: string,
  identity: Identity,
  master: Secret,
  owner: Owner,
): Promise<DataDir> {
  const { files } = ports;
  await checkKey(files, path, master);
  await files.makeDirectory(path);
  const lock = await takeLock(ports, path);
  try {
    // Somebody may have made it a store while we waited for the lock.
    const found = await identify(files, path);
    if (found === undefined) {
      await files.create(`${path}/identity`, encodeIdentity(identity, master));
    } else await checkKey(files, path, master);
    const startedAt = new Date(ports.clock.wallMs()).toISOString();
    await files.replace(`${path}/owner`, text(`${JSON.stringify({ ...owner, startedAt })}\n`));
    return { path, identity: found ?? identity, release: () => lock.close() };
  } catch (error) {
    await lock.close();
    throw error;
  }
}

/** Makes the identity again, if somebody removed it from under us. */
export async function restoreIdentity(
  files: Files,
  path: string,
  identity: Identity,
  master: Secret,
): Promise<void> {
  if ((await files.stat(`${path}/identity`)) !== undefined) return;
  await files.makeDirectory(path);
  await files.create(`${path}/identity`, encodeIdentity(identity, master));
}

async function checkKey(files: Files, path: string, master: Secret): Promise<void> {
  const bytes = await files.read(`${path}/identity`);
  if (bytes === undefined || isMasterKeyOf(bytes, master)) return;
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

async function takeLock({ files, kv }: Ports, path: string) {
  const lock = `${path}/lock`;
  try {
    return await kv.open(lock);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'CORRUPT') await kv.destroy(lock);
    if (error.code === 'CORRUPT' || error.code === 'GONE') return await kv.create(lock);
    if (error.code !== 'LOCKED') throw error;
    const owner = await ownerOf(files, path);
    throw new StorageError('LOCKED', `${path} is in use by ${owner}`, { cause: error });
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
