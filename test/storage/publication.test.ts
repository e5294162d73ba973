import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { LogTree } from '../../storage/log-tree.ts';
import { parseNote } from '../../storage/proofs/note.ts';
import { TileReader } from '../../storage/proofs/tile-reader.ts';
import { tilePath } from '../../storage/proofs/tiles.ts';
import { rootOf } from '../../storage/proofs/tree.ts';
import { publish } from '../../storage/publication.ts';
import { leafAt, rootByHand } from './proofs/rfc6962.ts';

const leaves = async function* (from: number, to: number) {
  for (let index = from; index < to; index++) yield leafAt(index);
};

/** A directory with the tree at each of these sizes, one after the other; what was written last. */
async function published(...sizes: readonly number[]) {
  const files = new MemoryFiles();
  const tree = await LogTree.of(leaves, async () => {});
  let written: string[] = [];
  const { replace } = files;
  files.replace = (path, bytes) => {
    written.push(path);
    return replace.call(files, path, bytes);
  };
  for (const size of sizes) {
    written = [];
    await tree.grow(size);
    const signature = { name: 'log', keyId: 1, signature: new Uint8Array(64) };
    const text = `log\n${size}\nroot\n`;
    await publish(files, '/site', tree, { text, signatures: [signature] });
  }
  return { files, written: written.map((path) => path.slice('/site/'.length)) };
}

describe('a tree that is published', () => {
  it.each([0, 1, 255, 256, 257, 600])('is whole at size %d', async (size) => {
    const { files } = await published(size);
    const reader = new TileReader(size, (tile) => files.read(`/site/${tilePath(tile)}`));
    expect(await rootOf(size, (subtree) => reader.hashOf(subtree))).toEqual(rootByHand(0, size));
    const note = parseNote((await files.read('/site/checkpoint')) ?? new Uint8Array());
    expect(note.text).toBe(`log\n${size}\nroot\n`);
  });

  it('grows by what is new, and names it at last', async () => {
    const { files, written } = await published(300, 800);
    expect(written).toEqual([
      ...['tile/0/001', 'tile/0/002', 'tile/0/003.p/32', 'tile/1/000.p/3', 'checkpoint'],
    ]);
    expect(await files.list('/site/tile/0')).toEqual(['000', '001', '002', '003.p']);
    const reader = new TileReader(800, (tile) => files.read(`/site/${tilePath(tile)}`));
    expect(await rootOf(800, (subtree) => reader.hashOf(subtree))).toEqual(rootByHand(0, 800));
  });

  it('is made whole again after a publication that ended half way', async () => {
    const { files } = await published(800);
    await files.remove('/site/tile/0/002');
    await files.remove('/site/tile/0/003.p');
    const tree = await LogTree.of(leaves, async () => {});
    await tree.grow(800);
    const signature = { name: 'log', keyId: 1, signature: new Uint8Array(64) };
    await publish(files, '/site', tree, { text: 'log\n800\nroot\n', signatures: [signature] });
    const reader = new TileReader(800, (tile) => files.read(`/site/${tilePath(tile)}`));
    expect(await rootOf(800, (subtree) => reader.hashOf(subtree))).toEqual(rootByHand(0, 800));
  });
});
