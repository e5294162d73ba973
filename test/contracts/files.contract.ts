import { describe, expect, it } from 'vitest';
import { StorageError } from '../../storage/faults.ts';
import type { Files } from '../../storage/ports.ts';

export interface FilesStage {
  readonly files: Files;
  /** A directory that is there, and empty. */
  readonly root: string;
}

type Begin = () => Promise<FilesStage>;

const encode = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

const decode = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString();

/** What a call failed with, as `CODE: message`; or else its result. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    return error instanceof StorageError ? `${error.code}: ${error.message}` : error;
  }
}

const gone = (method: keyof Files, name: string): string =>
  `GONE: ${method} of '${name}' failed: there is no such file or store`;

const taken = (method: keyof Files, name: string): string =>
  `TAKEN: ${method} of '${name}' failed: the name is taken by another file or store`;

/** What all files promise, but for how they fail: that a disk is full cannot be had everywhere. */
export function filesContract(name: string, begin: Begin): void {
  describe(`${name}: a file`, () => {
    making(begin);
    replacing(begin);
    changing(begin);
  });
  describe(`${name}: reading`, () => reading(begin));
  describe(`${name}: names`, () => {
    directories(begin);
    removing(begin);
    renaming(begin);
  });
  describe(`${name}: what is not there`, () => absence(begin));
  describe(`${name}: what is something else`, () => others(begin));
}

function making(begin: Begin): void {
  it('is made whole, for its owner alone', async () => {
    const { files, root } = await begin();
    const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at % 251);
    await files.create(`${root}/a`, bytes);
    expect(await files.read(`${root}/a`)).toEqual(bytes);
    expect(await files.stat(`${root}/a`)).toEqual({
      kind: 'file',
      sizeBytes: 70_000,
      inode: expect.any(Number),
      links: 1,
      mode: 0o600,
    });
  });

  it('is not made where one is', async () => {
    const { files, root } = await begin();
    await files.create(`${root}/a`, encode('first'));
    expect(await outcome(files.create(`${root}/a`, encode('second')))).toBe(taken('create', 'a'));
    expect(decode(await files.read(`${root}/a`))).toBe('first');
  });

  it('is made by one of two who ask at once', async () => {
    const { files, root } = await begin();
    const asked = ['x', 'y'].map((text) => outcome(files.create(`${root}/a`, encode(text))));
    expect((await Promise.all(asked)).sort()).toEqual([taken('create', 'a'), undefined]);
  });

  it('may be empty', async () => {
    const { files, root } = await begin();
    await files.create(`${root}/a`, new Uint8Array());
    await files.append(`${root}/b`, new Uint8Array());
    await files.allocate(`${root}/c`, 0);
    await files.replace(`${root}/d`, new Uint8Array());
    const read = ['a', 'b', 'c', 'd'].map((file) => files.read(`${root}/${file}`));
    expect(await Promise.all(read)).toEqual(Array.from({ length: 4 }, () => new Uint8Array()));
  });

  it.each([1, 2 ** 20, 2 ** 20 + 1])('takes %d bytes from the disk, for later', async (size) => {
    const { files, root } = await begin();
    await files.allocate(`${root}/a`, size);
    expect(await files.stat(`${root}/a`)).toMatchObject({ sizeBytes: size, mode: 0o600 });
  });

  it('takes its bytes anew where a smaller one, or a larger one, is left', async () => {
    const { files, root } = await begin();
    for (const size of [10, 5_000, 20]) {
      await files.allocate(`${root}/a`, size);
      expect((await files.stat(`${root}/a`))?.sizeBytes).toBe(size);
    }
  });

  it('has the bytes that it was given, whatever their giver does with them later', async () => {
    const { files, root } = await begin();
    const bytes = Buffer.from('before');
    await files.create(`${root}/a`, bytes);
    bytes.fill('x');
    const read = await files.read(`${root}/a`);
    expect(decode(read)).toBe('before');
    read?.fill(0);
    expect(decode(await files.read(`${root}/a`))).toBe('before');
  });
}

