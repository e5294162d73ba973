import { basename, dirname, join, resolve } from 'node:path';
import type { Files } from '../storage/ports.ts';

/** Where files for strangers are written: on the disk, also if the log is in memory. */
export interface Site {
  readonly files: Files;
  /** What is put into it would be taken for tampering; undefined if the log is in memory. */
  readonly dataDir: string | undefined;
}

/** @throws {RangeError} for a directory in `dataDir`, or that itself. */
export async function pathOfSite({ files, dataDir }: Site, directory: string): Promise<string> {
  const path = await realPathOf(files, resolve(directory));
  const data = dataDir === undefined ? undefined : await files.realPath(dataDir);
  if (data === undefined || !`${path}/`.startsWith(`${data}/`)) return path;
  throw new RangeError('publish.directory must lie outside of dataDir');
}

/** Also of what does not exist yet, below a directory that does. */
async function realPathOf(files: Pick<Files, 'realPath'>, path: string): Promise<string> {
  const real = await files.realPath(path);
  const above = dirname(path);
  if (real !== path || above === path) return real;
  return join(await realPathOf(files, above), basename(path));
}
