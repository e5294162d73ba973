import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pathOfSite } from '../../runtime/site.ts';
import { diskFiles } from '../../runtime/world/files.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { temporaryDirectory } from '../storage/disk.ts';

it('a site lies anywhere but in dataDir', async () => {
  const files = new MemoryFiles();
  const asked = ['/data', '/data/', '/data/site', '/site/../data/site', '/', '/data-site', '/site'];
  const pathsBeside = (dataDir: string | undefined) =>
    Promise.all(
      asked.map((directory) =>
        pathOfSite({ files, dataDir }, directory).catch((error: Error) => error.message),
      ),
    );
  const inside = 'publish.directory must lie outside of dataDir';
  expect(await pathsBeside('/data')).toEqual([
    ...[inside, inside, inside, inside],
    ...['/', '/data-site', '/site'],
  ]);
  expect(await pathsBeside(undefined)).toEqual([
    ...['/data', '/data', '/data/site', '/data/site'],
    ...['/', '/data-site', '/site'],
  ]);
});

it('a link does not lead a site into dataDir, whether the site exists or not', async () => {
  const root = realpathSync(temporaryDirectory());
  mkdirSync(`${root}/data/audit`, { recursive: true });
  symlinkSync(`${root}/data/audit`, `${root}/link`);
  const site = { files: diskFiles, dataDir: `${root}/data` };
  const inside = 'publish.directory must lie outside of dataDir';
  for (const directory of ['link', 'link/site', 'link/a/b']) {
    await expect(pathOfSite(site, `${root}/${directory}`)).rejects.toThrow(inside);
  }
  expect(await pathOfSite(site, `${root}/a/b`)).toBe(`${root}/a/b`);
});
