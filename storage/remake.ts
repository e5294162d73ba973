import { putAside } from './aside.ts';
import type { Files } from './ports.ts';

/** The file anew, whatever stands in its place: a directory is put aside. */
export async function remake(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  const found = await files.stat(path);
  if (found?.kind === 'directory') await putAside(files, path, 'damaged');
  await files.replace(path, bytes);
}
