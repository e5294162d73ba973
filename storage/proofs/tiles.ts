import { HASH_BYTES, type Subtree } from './tree.ts';

export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
/** Above it a tile would begin beyond 2^53 leaves. */
export const TILE_LEVEL_MAX = 6;

/**
 * Hashes that stand side by side in the tree, as c2sp.org/tlog-tiles has them: those of the
 * subtrees of level 8 * `level`, from index 256 * `index` on, `width` of them, 1 to 256.
 */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}

/** Where the leaves of a subtree of at most 256 hashes stand within a tile. */
export interface TilePlace {
  readonly level: number;
  readonly index: number;
  /** The first of the hashes, and how many there are: a power of two, at most 128. */
  readonly first: number;
  readonly count: number;
}

/** Which hashes of which tile a complete subtree is made of. */
export function placeOf({ level, index }: Subtree): TilePlace {
  const count = 2 ** (level % TILE_HEIGHT);
  const first = index * count;
  return {
    level: Math.floor(level / TILE_HEIGHT),
    index: Math.floor(first / TILE_WIDTH),
    first: first % TILE_WIDTH,
    count,
  };
}

/** The level of the tiles that hold the hashes of subtrees of this level, if any do. */
export const tileLevelOf = (level: number): number | undefined =>
  level % TILE_HEIGHT === 0 ? level / TILE_HEIGHT : undefined;

/** How many hashes a tile has in a tree of `size` leaves: 0 if there is none, at most 256. */
export function widthIn(size: number, level: number, index: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/** The last tile of each level of a tree of `size` leaves, if it is not full; lowest first. */
export function partialTilesOf(size: number): readonly Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0; level <= TILE_LEVEL_MAX; level++) {
    const hashes = Math.floor(size / TILE_WIDTH ** level);
    const width = hashes % TILE_WIDTH;
    if (width > 0) tiles.push({ level, index: Math.floor(hashes / TILE_WIDTH), width });
  }
  return tiles;
}

/** The path of a tile below the prefix of its log, such as `tile/0/x001/x234/067.p/112`. */
export function tilePath({ level, index, width }: Tile): string {
  const digits = String(index);
  const groups = digits.padStart(3 * Math.ceil(digits.length / 3), '0').match(/\d{3}/g) ?? [];
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${path}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

/** The hashes of a tile: 32 bytes each. */
export const hashesIn = (bytes: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: Math.floor(bytes.length / HASH_BYTES) }, (_, at) =>
    bytes.subarray(HASH_BYTES * at, HASH_BYTES * (at + 1)),
  );
