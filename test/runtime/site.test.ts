import { expect, it } from 'vitest';
import { pathOfSite } from '../../runtime/site.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';

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
