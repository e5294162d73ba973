import { StorageError } from './faults.ts';
import { KEY_FILE_BYTES } from './key-page.ts';
import type { Files } from './ports.ts';

const keyLeftover = /^keys\.[ab](\.[\da-f]+)?\.tmp$/;

/**
 * Overwrites and removes what a crash left of a copy of the key page that was being made: else the
 * keys on it would outlast their shredding. What the disk does not let go stays for the next time.
 */
export const destroyKeyLeftovers = (files: Files, directory: string): Promise<void> =>
  destroyLeftovers(files, directory, keyLeftover);

/** The same of other files with a wrapped key, by name. */
export async function destroyLeftovers(
  files: Files,
  directory: string,
  leftover: RegExp,
): Promise<void> {
  for (const name of (await files.list(directory)) ?? []) {
    if (leftover.test(name)) await destroy(files, `${directory}/${name}`);
  }
}

async function destroy(files: Files, path: string): Promise<void> {
  try {
    const found = await files.stat(path);
    // Trap: under a second name it is a copy of the key page that counts.
    if (found?.kind === 'file' && found.links === 1) {
      const length = Math.min(found.sizeBytes, KEY_FILE_BYTES);
      await files.overwrite(path, 0, new Uint8Array(length));
    }
    await files.remove(path);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
}
