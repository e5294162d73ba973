import { type FileHandle, lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the snapshots of the image in `directory` are. */
export const placeOfSnapshots = (directory: string): string => join(directory, 'snapshots');

const STATE = /^[0-9a-f]{32}\.[0-9a-f]{64}\.state$/;
/** Of us: states, of an earlier version too, and those that were not finished. */
const OURS = /^[0-9a-f]{32}\.(state|json|[0-9a-f]{64}\.state|(state\.)?[0-9a-f-]{36}\.new)$/;

/** Of one image: each has all that its machine wrote to its memory. */
const SNAPSHOTS_MAX = 8;
/** A saving is given up after ten minutes at most. */
export const ABANDONED_MS = 3_600_000;
/** As exactly as it is known which were used last: to be marked, a state is read anew. */
const MARKED_FOR_MS = 3_600_000;

export interface KeptState {
  readonly path: string;
  /** What it is to have. */
  readonly digest: string;
}

/** Under such a name it is whole, for whoever looks: two that are saved at once are two. */
export const pathOfState = (place: string, key: string, digest: string): string =>
  join(place, `${key}.${digest}.state`);

/** Any of them will do. */
export async function statesOf(place: string, key: string): Promise<readonly KeptState[]> {
  const names = (await namesOfOurs(place)).filter((name) => STATE.test(name));
  const states = names.flatMap((name) => {
    const [of, digest = ''] = name.split('.');
    return of === key ? [digest] : [];
  });
  return states.sort().map((digest) => ({ path: pathOfState(place, key, digest), digest }));
}

/** Removes the snapshots of the image in `directory`, and nothing that is not ours. */
export async function removeSnapshots(directory: string): Promise<void> {
  const place = placeOfSnapshots(directory);
  for (const name of await namesOfOurs(place)) await rm(join(place, name), { force: true });
  // It stays if anything of somebody else is in it.
  await rmdir(place).catch(() => {});
}

/** Marks it as used now, if it was not of late. Where it cannot be, that it was saved counts. */
export async function markUsed(state: FileHandle, now: number): Promise<void> {
  const { mtimeMs } = await state.stat();
  if (now - mtimeMs < MARKED_FOR_MS) return;
  await state.utimes(now / 1_000, now / 1_000).catch(() => {});
}

/** Beside the one that was just saved: those that were used last, and what may still be saved. */
export async function pruneSnapshots(place: string, saved: string, now: number): Promise<void> {
  const states: { readonly path: string; readonly usedAt: number }[] = [];
  for (const name of await namesOfOurs(place)) {
    const path = join(place, name);
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined || path === saved) continue;
    if (STATE.test(name)) states.push({ path, usedAt: found.mtimeMs });
    else if (now - found.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
  }
  states.sort((a, b) => b.usedAt - a.usedAt);
  for (const { path } of states.slice(SNAPSHOTS_MAX - 1)) await rm(path, { force: true });
}

async function namesOfOurs(place: string): Promise<readonly string[]> {
  try {
    const found = await readdir(place, { withFileTypes: true });
    return found.filter((one) => OURS.test(one.name) && !one.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (Object(error).code === 'ENOENT') return [];
    throw error;
  }
}
