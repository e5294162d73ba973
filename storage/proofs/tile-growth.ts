import { concat } from '../bytes.ts';
import { Frontier } from './frontier.ts';
import { type ReadTile, TileReader } from './tile-reader.ts';
import { partialTilesOf, TILE_WIDTH, type Tile, tileLevelOf } from './tiles.ts';
import { subtreesOf } from './tree.ts';

/** A tile and its bytes, 32 for each hash. */
export interface TileBytes {
  readonly tile: Tile;
  readonly bytes: Uint8Array;
}

/** Makes the tiles of c2sp.org/tlog-tiles of leaves, as they are appended. */
export class TileGrowth {
  readonly #frontier: Frontier;
  /** By level: the hashes of its last tile, which is not full. */
  readonly #rows: Uint8Array[][];
  /** Levels whose last tile is wider than the one that was taken. */
  readonly #widened = new Set<number>();
  #full: TileBytes[] = [];

  private constructor(frontier: Frontier, rows: Uint8Array[][]) {
    this.#frontier = frontier;
    this.#rows = rows;
  }

  /**
   * Goes on from a tree of `size` leaves, which `read` has the tiles of.
   * @throws {StorageError} GONE if a tile is not there, CORRUPT if it has another length.
   */
  static async from(size: number, read: ReadTile): Promise<TileGrowth> {
    const reader = new TileReader(size, read);
    const subtrees = subtreesOf({ from: 0, to: size });
    const hashes = await Promise.all(subtrees.map((subtree) => reader.hashOf(subtree)));
    const rows: Uint8Array[][] = [];
    for (const tile of partialTilesOf(size)) rows[tile.level] = [...(await reader.hashesOf(tile))];
    return new TileGrowth(new Frontier(size, hashes), rows);
  }

  /** Leaves so far. */
  get size(): number {
    return this.#frontier.size;
  }

  root(): Uint8Array {
    return this.#frontier.root();
  }

  /** Trap: it keeps the leaf, so that its bytes may not change. */
  append(leaf: Uint8Array): void {
    this.#frontier.append(leaf, ({ level, index }, hash) => {
      const tileLevel = tileLevelOf(level);
      if (tileLevel !== undefined) this.#place(tileLevel, Math.floor(index / TILE_WIDTH), hash);
    });
  }

  /** The tiles that are new, or wider, since they were last taken; of one level, in order. */
  take(): readonly TileBytes[] {
    const taken = this.#full;
    for (const tile of partialTilesOf(this.size)) {
      const row = this.#rows[tile.level];
      if (row && this.#widened.has(tile.level)) taken.push({ tile, bytes: concat(...row) });
    }
    this.#full = [];
    this.#widened.clear();
    return taken;
  }

  #place(level: number, index: number, hash: Uint8Array): void {
    const row = this.#rows[level] ?? [];
    this.#rows[level] = row;
    row.push(hash);
    this.#widened.add(level);
    if (row.length < TILE_WIDTH) return;
    this.#full.push({ tile: { level, index, width: TILE_WIDTH }, bytes: concat(...row) });
    this.#rows[level] = [];
    this.#widened.delete(level);
  }
}
