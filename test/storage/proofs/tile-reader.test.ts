import { describe, expect, it } from 'vitest';
import { StorageError } from '../../../storage/faults.ts';
import { proveConsistency, verifyConsistency } from '../../../storage/proofs/consistency.ts';
import { proveInclusion, verifyInclusion } from '../../../storage/proofs/inclusion.ts';
import { TileGrowth } from '../../../storage/proofs/tile-growth.ts';
import { TileReader } from '../../../storage/proofs/tile-reader.ts';
import { rootOf } from '../../../storage/proofs/tree.ts';
import fc from '../../fast-check.ts';
import { leafAt, rootByHand, SparseTree, subtreeByHand } from './rfc6962.ts';
import { TileStore, tilesOf } from './tile-store.ts';

async function storeOf(size: number): Promise<TileStore> {
  const store = new TileStore();
  const growth = await TileGrowth.from(0, store.read);
  for (let index = 0; index < size; index++) growth.append(leafAt(index));
  store.put(growth.take());
  return store;
}

describe('a reader of tiles', () => {
  it('gives the hash of every complete subtree', async () => {
    const { read } = await storeOf(600);
    const reader = new TileReader(600, read);
    for (let level = 0; 2 ** level <= 600; level++) {
      for (let index = 0; (index + 1) * 2 ** level <= 600; index++) {
        const subtree = { level, index };
        expect(await reader.hashOf(subtree)).toEqual(await subtreeByHand(subtree));
      }
    }
  });

  it.each([
    { level: 0, index: 600 },
    { level: 8, index: 2 },
    { level: 5, index: 18 },
    { level: 16, index: 0 },
  ])('gives no hash of what the tree has not the whole of: %o', async (subtree) => {
    const { read } = await storeOf(600);
    const name = `subtree ${subtree.index} of level ${subtree.level}`;
    await expect(new TileReader(600, read).hashOf(subtree)).rejects.toThrow(
      new RangeError(`${name} must be complete in a tree of 600 leaves`),
    );
  });

  it('proves at any size to 1,000,000, and reads each tile once', async () => {
    const places = fc
      .integer({ min: 1, max: 1_000_000 })
      .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size - 1 })));
    const check = async ([size, index]: [number, number]) => {
      const tree = new SparseTree(index, size - 1);
      const paths: string[] = [];
      const hashes = new TileReader(size, (tile) => {
        paths.push(JSON.stringify(tile));
        return tilesOf(tree)(tile);
      });
      const hashOf = hashes.hashOf.bind(hashes);
      const root = await rootOf(size, hashOf);
      expect(root).toEqual(await rootOf(size, tree.hashOf));
      const proof = await proveInclusion(index, size, hashOf);
      verifyInclusion({ index, size, root, leaf: leafAt(index) }, proof);
      const older = { size: index + 1, root: await rootOf(index + 1, hashOf) };
      verifyConsistency(older, { size, root }, await proveConsistency(index + 1, size, hashOf));
      expect(new Set(paths).size).toBe(paths.length);
    };
    await fc.assert(fc.asyncProperty(places, check), { numRuns: 40 });
  });

  it('reads an older tree from the wider tiles of a younger one', async () => {
    const { tiles } = await storeOf(600);
    const wider = new Map([...tiles].map(([path, bytes]) => [path.replace(/\.p.*/, ''), bytes]));
    const reader = new TileReader(555, async ({ level, index }) =>
      wider.get(`tile/${level}/00${index}`),
    );
    expect(await rootOf(555, (subtree) => reader.hashOf(subtree))).toEqual(rootByHand(0, 555));
  });

  it.each<[string, Uint8Array | undefined, StorageError]>([
    ['is not there', undefined, new StorageError('GONE', 'there is no tile/0/002.p/88')],
    [
      'has a hash too few',
      new Uint8Array(32 * 87),
      new StorageError('CORRUPT', 'tile/0/002.p/88 has 2784 bytes'),
    ],
    [
      'has half a hash',
      new Uint8Array(32 * 88 + 16),
      new StorageError('CORRUPT', 'tile/0/002.p/88 has 2832 bytes'),
    ],
    [
      'is wider than a tile can be',
      new Uint8Array(32 * 257),
      new StorageError('CORRUPT', 'tile/0/002.p/88 has 8224 bytes'),
    ],
  ])('refuses a tile that %s', async (_, bytes, error) => {
    const reader = new TileReader(600, async () => bytes);
    await expect(reader.hashOf({ level: 0, index: 512 })).rejects.toThrow(error);
  });
});
