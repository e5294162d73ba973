import { mkdirSync, symlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mustBeNoLinks } from '../../storage/links.ts';
import { diskOf, temporaryDirectory } from './disk.ts';

it('a directory that is a link is refused and named, others are not', async () => {
  const root = temporaryDirectory();
  mkdirSync(`${root}/plain`);
  await mustBeNoLinks(diskOf(), [`${root}/plain`, `${root}/absent`]);
  symlinkSync(`${root}/plain`, `${root}/linked`);
  await expect(mustBeNoLinks(diskOf(), [`${root}/plain`, `${root}/linked`])).rejects.toMatchObject({
    code: 'FOREIGN',
    message:
      `${root}/linked is a symbolic link: ` +
      'move the directory it leads to there, or make the data directory the link',
  });
});
