import { describe, expect, it } from 'vitest';
import { TileGrowth } from '../../../storage/proofs/tile-growth.ts';
import { tilePath } from '../../../storage/proofs/tiles.ts';
import { rootOf } from '../../../storage/proofs/tree.ts';
import fc from '../../fast-check.ts';
import { leafAt, rootByHand, SparseTree } from './rfc6962.ts';
import { TileStore, tilesOf } from './tile-store.ts';

const pathsOf = (growth: TileGrowth): readonly string[] =>
  growth.take().map(({ tile }) => tilePath(tile));

const grow = (growth: TileGrowth, to: number): void => {
  while (growth.size < to) growth.append(leafAt(growth.size));
};

describe('growing tiles', () => {
  it('are taken full, each once, and partial when they are wider', async () => {
    const growth = await TileGrowth.from(0, async () => undefined);
    expect(pathsOf(growth)).toEqual([]);
    grow(growth, 3);
    expect(pathsOf(growth)).toEqual(['tile/0/000.p/3']);
    expect(pathsOf(growth)).toEqual([]);
    grow(growth, 256);
    expect(pathsOf(growth)).toEqual(['tile/0/000', 'tile/1/000.p/1']);
    grow(growth, 600);
    expect(pathsOf(growth)).toEqual(['tile/0/001', 'tile/0/002.p/88', 'tile/1/000.p/2']);
    grow(growth, 601);
    expect(pathsOf(growth)).toEqual(['tile/0/002.p/89']);
  });

  it('hold what tlog-tiles says, at every size to 600', async () => {
    const growth = await TileGrowth.from(0, async () => undefined);
    const wrong: number[] = [];
    for (let size = 1; size <= 600; size++) {
      growth.append(leafAt(size - 1));
      for (const { tile, bytes } of growth.take()) {
        const leaves = 256 ** tile.level;
        const hashes = Array.from({ length: tile.width }, (_, at) => {
          const from = (256 * tile.index + at) * leaves;
          return rootByHand(from, from + leaves);
        });
        if (!Buffer.concat(hashes).equals(bytes)) wrong.push(size);
      }
    }
    expect(wrong).toEqual([]);
    expect(growth.root()).toEqual(rootByHand(0, 600));
  });

  it('go on from what was stored, whenever it was taken', async () => {
    const steps = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(steps, async (more) => {
        const store = new TileStore();
        let size = 0;
        for (const step of more) {
          const growth = await TileGrowth.from(size, store.read);
          size += step;
          grow(growth, size);
          store.put(growth.take());
          expect(growth.root()).toEqual(rootByHand(0, size));
        }
        const once = new TileStore();
        const growth = await TileGrowth.from(0, once.read);
        grow(growth, size);
        once.put(growth.take());
        const missing = [...once.tiles].filter(
          ([path, bytes]) => Buffer.compare(store.tiles.get(path) ?? Buffer.alloc(0), bytes) !== 0,
        );
        expect(missing).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it.each([65_536 - 100, 1_000_000, 2 ** 24 - 100])('go on from %d leaves', async (size) => {
    const tree = new SparseTree(size, size - 1, size + 150);
    const growth = await TileGrowth.from(size, tilesOf(tree));
    for (let at = size; at < size + 200; at++) growth.append(tree.at({ level: 0, index: at }));
    const grown = growth.take();
    expect(growth.root()).toEqual(await rootOf(size + 200, tree.hashOf));
    const stored = await Promise.all(grown.map(({ tile }) => tilesOf(tree)(tile)));
    expect(grown.map(({ bytes }) => bytes)).toEqual(stored);
  });
});