function replacing(begin: Begin): void {
  it('is replaced as a whole, by another one that takes its name', async () => {
    const { files, root } = await begin();
    await files.replace(`${root}/a`, encode('made'));
    const before = await files.stat(`${root}/a`);
    await files.replace(`${root}/a`, encode('new'));
    const after = await files.stat(`${root}/a`);
    expect(decode(await files.read(`${root}/a`))).toBe('new');
    expect(after).toEqual({ ...before, sizeBytes: 3, inode: expect.any(Number) });
    expect(after?.inode).not.toBe(before?.inode);
    expect(await files.list(root)).toEqual(['a']);
  });

  it('is replaced although a crash left half of the last one beside it', async () => {
    const { files, root } = await begin();
    await files.create(`${root}/a.tmp`, encode('half of something longer'));
    await files.replace(`${root}/a`, encode('new'));
    expect(decode(await files.read(`${root}/a`))).toBe('new');
  });
}

function changing(begin: Begin): void {
  it('is overwritten in place', async () => {
    const { files, root } = await begin();
    await files.create(`${root}/a`, encode('0123456789'));
    const before = await files.stat(`${root}/a`);
    await files.overwrite(`${root}/a`, 3, encode('xyz'));
    await files.overwrite(`${root}/a`, 9, encode('!'));
    expect(decode(await files.read(`${root}/a`))).toBe('012xyz678!');
    expect(await files.stat(`${root}/a`)).toEqual(before);
  });

  it('grows at its end, and is made for that', async () => {
    const { files, root } = await begin();
    await files.append(`${root}/a`, encode('one '));
    const before = await files.stat(`${root}/a`);
    await files.append(`${root}/a`, encode('two '));
    await files.append(`${root}/a`, encode('three'));
    expect(decode(await files.read(`${root}/a`))).toBe('one two three');
    expect(await files.stat(`${root}/a`)).toEqual({ ...before, sizeBytes: 13, mode: 0o600 });
  });

  it('has zeros where nobody wrote', async () => {
    const { files, root } = await begin();
    await files.create(`${root}/a`, encode('0123456789'));
    await files.truncate(`${root}/a`, 1);
    await files.overwrite(`${root}/a`, 3, encode('x'));
    expect(decode(await files.read(`${root}/a`))).toBe('0\0\0x');
  });

  it('is cut, and grows again from there', async () => {
    const { files, root } = await begin();
    await files.create(`${root}/a`, encode('0123456789'));
    const before = await files.stat(`${root}/a`);
    await files.truncate(`${root}/a`, 4);
    expect(decode(await files.read(`${root}/a`))).toBe('0123');
    await files.append(`${root}/a`, encode('x'));
    expect(decode(await files.read(`${root}/a`))).toBe('0123x');
    expect(await files.stat(`${root}/a`)).toEqual({ ...before, sizeBytes: 5 });
    await files.truncate(`${root}/a`, 0);
    expect(await files.read(`${root}/a`)).toEqual(new Uint8Array());
  });
}

function reading(begin: Begin): void {
  it.each([
    [0, 3, '012'],
    [4, 2, '45'],
    [8, 100, '89'],
    [10, 1, ''],
    [11, 5, ''],
    [2, 0, ''],
    [0, 2 ** 52, '0123456789'],
  ])('from byte %d, %d bytes of 0123456789, gives %j', async (offset, length, expected) => {
    const { files, root } = await begin();
    await files.create(`${root}/a`, encode('0123456789'));
    const read = await files.readAt(`${root}/a`, offset, length);
    expect(read).toEqual(encode(expected));
  });

  it('gives plain arrays of bytes', async () => {
    const { files, root } = await begin();
    await files.create(`${root}/a`, encode('0123'));
    const read = [await files.read(`${root}/a`), await files.readAt(`${root}/a`, 1, 2)];
    expect(read.map((bytes) => bytes?.constructor.name)).toEqual(['Uint8Array', 'Uint8Array']);
  });

  it('knows how much room the disk has', async () => {
    const { files, root } = await begin();
    const free = await files.freeBytes(root);
    expect([Number.isSafeInteger(free), free > 2 ** 20]).toEqual([true, true]);
  });

  it('knows what it lies on, where the system says so', async () => {
    const { files, root } = await begin();
    const { type = '', options = [] } = (await files.fileSystem(root)) ?? {};
    const isTold = process.platform === 'linux';
    expect([type !== '', options.includes('rw')]).toEqual([isTold, isTold]);
  });
}

