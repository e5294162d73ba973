import { describe, expect, it } from 'vitest';
import { hex } from '../../../storage/bytes.ts';
import { Frontier } from '../../../storage/proofs/frontier.ts';
import { leafHash, rootOf, type Subtree, subtreesOf } from '../../../storage/proofs/tree.ts';
import fc from '../../fast-check.ts';
import { leafAt, rootByHand, SparseTree, subtreeByHand } from './rfc6962.ts';

/** The entries of the known tree of Certificate Transparency, and its roots from 1 to 8. */
const entries = [
  ...['', '00', '10', '2021', '3031', '40414243', '5051525354555657'],
  '606162636465666768696a6b6c6d6e6f',
];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('the frontier of a tree', () => {
  it('gives the roots that Certificate Transparency tests with', () => {
    const frontier = new Frontier();
    const found = entries.map((entry) => {
      frontier.append(leafHash(Buffer.from(entry, 'hex')));
      return hex(frontier.root());
    });
    expect(found).toEqual(roots);
  });

  it('gives the root after every leaf, to 600', () => {
    const frontier = new Frontier();
    const roots = [frontier.root()];
    for (let index = 0; index < 600; index++) {
      frontier.append(leafAt(index));
      roots.push(frontier.root());
    }
    expect(frontier.size).toBe(600);
    expect(roots).toEqual(roots.map((_, size) => rootByHand(0, size)));
  });

  it('tells of each subtree once, when its last leaf is there', async () => {
    const told: (readonly [number, Subtree, Uint8Array])[] = [];
    const frontier = new Frontier();
    for (let index = 0; index < 600; index++) {
      frontier.append(leafAt(index), (...complete) => told.push([index, ...complete]));
    }
    const due = told.map(([, { level, index }]) => (index + 1) * 2 ** level - 1);
    expect(told.map(([index]) => index)).toEqual(due);
    expect(new Set(told.map(([, { level, index }]) => `${level}/${index}`)).size).toBe(told.length);
    expect(told).toHaveLength([...Array(11).keys()].reduce((n, at) => n + (600 >> at), 0));
    const hashes = await Promise.all(told.map(([, subtree]) => subtreeByHand(subtree)));
    expect(told.map(([, , hash]) => hash)).toEqual(hashes);
  });

  it('goes on from any size to 1,000,000 as if it had begun there', async () => {
    const sizes = fc.integer({ min: 0, max: 1_000_000 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 0, max: 300 }), async (size, more) => {
        const tree = new SparseTree(size, size + 1, Math.floor(size / 3));
        const subtrees = subtreesOf({ from: 0, to: size });
        const frontier = new Frontier(size, await Promise.all(subtrees.map(tree.hashOf)));
        for (let index = size; index < size + more; index++) {
          frontier.append(tree.at({ level: 0, index }));
        }
        expect(frontier.root()).toEqual(await rootOf(size + more, tree.hashOf));
      }),
    );
  });

  it('refuses hashes that are not as many as the size has', () => {
    expect(() => new Frontier(6, [leafAt(0)])).toThrow(
      new RangeError('hashes must be 2 for size 6, got 1'),
    );
  });
});
