import { StorageError } from './faults.ts';
import type { Files } from './ports.ts';

/**
 * Directories of ours are no links: else whoever may write here had us write and remove elsewhere.
 * @throws {StorageError} FOREIGN, naming the first that is one.
 */
export async function mustBeNoLinks(files: Files, directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    if ((await files.stat(directory))?.kind !== 'link') continue;
    const advice = 'move the directory it leads to there, or make the data directory the link';
    throw new StorageError('FOREIGN', `${directory} is a symbolic link: ${advice}`);
  }
}
