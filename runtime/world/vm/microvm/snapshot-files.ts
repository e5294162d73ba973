import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the snapshots of the image in `directory` are. */
export const placeOfSnapshots = (directory: string): string => join(directory, 'snapshots');

/** Of us: a state, what says that it is whole, and what was not finished. */
const OURS = /^[0-9a-f]{32}\.(state|json|state\.[0-9a-f-]{36}\.new)$/;

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
