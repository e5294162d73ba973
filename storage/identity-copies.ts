import { sameBytes } from './bytes.ts';
import { StorageError } from './faults.ts';
import { decodeIdentity, encodeIdentity, type Identity, isVouchedFor } from './identity.ts';
import type { Files } from './ports.ts';
import { remake } from './remake.ts';
import { unwrapRoot, type Wrap } from './root-key.ts';
import type { Secret } from './secret.ts';
import type { Verification } from './verification.ts';

type Problem = Verification['problems'][number];

/** In the order they are written. */
export const IDENTITY_NAMES = ['identity.bak', 'identity'] as const;

/** What the whole copies say to who has no key. */
export interface KnownStore {
  readonly storeId: Uint8Array;
  /** One; two, if a rotation of the master key was cut short. */
  readonly wraps: readonly Wrap[];
  readonly hasLog?: true;
  readonly ringGeneration?: number;
}

/** What a key vouches for. */
export interface Authentic {
  readonly identity: Identity;
  readonly rootKey: Secret;
  /** What is wrong with the other copy; none may be missing once the log has begun. */
  readonly problems: readonly Problem[];
  /** The other copy is under another master key: a rotation was cut short. */
  readonly isSplit: boolean;
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
 * @throws {StorageError} FOREIGN, NEWER_VERSION, OLDER_VERSION, CORRUPT, or as the disk fails, if
 * none is whole; CORRUPT if they are of different stores.
 */
export async function readIdentity(files: Files, path: string): Promise<KnownStore | undefined> {
  const copies = await readCopies(files, path);
  const identities = copies.flatMap(({ identity }) => identity ?? []);
  const [first, ...others] = identities;
  const fault = copies.at(-1)?.fault;
  if (first === undefined && fault !== undefined) throw fault;
  if (first === undefined) return undefined;
  if (others.some(({ storeId }) => !sameBytes(storeId, first.storeId))) throw strangers();
  const wraps = [first, ...others.filter((other) => !isSameWrap(other, first))].map(
    ({ wrap }) => wrap,
  );
  return { storeId: first.storeId, wraps, ...begun(identities) };
}

/**
 * The same of those that were written by who has the root key, which this master key gives;
 * undefined if it gives none.
 */
export async function authenticate(
  files: Files,
  path: string,
  master: Secret,
): Promise<Authentic | undefined> {
  const copies = await readCopies(files, path);
  const [opened, ...others] = copies.flatMap((copy) => openedBy(copy, master));
  if (opened === undefined) return undefined;
  const { rootKey } = opened;
  const isOne = others.every((other) => isSameStore(other, opened));
  for (const other of others) other.rootKey.wipe();
  if (!isOne) throw strangers();
  const isAuthentic = ({ bytes, identity }: Copy): boolean =>
    bytes !== undefined && identity !== undefined && isVouchedFor(bytes, rootKey);
  const authentic = copies.filter(isAuthentic).flatMap(({ identity }) => identity ?? []);
  const identity = { ...opened.identity, ...begun(authentic) };
  const problems = IDENTITY_NAMES.flatMap((name): Problem[] => {
    const copy = copies.find((each) => each.name === name);
    if (copy !== undefined) return isAuthentic(copy) ? [] : [problemOf(copy)];
    return identity.hasLog ? [{ verdict: 'tampered', because: `${name} is missing` }] : [];
  });
  const isSplit = authentic.some((each) => !isSameWrap(each, identity));
  return { identity, rootKey, problems, isSplit };
}

interface Opened {
  readonly identity: Identity;
  readonly rootKey: Secret;
}

const isSameStore = (one: Opened, other: Opened): boolean =>
  sameBytes(one.identity.storeId, other.identity.storeId) && one.rootKey.equals(other.rootKey);

/** Nothing or one. */
function openedBy({ bytes, identity }: Copy, master: Secret): Opened[] {
  if (bytes === undefined || identity === undefined) return [];
  const rootKey = unwrapRoot(master, identity.storeId, identity.wrap);
  if (rootKey === undefined) return [];
  if (isVouchedFor(bytes, rootKey)) return [{ identity, rootKey }];
  rootKey.wipe();
  return [];
}

/**
 * Makes the copies say this: all of them, or those that are missing.
 * @throws {StorageError} as the disk fails.
 */
export async function writeIdentity(
  files: Files,
  path: string,
  identity: Identity,
  rootKey: Secret,
  which: 'all' | 'missing' = 'all',
): Promise<void> {
  const bytes = encodeIdentity(identity, rootKey);
  const copies = await readCopies(files, path);
  for (const name of IDENTITY_NAMES) {
    const found = copies.find((copy) => copy.name === name);
    if (found !== undefined && which === 'missing') continue;
    if (found?.bytes && sameBytes(found.bytes, bytes)) continue;
    await remake(files, `${path}/${name}`, bytes);
  }
}

/** Those that are there; of one that was about to be replaced, what it was. */
async function readCopies(files: Files, path: string): Promise<readonly Copy[]> {
  const copies: Copy[] = [];
  for (const name of IDENTITY_NAMES) {
    const copy = await readCopy(files, path, name);
    if (copy !== undefined) copies.push(copy);
  }
  return copies;
}

async function readCopy(files: Files, path: string, name: string): Promise<Copy | undefined> {
  try {
    const file = `${path}/${name}`;
    const bytes = (await files.read(file)) ?? (await files.read(`${file}.old`));
    return bytes && { name, bytes, identity: decodeIdentity(bytes) };
  } catch (error) {
    if (error instanceof StorageError) return { name, fault: error };
    throw error;
  }
}

/** What one says has begun has: a crash may lie between them. */
const begun = (identities: readonly Identity[]): Omit<Identity, 'storeId' | 'wrap'> => {
  const generations = identities.map(({ ringGeneration = 0 }) => ringGeneration);
  const ringGeneration = Math.max(0, ...generations);
  return {
    ...(identities.some(({ hasLog }) => hasLog) && { hasLog: true }),
    ...(ringGeneration > 0 && { ringGeneration }),
  };
};

const isSameWrap = (one: Identity, other: Identity): boolean =>
  sameBytes(one.wrap.sealed, other.wrap.sealed);

const strangers = (): StorageError =>
  new StorageError('CORRUPT', 'identity and identity.bak are of different stores');

/** It is written as a whole: no crash leaves a damaged one. */
function problemOf({ name, fault }: Copy): Problem {
  const isUnread = fault?.code === 'DISK_FAILED';
  if (isUnread) return { verdict: 'unverifiable', because: `${name} is unreadable` };
  return { verdict: 'tampered', because: `${name} is damaged` };
}
