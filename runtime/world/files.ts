import { randomBytes, randomFillSync } from 'node:crypto';
import type { Stats } from 'node:fs';
import {
  constants,
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  statfs,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import type { StorageCode } from '../../storage/faults.ts';
import { fileFault } from '../../storage/file-fault.ts';
import { fileSystemIn } from '../../storage/overwriting.ts';
import type { FileStat, Files } from '../../storage/ports.ts';

/** Of a file that is read whole: many times what any of ours has. */
const READ_BYTES_MAX = 256 * 1024 * 1024;

/** What the errors of the system mean; all others are DISK_FAILED. */
const meanings: Readonly<Record<string, StorageCode>> = {
  ENOSPC: 'NO_SPACE',
  EDQUOT: 'NO_SPACE',
  EROFS: 'READ_ONLY_DISK',
  ENOENT: 'GONE',
  ENOTDIR: 'GONE',
  EEXIST: 'TAKEN',
  ENOTEMPTY: 'TAKEN',
  EISDIR: 'TAKEN',
  ERR_FS_EISDIR: 'TAKEN',
  ELOOP: 'TAKEN',
  ENXIO: 'TAKEN',
};

const CHUNK_BYTES = 2 ** 20;

function meaningOf(error: unknown): StorageCode {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return (typeof code === 'string' ? meanings[code] : undefined) ?? 'DISK_FAILED';
}

async function attempt<Result>(
  method: keyof Files,
  path: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw fileFault(meaningOf(error), method, path, error);
  }
}

/** Undefined if what `work` looks for is not there. */
async function ifAny<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (meaningOf(error) === 'GONE') return undefined;
    throw error;
  }
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

const modes = { r: O_RDONLY, 'r+': O_RDWR, a: O_WRONLY | O_APPEND | O_CREAT } as const;

async function using<Result>(
  path: string,
  flags: number,
  work: (file: FileHandle) => Promise<Result>,
): Promise<Result> {
  // Trap: else, to open a pipe waits for its other end, and keeps a thread of the process for good.
  const file = await open(path, flags | O_NONBLOCK, 0o600);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** As `using`, for what may be neither a directory nor a link, a pipe, a socket or a device. */
const usingFile = <Result>(
  path: string,
  mode: keyof typeof modes,
  work: (file: FileHandle, sizeBytes: number) => Promise<Result>,
): Promise<Result> =>
  using(path, modes[mode] | O_NOFOLLOW, async (file) => {
    const found = await file.stat();
    if (!found.isFile()) throw Object.assign(new Error('it is no file'), { code: 'EISDIR' });
    return await work(file, found.size);
  });

/** Makes the names in a directory last. */
const syncNames = (path: string): Promise<void> => using(path, O_RDONLY, (file) => file.sync());

/** One call may write less than all. */
async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number | null): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const at = offset === null ? null : offset + done;
    done += (await file.write(bytes, done, bytes.length - done, at)).bytesWritten;
  }
}

/** A new file, its name not yet made to last; nothing of it stays if it cannot be written. */
async function make(path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await fill(file);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** A name for whole bytes only: half a master key would lock its owner out for good. */
async function create(path: string, bytes: Uint8Array): Promise<void> {
  // Of its own, for another process may be making the same file.
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  await make(temporary, (file) => writeAll(file, bytes, null));
  try {
    await link(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncNames(dirname(path));
}

async function replace(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  await rm(temporary, { recursive: true, force: true });
  await make(temporary, (file) => writeAll(file, bytes, null));
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncNames(dirname(path));
}

async function append(path: string, bytes: Uint8Array): Promise<void> {
  await usingFile(path, 'a', async (file, sizeBytes) => {
    // The name lasts before the first byte does: whoever finds bytes need not ask again.
    if (sizeBytes === 0) await syncNames(dirname(path));
    await writeAll(file, bytes, null);
    await file.datasync();
  });
}

async function readAt(path: string, offset: number, length: number): Promise<Uint8Array> {
  return await usingFile(path, 'r', async (file, sizeBytes) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, sizeBytes - offset)));
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  });
}

