import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { StorageError } from '../../storage/faults.ts';
import type { Files } from '../../storage/ports.ts';

const refuse = async (): Promise<never> => {
  throw new StorageError('READ_ONLY_DISK', 'this disk is for reading');
};

/** Undefined instead of the error of a name that is not there. */
async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new StorageError('DISK_FAILED', 'the disk failed', { cause: error });
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The machine's disk, as far as a key-value store needs it. Notes the names of files it read. */
export function diskOf(seen: string[] = []): Files {
  return {
    read: (path) => {
      seen.push(nameOf(path));
      return ifThere(readFile(path));
    },
    list: async (path) => (await ifThere(readdir(path)))?.sort(),
    makeDirectory: async (path) => {
      await mkdir(path, { recursive: true, mode: 0o700 });
    },
    remove: (path) => rm(path, { recursive: true, force: true }),
    stat: async (path) => {
      const found = await ifThere(lstat(path));
      if (found === undefined) return undefined;
      const { size, ino, nlink, mode } = found;
      const link = found.isSymbolicLink() ? 'link' : 'other';
      const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : link;
      return { kind, sizeBytes: size, inode: ino, links: nlink, mode: mode & 0o777 };
    },
    realPath: (path) => realpath(path),
    readAt: async (path, offset, length) => {
      seen.push(nameOf(path));
      return (await readFile(path)).subarray(offset, offset + length);
    },
    create: refuse,
    replace: refuse,
    overwrite: refuse,
    append: refuse,
    truncate: refuse,
    allocate: refuse,
    rename: refuse,
    freeBytes: refuse,
    fileSystem: refuse,
  };
}

/** A new directory that is gone after the test. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-level-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The bytes of all files in a directory, by name. */
export const bytesIn = (path: string): Map<string, Uint8Array> =>
  new Map(
    readdirSync(path)
      .sort()
      .map((name) => [name, new Uint8Array(readFileSync(join(path, name)))]),
  );

/** Files that exist in memory only, all in one directory. */
export function filesFrom(files: ReadonlyMap<string, Uint8Array>): Files {
  return {
    ...diskOf(),
    read: async (path) => files.get(nameOf(path)),
    readAt: async (path, offset, length) =>
      (files.get(nameOf(path)) ?? new Uint8Array()).subarray(offset, offset + length),
    list: async () => [...files.keys()].sort(),
  };
}
