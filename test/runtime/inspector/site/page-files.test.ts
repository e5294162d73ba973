import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { PageFiles } from '../../../../runtime/inspector/site/page-files.ts';

function folder(...names: readonly string[]) {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-page-'));
  for (const name of names) writeFileSync(join(path, name), `this is ${name}`);
  return { path, files: new PageFiles(pathToFileURL(`${path}/`)) };
}

it('it has the files of the page by their names, each of its kind', async () => {
  const { files } = folder('index.html', 'page.js', 'secret.pem');
  const said = async (name: string) => {
    const { contentType, bytes } = (await files.find(name)) ?? { contentType: '', bytes: '' };
    return [contentType, Buffer.from(bytes).toString()];
  };
  expect(await said('')).toEqual(['text/html; charset=utf-8', 'this is index.html']);
  expect(await said('page.js')).toEqual(['text/javascript; charset=utf-8', 'this is page.js']);
  for (const name of ['secret.pem', '../page.js', './page.js', '/etc/passwd', 'page.js\0']) {
    expect([name, await files.find(name)]).toEqual([name, undefined]);
  }
});

it('a page that was never built is missed, and found once it is', async () => {
  const { path } = folder();
  const files = new PageFiles(pathToFileURL(`${path}/page/`));
  await expect(files.find('')).rejects.toMatchObject({ code: 'ENOENT' });
  mkdirSync(join(path, 'page'));
  writeFileSync(join(path, 'page', 'index.html'), '');
  expect(await files.find('')).toMatchObject({ contentType: 'text/html; charset=utf-8' });
});
