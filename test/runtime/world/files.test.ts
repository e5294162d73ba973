import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { diskFiles } from '../../../runtime/world/files.ts';
import { filesContract } from '../../contracts/files.contract.ts';

const place = mkdtempSync(join(tmpdir(), 'holdfast-files-'));
afterAll(() => rmSync(place, { recursive: true }));

filesContract('the disk of this machine', async () => ({
  files: diskFiles,
  root: mkdtempSync(join(place, 'root-')),
}));

const kinds = {
  pipe: async (path: string) => void spawnSync('mkfifo', [path]),
  socket: async (path: string) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => void server.close());
  },
  link: async (path: string) => {
    writeFileSync(`${path}.elsewhere`, 'mine');
    symlinkSync(`${path}.elsewhere`, path);
  },
  loop: async (path: string) => symlinkSync(path, path),
  device: async (path: string) => symlinkSync('/dev/null', path),
};

/** A directory refuses them too: the contract says so. */
const wrong = {
  read: (path: string) => diskFiles.read(path),
  readAt: (path: string) => diskFiles.readAt(path, 0, 1),
  create: (path: string) => diskFiles.create(path, Uint8Array.of(1)),
  overwrite: (path: string) => diskFiles.overwrite(path, 0, Uint8Array.of(1)),
  append: (path: string) => diskFiles.append(path, Uint8Array.of(1)),
  truncate: (path: string) => diskFiles.truncate(path, 0),
};

describe('what is no file', () => {
  it.each(Object.keys(kinds) as (keyof typeof kinds)[])(
    'is refused at once, and named, whatever is asked of it: a %s',
    async (kind) => {
      const path = join(mkdtempSync(join(place, 'root-')), 'head');
      await kinds[kind](path);
      const refused = Object.values(wrong).map((ask) =>
        ask(path).then(
          () => 'done',
          (error: unknown) => String(error),
        ),
      );
      expect(await Promise.all(refused)).toEqual(
        Object.keys(wrong).map(
          (method) =>
            `StorageError: ${method} of 'head' failed: the name is taken by another file or store`,
        ),
      );
    },
  );

  it.each(Object.keys(kinds) as (keyof typeof kinds)[])(
    'gives way to what is written as a whole, or is removed: a %s',
    async (kind) => {
      const path = join(mkdtempSync(join(place, 'root-')), 'head');
      await kinds[kind](path);
      await diskFiles.replace(path, Uint8Array.of(7));
      const read = await diskFiles.read(path);
      await diskFiles.remove(path);
      await kinds[kind](`${path}.2`);
      await diskFiles.remove(`${path}.2`);
      expect([read, await diskFiles.stat(`${path}.2`)]).toEqual([Uint8Array.of(7), undefined]);
    },
  );
});

describe('a symbolic link', () => {
  it('is never followed: what it leads to stays as it is', async () => {
    const path = join(mkdtempSync(join(place, 'root-')), 'head');
    await kinds.link(path);
    for (const ask of Object.values(wrong)) await ask(path).catch(() => {});
    await diskFiles.allocate(path, 10);
    expect(readFileSync(`${path}.elsewhere`, 'utf8')).toBe('mine');
  });

  it('is no directory, wherever it leads to', async () => {
    const root = mkdtempSync(join(place, 'root-'));
    const [path, elsewhere] = [join(root, 'segments'), join(root, 'elsewhere')];
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, path);
    const kind = (await diskFiles.stat(path))?.kind;
    const asked = [diskFiles.list(path), diskFiles.makeDirectory(path)];
    const codes = asked.map((work) => work.catch(({ code }: { code: string }) => code));
    expect([kind, ...(await Promise.all(codes))]).toEqual(['link', 'TAKEN', 'TAKEN']);
  });

  it('is told from where it leads to, and what is not there is where it would be', async () => {
    const root = mkdtempSync(join(place, 'root-'));
    const path = join(root, 'data');
    symlinkSync(root, path);
    expect([await diskFiles.realPath(path), await diskFiles.realPath(`${root}/none`)]).toEqual([
      root,
      `${root}/none`,
    ]);
  });
});
