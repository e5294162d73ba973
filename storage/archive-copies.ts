import { signerSeedOf } from './audit-key.ts';
import { sameBytes } from './bytes.ts';
import { signingKey } from './ed25519.ts';
import { StorageError } from './faults.ts';
import { AUDIT_KEYS_MAX, KeyArchive } from './key-archive.ts';
import type { AuditKeys } from './key-page.ts';
import type { KeyPages } from './key-pages.ts';
import type { Place, Workplace } from './place.ts';
import { remake } from './remake.ts';
import { NONCE_BYTES } from './seal.ts';
import { Secret } from './secret.ts';
import type { Verification } from './verification.ts';

type Problem = Verification['problems'][number];

/** In the order they are written. */
const names = ['archive.bak', 'archive'] as const;

export interface FoundArchive {
  /** What can be had of the generations that the key page knows, and no younger ones. */
  readonly archive: KeyArchive;
  readonly problems: readonly Problem[];
}

interface Copy {
  readonly name: string;
  readonly archive?: KeyArchive;
  /** Why there is none. */
  readonly fault?: StorageError;
}

/**
 * The archive in its two files, as the key page says it is.
 * @throws {StorageError} as the disk fails, unless one copy is whole.
 */
export async function readArchive(
  place: Place,
  known: AuditKeys | undefined,
): Promise<FoundArchive> {
  if (known === undefined) return { archive: emptyOf(place), problems: [] };
  const copies: Copy[] = [];
  for (const name of names) copies.push(await readCopy(place, name));
  const isWhole = ({ archive }: Copy) => archive !== undefined && isAsKnown(archive, known);
  const whole = copies.find(isWhole)?.archive;
  const unread = copies.find(({ fault }) => fault?.code === 'DISK_FAILED');
  // Trap: what cannot be read now is not lost, and not to be written over.
  if (whole === undefined && unread?.fault !== undefined) throw unread.fault;
  const archive = whole?.upTo(known.generation) ?? salvaged(place, copies, known.generation);
  const problems = copies.filter((copy) => !isWhole(copy)).map((copy) => problemOf(copy, known));
  return { archive, problems };
}

async function readCopy(place: Place, name: string): Promise<Copy> {
  const { files, layout } = place;
  try {
    const bytes = await files.read(`${layout.root}/${name}`);
    return bytes === undefined
      ? { name }
      : { name, archive: new KeyArchive(toolsOf(place), bytes) };
  } catch (error) {
    if (error instanceof StorageError) return { name, fault: error };
    throw error;
  }
}

/** What a crash left of the next generation counts for nothing. */
const isAsKnown = (archive: KeyArchive, { generation, digest }: AuditKeys): boolean =>
  archive.generations >= generation && sameBytes(archive.upTo(generation).digest, digest);

/** Each generation from a copy that has it whole. */
function salvaged(place: Place, copies: readonly Copy[], generation: number): KeyArchive {
  let all = emptyOf(place);
  for (let each = 1; each <= generation; each++) {
    const whole = copies.find(({ archive }) => archive?.isWhole(each))?.archive;
    all = all.withNextOf(whole ?? all);
  }
  return all;
}

function problemOf({ name, archive, fault }: Copy, { generation }: AuditKeys): Problem {
  if (fault?.code === 'DISK_FAILED') {
    return { verdict: 'unverifiable', because: `${name} is unreadable` };
  }
  if (archive === undefined && fault === undefined) {
    return { verdict: 'tampered', because: `${name} is missing` };
  }
  const { generations = 0 } = archive ?? {};
  const isOld = generations > 0 && generations < generation && archive?.isWhole(generations);
  if (!isOld) return { verdict: 'tampered', because: `${name} is damaged` };
  return { verdict: 'rolledBack', because: `${name} is older than the key page` };
}

/**
 * Makes both copies whole again. A generation that is lost stays so; if it is the present one, the
 * next takes over at this size of the log.
 */
export async function mendArchive(
  place: Workplace,
  pages: KeyPages,
  { archive, problems }: FoundArchive,
  size: number,
): Promise<void> {
  if (problems.length === 0) return;
  const present = archive.generations;
  let mended = emptyOf(place);
  for (let each = 1; each <= present; each++) {
    mended = archive.isWhole(each)
      ? mended.withNextOf(archive)
      : lost(place, mended, archive, size);
  }
  const key = mended.keyOf(present);
  key?.wipe();
  await putArchive(place, pages, key === undefined ? withNewKey(place, mended, size) : mended);
}

/** It took over when the one after it did, at the latest. */
function lost(place: Workplace, mended: KeyArchive, found: KeyArchive, size: number): KeyArchive {
  const next = mended.generations + 2;
  const before = found.isWhole(next) ? found.entryOf(next)?.size : undefined;
  const entry = { madeMs: 0, size: before ?? size, publicKey: new Uint8Array(32) };
  return mended.with(entry, place.random(NONCE_BYTES));
}

/** The next audit key takes over at this size of the log. KEY_PAGE_FULL if there are 1,024. */
export const rotateAuditKey = (place: Workplace, pages: KeyPages, size: number): Promise<void> =>
  putArchive(place, pages, withNewKey(place, pages.archive ?? emptyOf(place), size));

function withNewKey(place: Workplace, archive: KeyArchive, size: number): KeyArchive {
  if (archive.generations === AUDIT_KEYS_MAX) {
    throw new StorageError('KEY_PAGE_FULL', `there were ${AUDIT_KEYS_MAX} audit keys already`);
  }
  const bytes = place.random(32);
  const key = Secret.of(bytes);
  bytes.fill(0);
  const seed = signerSeedOf(key, place.storeId);
  const { publicKey } = signingKey(seed);
  const entry = { madeMs: Math.round(place.clock.wallMs()), size, publicKey };
  const added = archive.with(entry, place.random(NONCE_BYTES), key);
  seed.wipe();
  key.wipe();
  return added;
}

/** Both copies before the key page knows of it: a crash leaves the generations from before. */
async function putArchive(place: Workplace, pages: KeyPages, archive: KeyArchive): Promise<void> {
  const { files, layout } = place;
  // Trap: a copy of the page that knows of an archive which is written over now would count.
  await pages.settle();
  for (const name of names) await remake(files, `${layout.root}/${name}`, archive.bytes);
  await pages.putArchive(archive);
}

const toolsOf = ({ keys, storeId }: Place) => ({ key: keys.archive, storeId });

const emptyOf = (place: Place): KeyArchive => new KeyArchive(toolsOf(place));