function directories(begin: Begin): void {
  it('are made with what is missing above them, for their owner alone', async () => {
    const { files, root } = await begin();
    await files.makeDirectory(`${root}/a/b/c`);
    for (const path of ['a', 'a/b', 'a/b/c']) {
      const { kind, mode } = (await files.stat(`${root}/${path}`)) ?? {};
      expect([path, kind, mode]).toEqual([path, 'directory', 0o700]);
    }
  });

  it('stay as they are when they are made again', async () => {
    const { files, root } = await begin();
    await files.makeDirectory(`${root}/a`);
    await files.create(`${root}/a/b`, encode('kept'));
    await files.makeDirectory(`${root}/a`);
    expect(decode(await files.read(`${root}/a/b`))).toBe('kept');
  });

  it('are sorted by their characters, and are those of one directory', async () => {
    const { files, root } = await begin();
    for (const path of ['b', '10', 'a', '\u{ff00}', '\u{1f600}', 'B', '9', 'a.b']) {
      await files.create(`${root}/${path}`, encode(path));
    }
    await files.makeDirectory(`${root}/ab/deeper`);
    const sorted = ['10', '9', 'B', 'a', 'a.b', 'ab', 'b', '\u{1f600}', '\u{ff00}'];
    expect(await files.list(root)).toEqual(sorted);
    expect(await files.list(`${root}/ab`)).toEqual(['deeper']);
    expect(await files.list(`${root}/ab/deeper`)).toEqual([]);
  });
}

function removing(begin: Begin): void {
  it('of files are removed', async () => {
    const { files, root } = await begin();
    await files.create(`${root}/a`, encode('a'));
    await files.create(`${root}/ab`, encode('ab'));
    await files.remove(`${root}/a`);
    expect(await files.stat(`${root}/a`)).toBeUndefined();
    expect(await files.list(root)).toEqual(['ab']);
  });

  it('of directories are removed with all in them', async () => {
    const { files, root } = await begin();
    await files.makeDirectory(`${root}/a/b`);
    await files.makeDirectory(`${root}/ab`);
    await files.create(`${root}/a/b/c`, encode('c'));
    await files.remove(`${root}/a`);
    expect(await files.list(root)).toEqual(['ab']);
    expect(await files.read(`${root}/a/b/c`)).toBeUndefined();
  });
}

function renaming(begin: Begin): void {
  it('are changed, from one directory to another', async () => {
    const { files, root } = await begin();
    await files.makeDirectory(`${root}/from`);
    await files.makeDirectory(`${root}/to`);
    await files.create(`${root}/from/a`, encode('moved'));
    const before = await files.stat(`${root}/from/a`);
    await files.rename(`${root}/from/a`, `${root}/to/b`);
    expect(await files.stat(`${root}/to/b`)).toEqual(before);
    expect(decode(await files.read(`${root}/to/b`))).toBe('moved');
    expect(await files.list(`${root}/from`)).toEqual([]);
  });

  it('of directories are changed with all below them', async () => {
    const { files, root } = await begin();
    await files.makeDirectory(`${root}/a/b`);
    await files.create(`${root}/a/b/c`, encode('moved'));
    await files.rename(`${root}/a`, `${root}/z`);
    expect(decode(await files.read(`${root}/z/b/c`))).toBe('moved');
    expect(await files.list(root)).toEqual(['z']);
  });

  it('are taken from another file, not from a directory that holds something', async () => {
    const { files, root } = await begin();
    await files.create(`${root}/a`, encode('a'));
    await files.create(`${root}/b`, encode('b'));
    await files.rename(`${root}/a`, `${root}/b`);
    expect(decode(await files.read(`${root}/b`))).toBe('a');
    await files.makeDirectory(`${root}/full/x`);
    await files.makeDirectory(`${root}/other/y`);
    const refused = await outcome(files.rename(`${root}/other`, `${root}/full`));
    expect(refused).toBe(taken('rename', 'other'));
    expect(await files.list(root)).toEqual(['b', 'full', 'other']);
  });
}

