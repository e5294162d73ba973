import { expect, it } from 'vitest';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { text } from '../../storage/bytes.ts';
import { remake } from '../../storage/remake.ts';

it.each<[string, (files: MemoryFiles) => Promise<void>, readonly string[]]>([
  ['nothing', async () => {}, ['/a']],
  ['a file', (files) => files.create('/a', text('old')), ['/a']],
  ['a directory', (files) => files.makeDirectory('/a/b'), ['/a', '/a.damaged', '/a.damaged/b']],
])('a file is made anew where there is %s', async (_, lay, paths) => {
  const files = new MemoryFiles();
  await lay(files);
  await remake(files, '/a', text('new'));
  expect(await files.read('/a')).toEqual(text('new'));
  expect([...files.image().keys()].filter((path) => path !== '/').sort()).toEqual(paths);
});
