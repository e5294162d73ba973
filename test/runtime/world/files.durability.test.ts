import {
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { diskFiles } from '../../../runtime/world/files.ts';
import { StorageError } from '../../../storage/faults.ts';
import type { Files } from '../../../storage/ports.ts';

const place = mkdtempSync(join(tmpdir(), 'holdfast-durability-'));
afterAll(() => rmSync(place, { recursive: true }));

/** What the system is asked for, and the one step that fails. */
const disk = vi.hoisted(() => ({
  root: '',
  steps: [] as string[],
  failing: undefined as { step: string; code: string } | undefined,
  /** At most so many bytes in one write. */
  bytesMax: Number.POSITIVE_INFINITY,
}));

/** Without what is random in it. */
const nameOf = (path: string): string =>
  relative(disk.root, path).replace(/\.[\da-f]{16}\.tmp$/, '.tmp') || '.';

function step(name: string): void {
  disk.steps.push(name);
  if (disk.failing?.step !== name) return;
  throw Object.assign(new Error(`${disk.failing.code}: in ${disk.root}`), {
    code: disk.failing.code,
  });
}

function watched(file: FileHandle, name: string): FileHandle {
  const { write, sync, datasync, truncate } = file;
  return Object.assign(file, {
    write: (bytes: Uint8Array, from: number, length: number, at: number | null) => {
      step(`write ${name}`);
      return Reflect.apply(write, file, [bytes, from, Math.min(length, disk.bytesMax), at]);
    },
    sync: () => {
      step(`sync ${name}`);
      return sync.call(file);
    },
    datasync: () => {
      step(`datasync ${name}`);
      return datasync.call(file);
    },
    truncate: (length: number) => {
      step(`truncate ${name}`);
      return truncate.call(file, length);
    },
  });
}

/** `r`, `r+` and `a` as the disk asks for them: no pipe keeps it waiting, it follows no link. */
function modeOf(flags: string | number): string {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;
  const modes = { r: O_RDONLY, 'r+': O_RDWR, a: O_WRONLY | O_APPEND | O_CREAT };
  const known = Object.entries(modes).find(
    ([, bits]) => flags === (bits | O_NONBLOCK | O_NOFOLLOW),
  );
  // To make names last, a directory is opened wherever it is.
  return known?.[0] ?? (flags === (O_RDONLY | O_NONBLOCK) ? 'r' : String(flags));
}

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const watch = <Rest extends unknown[], Result>(
    verb: string,
    call: (path: string, ...rest: Rest) => Promise<Result>,
  ) => {
    return async (path: string, ...rest: Rest): Promise<Result> => {
      step(`${verb} ${nameOf(path)}`);
      return await call(path, ...rest);
    };
  };
  return {
    ...real,
    open: async (path: string, flags: string | number, mode: number) => {
      step(`open ${nameOf(path)} ${modeOf(flags)}`);
      return watched(await real.open(path, flags, mode), nameOf(path));
    },
    link: watch('link', real.link),
    rename: watch('rename', real.rename),
    rm: watch('rm', real.rm),
    mkdir: watch('mkdir', real.mkdir),
    readdir: watch('readdir', real.readdir),
    lstat: watch('lstat', real.lstat),
    realpath: watch('realpath', real.realpath),
    statfs: watch('statfs', real.statfs),
  };
});

/** A directory with the file `old`; what is asked of the system from now on is noted. */
beforeEach(() => {
  disk.root = mkdtempSync(join(place, 'root-'));
  writeFileSync(join(disk.root, 'old'), '0123456789');
  mkdirSync(join(disk.root, 'from'));
  writeFileSync(join(disk.root, 'from/moving'), 'moving');
  Object.assign(disk, { steps: [], failing: undefined, bytesMax: Number.POSITIVE_INFINITY });
});

const bytes = new Uint8Array(10).fill(7);

const at = (name: string): string => join(disk.root, name);

const calls = {
  read: () => diskFiles.read(at('old')),
  readAt: () => diskFiles.readAt(at('old'), 0, 4),
  create: () => diskFiles.create(at('new'), bytes),
  replace: () => diskFiles.replace(at('old'), bytes),
  overwrite: () => diskFiles.overwrite(at('old'), 3, bytes),
  append: () => diskFiles.append(at('old'), bytes),
  'append to a new file': () => diskFiles.append(at('new'), bytes),
  truncate: () => diskFiles.truncate(at('old'), 4),
  allocate: () => diskFiles.allocate(at('new'), 2 ** 20 + 1),
  list: () => diskFiles.list(at('.')),
  stat: () => diskFiles.stat(at('old')),
  realPath: () => diskFiles.realPath(at('old')),
  makeDirectory: () => diskFiles.makeDirectory(at('a/b')),
  'makeDirectory of what is there': () => diskFiles.makeDirectory(at('from')),
  remove: () => diskFiles.remove(at('from/moving')),
  rename: () => diskFiles.rename(at('old'), at('new')),
  'rename into another directory': () => diskFiles.rename(at('from/moving'), at('new')),
  freeBytes: () => diskFiles.freeBytes(at('.')),
} satisfies Record<string, () => Promise<unknown>>;

const syncOf = (name: string): string[] => [`open ${name} r`, `sync ${name}`];