function absence(begin: Begin): void {
  it('has nothing to read, to list or to look at', async () => {
    const { files, root } = await begin();
    await files.create(`${root}/file`, encode('a'));
    for (const path of [`${root}/a`, `${root}/a/b`, `${root}/file/b`]) {
      expect(await files.read(path)).toBeUndefined();
      expect(await files.list(path)).toBeUndefined();
      expect(await files.stat(path)).toBeUndefined();
    }
  });

  it('is removed without a word', async () => {
    const { files, root } = await begin();
    await files.create(`${root}/file`, encode('a'));
    for (const path of [`${root}/a`, `${root}/a/b`, `${root}/file/b`]) {
      expect(await outcome(files.remove(path))).toBeUndefined();
    }
    expect(await files.list(root)).toEqual(['file']);
  });

  it.each(['readAt', 'overwrite', 'truncate', 'rename', 'freeBytes', 'fileSystem'] as const)(
    'fails to %s',
    async (method) => {
      const { files, root } = await begin();
      const path = `${root}/absent`;
      const calls = {
        readAt: () => files.readAt(path, 0, 1),
        overwrite: () => files.overwrite(path, 0, encode('x')),
        truncate: () => files.truncate(path, 0),
        rename: () => files.rename(path, `${root}/b`),
        freeBytes: () => files.freeBytes(path),
        fileSystem: () => files.fileSystem(path),
      };
      expect(await outcome(calls[method]())).toBe(gone(method, 'absent'));
      expect(await files.list(root)).toEqual([]);
    },
  );

  it.each(['create', 'replace', 'append', 'allocate', 'rename'] as const)(
    'is no directory to %s a file in',
    async (method) => {
      const { files, root } = await begin();
      await files.create(`${root}/file`, encode('a'));
      for (const path of [`${root}/absent/a`, `${root}/file/a`]) {
        const calls = {
          create: () => files.create(path, encode('x')),
          replace: () => files.replace(path, encode('x')),
          append: () => files.append(path, encode('x')),
          allocate: () => files.allocate(path, 1),
          rename: () => files.rename(`${root}/file`, path),
        };
        const name = method === 'rename' ? 'file' : 'a';
        expect(await outcome(calls[method]())).toBe(gone(method, name));
      }
      expect(await files.list(root)).toEqual(['file']);
    },
  );
}

function others(begin: Begin): void {
  it.each(['read', 'overwrite', 'truncate', 'create', 'replace', 'append', 'allocate'] as const)(
    'than a file: a directory fails to %s',
    async (method) => {
      const { files, root } = await begin();
      const path = `${root}/directory`;
      await files.makeDirectory(`${path}/kept`);
      const calls = {
        read: () => files.read(path),
        overwrite: () => files.overwrite(path, 0, encode('x')),
        truncate: () => files.truncate(path, 0),
        create: () => files.create(path, encode('x')),
        replace: () => files.replace(path, encode('x')),
        append: () => files.append(path, encode('x')),
        allocate: () => files.allocate(path, 1),
      };
      expect(await outcome(calls[method]())).toBe(taken(method, 'directory'));
      expect(await files.list(root)).toEqual(['directory']);
      expect(await files.list(path)).toEqual(['kept']);
    },
  );

  it('than a directory: a file is not listed, and none is made in its place', async () => {
    const { files, root } = await begin();
    await files.create(`${root}/file`, encode('a'));
    expect(await files.list(`${root}/file`)).toBeUndefined();
    const refused = await outcome(files.makeDirectory(`${root}/file`));
    expect(refused).toBe(taken('makeDirectory', 'file'));
    expect(await outcome(files.makeDirectory(`${root}/file/a`))).toBe(gone('makeDirectory', 'a'));
    expect(decode(await files.read(`${root}/file`))).toBe('a');
  });
}