/** Noise, for zeros take no blocks of a disk that compresses. */
async function fill(file: FileHandle, sizeBytes: number): Promise<void> {
  const noise = randomFillSync(new Uint8Array(Math.min(sizeBytes, CHUNK_BYTES)));
  for (let left = sizeBytes; left > 0; left -= noise.length) {
    await writeAll(file, noise.subarray(0, left), null);
  }
}

/** Makes the names last of `path` and of all above it that is new; an old `path` may be younger. */
async function makeDirectory(path: string): Promise<void> {
  await mustBeNoLink(path);
  const first = (await mkdir(path, { recursive: true, mode: 0o700 })) ?? path;
  for (let above = dirname(path); ; above = dirname(above)) {
    await syncNames(above);
    if (above.length <= dirname(first).length) return;
  }
}

function kindOf(found: Stats): FileStat['kind'] {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'directory';
  return found.isSymbolicLink() ? 'link' : 'other';
}

async function mustBeNoLink(path: string): Promise<void> {
  const found = await ifAny(lstat(path));
  if (found?.isSymbolicLink()) throw Object.assign(new Error('it is a link'), { code: 'ELOOP' });
}

async function list(path: string): Promise<readonly string[] | undefined> {
  await mustBeNoLink(path);
  return (await ifAny(readdir(path)))?.sort();
}

async function statOf(path: string): Promise<FileStat | undefined> {
  const found = await ifAny(lstat(path));
  if (found === undefined) return undefined;
  const { size, ino, nlink, mode } = found;
  const kind = kindOf(found);
  return { kind, sizeBytes: size, inode: ino, links: nlink, mode: mode & 0o777 };
}

async function read(path: string): Promise<Uint8Array | undefined> {
  const work = usingFile(path, 'r', (file, sizeBytes) => {
    if (sizeBytes <= READ_BYTES_MAX) return file.readFile();
    const message = `it has ${sizeBytes} bytes, of at most ${READ_BYTES_MAX}`;
    throw Object.assign(new Error(message), { code: 'EISDIR' });
  });
  const bytes = await ifAny(work);
  return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function move(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncNames(dirname(to));
  if (dirname(from) !== dirname(to)) await syncNames(dirname(from));
}

async function change(path: string, work: (file: FileHandle) => Promise<void>): Promise<void> {
  await usingFile(path, 'r+', async (file) => {
    await work(file);
    await file.datasync();
  });
}

/** The disks of this machine. A crash amid a `create` or `replace` leaves `<name>….tmp` behind. */
export const diskFiles: Files = {
  read: (path) => attempt('read', path, () => read(path)),
  readAt: (path, offset, length) => attempt('readAt', path, () => readAt(path, offset, length)),
  create: (path, bytes) => attempt('create', path, () => create(path, bytes)),
  replace: (path, bytes) => attempt('replace', path, () => replace(path, bytes)),
  overwrite: (path, offset, bytes) =>
    attempt('overwrite', path, () => change(path, (file) => writeAll(file, bytes, offset))),
  append: (path, bytes) => attempt('append', path, () => append(path, bytes)),
  truncate: (path, length) =>
    attempt('truncate', path, () => change(path, (file) => file.truncate(length))),
  allocate: (path, sizeBytes) =>
    attempt('allocate', path, async () => {
      await rm(path, { force: true });
      await make(path, (file) => fill(file, sizeBytes));
      await syncNames(dirname(path));
    }),
  list: (path) => attempt('list', path, () => list(path)),
  stat: (path) => attempt('stat', path, () => statOf(path)),
  realPath: (path) => attempt('realPath', path, async () => (await ifAny(realpath(path))) ?? path),
  makeDirectory: (path) => attempt('makeDirectory', path, () => makeDirectory(path)),
  remove: (path) =>
    attempt('remove', path, async () => {
      await ifAny(rm(path, { recursive: true, force: true }));
      await ifAny(syncNames(dirname(path)));
    }),
  rename: (from, to) => attempt('rename', from, () => move(from, to)),
  freeBytes: (path) =>
    attempt('freeBytes', path, async () => {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    }),
  fileSystem: (path) =>
    attempt('fileSystem', path, async () => {
      const mounts = (await ifAny(readFile('/proc/self/mounts', 'utf8'))) ?? '';
      return fileSystemIn(mounts, await realpath(path));
    }),
};
