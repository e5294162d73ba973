import { expect, it } from 'vitest';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { putAside } from '../../storage/aside.ts';
import { text } from '../../storage/bytes.ts';

it('eight things are put aside under one name each, and the last of them gives way', async () => {
  const files = new MemoryFiles();
  const aside: string[] = [];
  await files.makeDirectory('/a.damaged/b');
  for (let nth = 1; nth <= 8; nth++) {
    await files.create('/a', text(`${nth}`));
    aside.push(await putAside(files, '/a', 'damaged'));
  }
  const names = [2, 3, 4, 5, 6, 7, 8].map((nth) => `/a.damaged.${nth}`);
  expect(aside).toEqual([...names, '/a.damaged.8']);
  expect(await files.list('/')).toEqual(['/a.damaged', ...names].map((path) => path.slice(1)));
  const kept = [await files.read('/a.damaged.2'), await files.read('/a.damaged.8')];
  expect(kept).toEqual([text('1'), text('8')]);
});
