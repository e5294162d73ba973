import { sameBytes } from './bytes.ts';
import { StorageError } from './faults.ts';
import { decodeIdentity, encodeIdentity, type Identity, isMasterKeyOf } from './identity.ts';
import type { Files } from './ports.ts';
import { remake } from './remake.ts';
import type { Secret } from './secret.ts';
import type { Verification } from './verification.ts';

type Problem = Verification['problems'][number];

/** In the order they are written. */
const names = ['identity.bak', 'identity'] as const;

/** What a key vouches for. */
export interface Authentic {
  readonly identity: Identity;
  /** What is wrong with the other copy; none may be missing once the log has begun. */
  readonly problems: readonly Problem[];
}

interface Copy {
  readonly name: string;
  readonly bytes?: Uint8Array;
  readonly identity?: Identity;
  /** Why there is no identity. */
  readonly fault?: StorageError;
}

/**
 * What the whole copies in the directory `path` say; undefined if there is none at all.
 * @throws {StorageError} FOREIGN, NEWER_VERSION, CORRUPT, or as the disk fails, if none is whole;
 * CORRUPT if they are of different stores.
 */
export async function readIdentity(files: Files, path: string): Promise<Identity | undefined> {
  const copies = await readCopies(files, path);
  const identity = merged(copies);
  const fault = copies.at(-1)?.fault;
  if (identity === undefined && fault !== undefined) throw fault;
  return identity;
}

/** The same of those that were written with this master key; undefined if none was. */
export async function authenticate(
  files: Files,
  path: string,
  master: Secret,
): Promise<Authentic | undefined> {
  const copies = await readCopies(files, path);
  const isAuthentic = ({ bytes, identity }: Copy): boolean =>
    bytes !== undefined && identity !== undefined && isMasterKeyOf(bytes, master);
  const identity = merged(copies.filter((copy) => isAuthentic(copy)));
  if (identity === undefined) return undefined;
  const problems = names.flatMap((name): Problem[] => {
    const copy = copies.find((each) => each.name === name);
    if (copy !== undefined) return isAuthentic(copy) ? [] : [problemOf(copy)];
    return identity.hasLog ? [{ verdict: 'tampered', because: `${name} is missing` }] : [];
  });
  return { identity, problems };
}

/**
 * Makes the copies say this: all of them, or those that are missing.
 * @throws {StorageError} as the disk fails.
 */
export async function writeIdentity(
  files: Files,
  path: string,
  identity: Identity,
  master: Secret,
  which: 'all' | 'missing' = 'all',
): Promise<void> {
  const bytes = encodeIdentity(identity, master);
  const copies = await readCopies(files, path);
  for (const name of names) {
    const found = copies.find((copy) => copy.name === name);
    if (found !== undefined && which === 'missing') continue;
    if (found?.bytes && sameBytes(found.bytes, bytes)) continue;
    await remake(files, `${path}/${name}`, bytes);
  }
}

/** Those that are there. */
async function readCopies(files: Files, path: string): Promise<readonly Copy[]> {
  const copies: Copy[] = [];
  for (const name of names) {
    const copy = await readCopy(files, path, name);
    if (copy !== undefined) copies.push(copy);
  }
  return copies;
}

async function readCopy(files: Files, path: string, name: string): Promise<Copy | undefined> {
  try {
    const bytes = await files.read(`${path}/${name}`);
    return bytes && { name, bytes, identity: decodeIdentity(bytes) };
  } catch (error) {
    if (error instanceof StorageError) return { name, fault: error };
    throw error;
  }
}

/** The log has begun if one says so: a crash may lie between them. */
function merged(copies: readonly Copy[]): Identity | undefined {
  const [first, ...others] = copies.flatMap(({ identity }) => identity ?? []);
  if (first === undefined || others.every((other) => isOfStore(other, first))) {
    return others.find(({ hasLog }) => hasLog) ?? first;
  }
  throw new StorageError('CORRUPT', 'identity and identity.bak are of different stores');
}

function isOfStore(one: Identity, { storeId, passphrase }: Identity): boolean {
  const isSameCost = JSON.stringify(one.passphrase) === JSON.stringify(passphrase);
  return isSameCost && sameBytes(one.storeId, storeId);
}

/** It is written as a whole: no crash leaves a damaged one. */
function problemOf({ name, fault }: Copy): Problem {
  const isUnread = fault?.code === 'DISK_FAILED';
  if (isUnread) return { verdict: 'unverifiable', because: `${name} is unreadable` };
  return { verdict: 'tampered', because: `${name} is damaged` };
}
