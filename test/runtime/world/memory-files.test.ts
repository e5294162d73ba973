import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../../../runtime/world/memory-files.ts';
import { filesContract } from '../../contracts/files.contract.ts';

filesContract('a disk in memory', async () => {
  const files = new MemoryFiles();
  await files.makeDirectory('/data');
  return { files, root: '/data' };
});

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7);

/** A disk for ten bytes that holds six, in `/a` and `/b/c`. */
async function stage(): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  files.spaceBytes = 10;
  await files.makeDirectory('/b');
  await files.create('/a', bytes(4));
  await files.create('/b/c', bytes(2));
  return files;
}

/** Each method that changes the disk, asked to. */
const changes = (files: MemoryFiles): Record<string, () => Promise<void>> => ({
  create: () => files.create('/new', bytes(5)),
  replace: () => files.replace('/a', bytes(5)),
  overwrite: () => files.overwrite('/a', 3, bytes(6)),
  append: () => files.append('/a', bytes(5)),
  'append to a new file': () => files.append('/new', bytes(5)),
  truncate: () => files.truncate('/a', 9),
  allocate: () => files.allocate('/new', 5),
  makeDirectory: () => files.makeDirectory('/d'),
  remove: () => files.remove('/b'),
  rename: () => files.rename('/a', '/d'),
});

async function code(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => 'done',
    (error) => error.code,
  );
}

/** Each file with its size. */
async function sizes(files: MemoryFiles): Promise<Record<string, number | undefined>> {
  const found: Record<string, number | undefined> = {};
  for (const path of ['/a', '/b/c', '/new', '/d']) {
    const stat = await files.stat(path);
    if (stat) found[path] = stat.sizeBytes;
  }
  return found;
}

describe('a disk in memory', () => {
  it('does what it is asked in order, and nothing of it at once', async () => {
    const files = new MemoryFiles();
    const done: string[] = [];
    const calls = [
      files.create('/a', bytes(1)).then(() => done.push('create')),
      files.append('/a', bytes(2)).then(() => done.push('append')),
      files.read('/a').then((read) => done.push(`read ${read?.length}`)),
    ];
    expect(done).toEqual([]);
    files.removeAll();
    await Promise.all(calls);
    expect(done).toEqual(['create', 'append', 'read 3']);
    expect(await files.list('/')).toEqual(['a']);
  });

  it('takes bytes as they are when it is asked', async () => {
    const files = new MemoryFiles();
    const given = Buffer.from('before');
    const calls = [
      files.create('/a', given),
      files.replace('/b', given),
      files.append('/c', given),
      files.allocate('/d', 6),
      files.overwrite('/d', 0, given),
    ];
    given.fill('x');
    await Promise.all(calls);
    const read = await Promise.all(['/a', '/b', '/c', '/d'].map((path) => files.read(path)));
    expect(read.map(String)).toEqual(Array(4).fill(String(new Uint8Array(Buffer.from('before')))));
  });

  it('counts the bytes of files as what is taken', async () => {
    const files = await stage();
    const free = [await files.freeBytes('/')];
    for (const change of [
      () => files.append('/a', bytes(1)),
      () => files.overwrite('/a', 0, bytes(5)),
      () => files.truncate('/a', 1),
      () => files.replace('/a', bytes(2)),
      () => files.rename('/b/c', '/a'),
      () => files.remove('/a'),
    ]) {
      await change();
      free.push(await files.freeBytes('/'));
    }
    expect(free).toEqual([4, 3, 3, 7, 6, 8, 10]);
  });

  it.each([
    ['create', {}],
    ['replace', {}],
    ['overwrite', { '/a': 8 }],
    ['append', { '/a': 8 }],
    ['append to a new file', { '/new': 4 }],
    ['truncate', { '/a': 8 }],
    ['allocate', {}],
  ])('leaves what fits when it is full: %s', async (name, left) => {
    const files = await stage();
    expect(await code(changes(files)[name]?.() ?? Promise.resolve())).toBe('NO_SPACE');
    expect(await sizes(files)).toEqual({ '/a': 4, '/b/c': 2, ...left });
    files.spaceBytes = 0;
    expect(await files.freeBytes('/')).toBe(0);
    expect(await code(files.append('/a', bytes(1)))).toBe('NO_SPACE');
    expect(await code(files.overwrite('/a', 0, bytes(4)))).toBe('done');
    files.spaceBytes = 100;
    expect(await code(files.append('/a', bytes(50)))).toBe('done');
  });

  it('admits no change while it is read-only, and none is needed to read', async () => {
    const files = await stage();
    files.isReadOnly = true;
    const refused = Object.entries(changes(files)).map(async ([name, change]) => {
      return [name, await code(change())];
    });
    const names = Object.keys(changes(files));
    expect(await Promise.all(refused)).toEqual(names.map((name) => [name, 'READ_ONLY_DISK']));
    expect(await sizes(files)).toEqual({ '/a': 4, '/b/c': 2 });
    const harmless = [files.makeDirectory('/b'), files.remove('/new'), files.read('/a')];
    expect(await Promise.all(harmless.map(code))).toEqual(['done', 'done', 'done']);
    files.isReadOnly = false;
    expect(await code(files.create('/new', bytes(1)))).toBe('done');
  });

  it('can be wiped', async () => {
    const files = await stage();
    files.removeAll();
    expect([await files.list('/'), await files.freeBytes('/')]).toEqual([[], 10]);
    expect(await code(files.append('/b/c', bytes(1)))).toBe('GONE');
  });

  it('numbers its files, and gives no number twice', async () => {
    const files = await stage();
    const before = await files.stat('/a');
    await files.remove('/a');
    await files.create('/a', bytes(4));
    expect(await files.stat('/a')).toEqual({ ...before, inode: (before?.inode ?? 0) + 2 });
  });
});
