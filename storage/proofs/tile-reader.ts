import { StorageError } from '../faults.ts';
import { Frontier } from './frontier.ts';
import { hashesIn, placeOf, TILE_WIDTH, type Tile, tilePath, widthIn } from './tiles.ts';
import { HASH_BYTES, type Subtree } from './tree.ts';

/** The bytes of a tile, or of a wider one in its place; undefined if there is none. */
export type ReadTile = (tile: Tile) => Promise<Uint8Array | undefined>;

/**
 * Hashes of complete subtrees of a tree that is kept as tiles (c2sp.org/tlog-tiles). It keeps each
 * tile that it has read: one reader serves one proof, not a lifetime.
 */
export class TileReader {
  readonly #size: number;
  readonly #read: ReadTile;
  readonly #tiles = new Map<string, Promise<readonly Uint8Array[]>>();

  /** Of the tree of `size` leaves. */
  constructor(size: number, read: ReadTile) {
    this.#size = size;
    this.#read = read;
  }

  /**
   * @throws {RangeError} if the tree does not have the whole of the subtree.
   * @throws {StorageError} GONE if a tile is not there, CORRUPT if it has another length.
   */
  async hashOf(subtree: Subtree): Promise<Uint8Array> {
    const { level, index, first, count } = placeOf(subtree);
    const width = widthIn(this.#size, level, index);
    if (first + count > width) {
      const place = `subtree ${subtree.index} of level ${subtree.level}`;
      throw new RangeError(`${place} must be complete in a tree of ${this.#size} leaves`);
    }
    const hashes = await this.hashesOf({ level, index, width });
    return folded(hashes.slice(first, first + count));
  }

  /**
   * The hashes of a tile, `width` of them.
   * @throws {StorageError} GONE if the tile is not there, CORRUPT if it has another length.
   */
  hashesOf(tile: Tile): Promise<readonly Uint8Array[]> {
    const path = tilePath(tile);
    const known = this.#tiles.get(path) ?? this.#load(tile, path);
    this.#tiles.set(path, known);
    return known;
  }

  async #load(tile: Tile, path: string): Promise<readonly Uint8Array[]> {
    const bytes = await this.#read(tile);
    if (bytes === undefined) throw new StorageError('GONE', `there is no ${path}`);
    const { length } = bytes;
    const isWhole = length % HASH_BYTES === 0 && length <= HASH_BYTES * TILE_WIDTH;
    if (!isWhole || length < HASH_BYTES * tile.width) {
      throw new StorageError('CORRUPT', `${path} has ${length} bytes`);
    }
    return hashesIn(bytes).slice(0, tile.width);
  }
}

function folded(hashes: readonly Uint8Array[]): Uint8Array {
  const frontier = new Frontier();
  for (const hash of hashes) frontier.append(hash);
  return frontier.root();
}