const expected: readonly (readonly [keyof typeof calls, readonly string[]])[] = [
  ['read', ['open old r']],
  ['readAt', ['open old r']],
  [
    'create',
    [
      ...['open new.tmp wx', 'write new.tmp', 'sync new.tmp'],
      ...['link new.tmp', 'rm new.tmp', ...syncOf('.')],
    ],
  ],
  [
    'replace',
    [
      'rm old.tmp',
      'open old.tmp wx',
      'write old.tmp',
      'sync old.tmp',
      'rename old.tmp',
      ...syncOf('.'),
    ],
  ],
  ['overwrite', ['open old r+', 'write old', 'datasync old']],
  ['append', ['open old a', 'write old', 'datasync old']],
  ['append to a new file', ['open new a', ...syncOf('.'), 'write new', 'datasync new']],
  ['truncate', ['open old r+', 'truncate old', 'datasync old']],
  ['allocate', ['rm new', 'open new wx', 'write new', 'write new', 'sync new', ...syncOf('.')]],
  ['makeDirectory', ['lstat a/b', 'mkdir a/b', ...syncOf('a'), ...syncOf('.')]],
  ['makeDirectory of what is there', ['lstat from', 'mkdir from', ...syncOf('.')]],
  ['remove', ['rm from/moving', ...syncOf('from')]],
  ['rename', ['rename old', ...syncOf('.')]],
  ['rename into another directory', ['rename from/moving', ...syncOf('.'), ...syncOf('from')]],
];

describe('the disk of this machine', () => {
  it.each(expected)('makes bytes last, and then their names: %s', async (name, steps) => {
    await calls[name]();
    expect(disk.steps).toEqual(steps);
  });

  it('writes all, however little the system takes at once', async () => {
    disk.bytesMax = 3;
    await calls.create();
    await diskFiles.append(at('new'), Uint8Array.of(1, 2, 3, 4));
    await diskFiles.overwrite(at('new'), 9, Uint8Array.of(5, 6, 7, 8, 9));
    const read = await diskFiles.read(at('new'));
    expect([...(read ?? [])]).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 7, 5, 6, 7, 8, 9]);
  });

  it('takes blocks for every byte that is allocated', async () => {
    await calls.allocate();
    const { size, blocks } = statSync(at('new'));
    expect([size, blocks * 512 >= size]).toEqual([2 ** 20 + 1, true]);
  });

  it.each([
    ['create', 'write new.tmp', ['from', 'old']],
    ['create', 'sync new.tmp', ['from', 'old']],
    ['create', 'link new.tmp', ['from', 'old']],
    ['replace', 'write old.tmp', ['from', 'old']],
    ['replace', 'sync old.tmp', ['from', 'old']],
    ['replace', 'rename old.tmp', ['from', 'old']],
    ['allocate', 'write new', ['from', 'old']],
  ] as const)('keeps nothing of a %s that fails to %s', async (name, failing, left) => {
    disk.failing = { step: failing, code: 'ENOSPC' };
    await expect(calls[name]()).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(readdirSync(disk.root)).toEqual(left);
    expect(statSync(at('old')).size).toBe(10);
  });

  const syncs = expected.flatMap(([name, steps]) =>
    steps.filter((other) => /^(data)?sync/.test(other)).map((other) => [name, other] as const),
  );

  it.each(syncs)('does not promise what it could not make last: %s, %s', async (name, failing) => {
    disk.failing = { step: failing, code: 'EIO' };
    await expect(calls[name]()).rejects.toMatchObject({ code: 'DISK_FAILED' });
  });
});

describe('an error of the system', () => {
  it.each([
    ['ENOSPC', 'NO_SPACE', 'the disk is full'],
    ['EDQUOT', 'NO_SPACE', 'the disk is full'],
    ['EROFS', 'READ_ONLY_DISK', 'the disk admits no writes'],
    ['EACCES', 'DISK_FAILED', 'the disk failed to read or write'],
    ['EPERM', 'DISK_FAILED', 'the disk failed to read or write'],
    ['EIO', 'DISK_FAILED', 'the disk failed to read or write'],
    ['EMFILE', 'DISK_FAILED', 'the disk failed to read or write'],
    ['ENOENT', 'GONE', 'there is no such file or store'],
    ['EEXIST', 'TAKEN', 'the name is taken by another file or store'],
    ['ELOOP', 'TAKEN', 'the name is taken by another file or store'],
    ['ENXIO', 'TAKEN', 'the name is taken by another file or store'],
  ])('%s is told as %s', async (system, code, means) => {
    disk.failing = { step: 'open new.tmp wx', code: system };
    const error: unknown = await calls.create().catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({
      code,
      message: `create of 'new' failed: ${means}`,
      cause: { code: system },
    });
  });

  it.each([
    ['read', 'open old r'],
    ['readAt', 'open old r'],
    ['create', 'open new.tmp wx'],
    ['replace', 'rename old.tmp'],
    ['overwrite', 'open old r+'],
    ['append', 'open old a'],
    ['truncate', 'open old r+'],
    ['allocate', 'open new wx'],
    ['list', 'readdir .'],
    ['stat', 'lstat old'],
    ['realPath', 'realpath old'],
    ['makeDirectory', 'mkdir a/b'],
    ['remove', 'rm from/moving'],
    ['rename', 'rename old'],
    ['freeBytes', 'statfs .'],
  ] as const satisfies readonly (readonly [keyof Files, string])[])(
    'is one of storage, whatever fails: %s',
    async (name, failing) => {
      disk.failing = { step: failing, code: 'EIO' };
      const error: unknown = await calls[name]().catch((fault: unknown) => fault);
      expect(error).toMatchObject({ name: 'StorageError', code: 'DISK_FAILED' });
      expect(String(error)).toMatch(new RegExp(`: ${name} of '[^/]*' failed: the disk failed`));
    },
  );
});
