import { describe, expect, it } from 'vitest';
import {
  partialTilesOf,
  placeOf,
  tileLevelOf,
  tilePath,
  widthIn,
} from '../../../storage/proofs/tiles.ts';

describe('a tile', () => {
  it.each([
    [0, 256, 'tile/0/000'],
    [7, 1, 'tile/0/007.p/1'],
    [273, 112, 'tile/0/273.p/112'],
    [1_234_067, 256, 'tile/0/x001/x234/067'],
    [1_000, 255, 'tile/0/x001/000.p/255'],
    [2 ** 45 - 1, 3, 'tile/0/x035/x184/x372/x088/831.p/3'],
  ])('with index %d and width %d has the path of tlog-tiles', (index, width, path) => {
    expect(tilePath({ level: 0, index, width })).toBe(path);
  });

  it('holds subtrees of every eighth level', () => {
    expect([0, 1, 7, 8, 16, 17, 48].map(tileLevelOf)).toEqual([
      ...[0, undefined, undefined, 1],
      ...[2, undefined, 6],
    ]);
  });

  it('has the hashes that a subtree between is made of', () => {
    expect([
      placeOf({ level: 0, index: 255 }),
      placeOf({ level: 0, index: 256 }),
      placeOf({ level: 7, index: 3 }),
      placeOf({ level: 8, index: 700 }),
      placeOf({ level: 11, index: 40 }),
      placeOf({ level: 0, index: 2 ** 53 - 2 }),
    ]).toEqual([
      { level: 0, index: 0, first: 255, count: 1 },
      { level: 0, index: 1, first: 0, count: 1 },
      { level: 0, index: 1, first: 128, count: 128 },
      { level: 1, index: 2, first: 188, count: 1 },
      { level: 1, index: 1, first: 64, count: 8 },
      { level: 0, index: 2 ** 45 - 1, first: 254, count: 1 },
    ]);
  });

  it('is as wide as the tree goes', () => {
    const widths = [0, 1, 272, 273, 274].map((index) => widthIn(70_000, 0, index));
    expect(widths).toEqual([256, 256, 256, 112, 0]);
    expect([0, 1, 2].map((index) => widthIn(70_000, 1, index))).toEqual([256, 17, 0]);
    expect([widthIn(70_000, 2, 0), widthIn(70_000, 3, 0), widthIn(0, 0, 0)]).toEqual([1, 0, 0]);
  });

  it('is partial only at the end of a level', () => {
    expect(partialTilesOf(70_000)).toEqual([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ]);
    expect(partialTilesOf(256)).toEqual([{ level: 1, index: 0, width: 1 }]);
    expect(partialTilesOf(0)).toEqual([]);
    expect(
      partialTilesOf(Number.MAX_SAFE_INTEGER).map(({ level, width }) => [level, width]),
    ).toEqual([0, 1, 2, 3, 4, 5, 6].map((level) => [level, level < 6 ? 255 : 31]));
  });
});
