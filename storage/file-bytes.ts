import { StorageError } from './faults.ts';
import type { Files } from './ports.ts';

/** The bytes of a file; undefined if there is none, or what stands there is no file of ours. */
export async function fileBytes(
  files: Pick<Files, 'read'>,
  path: string,
): Promise<Uint8Array | undefined> {
  try {
    return await files.read(path);
  } catch (error) {
    if (error instanceof StorageError && error.code === 'TAKEN') return undefined;
    throw error;
  }
}
