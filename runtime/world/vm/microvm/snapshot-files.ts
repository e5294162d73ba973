import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the snapshots of the image in `directory` are. */
export const placeOfSnapshots = (directory: string): string => join(directory, 'snapshots');

/** Of us: states, of an earlier version too, and those that were not finished. */
const OURS = /^[0-9a-f]{32}\.(state|json|[0-9a-f]{64}\.state|(state\.)?[0-9a-f-]{36}\.new)$/;

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
  const states = (await namesOfOurs(place)).flatMap((name) => {
    const [of, digest = '', kind] = name.split('.');
    return of === key && kind === 'state' && digest.length === 64 ? [digest] : [];
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

async function namesOfOurs(place: string): Promise<readonly string[]> {
  try {
    const found = await readdir(place, { withFileTypes: true });
    return found.filter((one) => OURS.test(one.name) && !one.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (Object(error).code === 'ENOENT') return [];
    throw error;
  }
}
