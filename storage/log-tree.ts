import { concat } from './bytes.ts';
import { StorageError } from './faults.ts';
import { proveInclusion } from './inclusion.ts';
import { TileGrowth } from './tile-growth.ts';
import { type ReadTile, TileReader } from './tile-reader.ts';
import { TILE_WIDTH } from './tiles.ts';

/** The leaf hashes of the records from `from`, included, to `to`, excluded. */
export type LeavesBetween = (from: number, to: number) => AsyncIterable<Uint8Array>;

/**
 * The RFC 6962 tree over the leaves of a log. It keeps the hashes of each 256 leaves and above, a
 * byte for 8 records; leaves are read again for a proof. Trap: one caller at a time.
 */
export class LogTree {
  readonly #leaves: LeavesBetween;
  readonly #growth: TileGrowth;
  /** Those above the leaves, full ones and the last of each level. */
  readonly #tiles = new Map<string, Uint8Array>();

  private constructor(leaves: LeavesBetween, growth: TileGrowth) {
    this.#leaves = leaves;
    this.#growth = growth;
  }

  static async of(leaves: LeavesBetween): Promise<LogTree> {
    return new LogTree(leaves, await TileGrowth.from(0, async () => undefined));
  }

  get size(): number {
    return this.#growth.size;
  }

  root(): Uint8Array {
    return this.#growth.root();
  }

  /**
   * Reads on until the tree has `size` leaves; if it has more already, they stay.
   * @throws {StorageError} as the leaves are read, and CORRUPT if there are too few; it may be
   * called again.
   */
  async grow(size: number): Promise<void> {
    if (size <= this.size) return;
    for await (const leaf of this.#leaves(this.size, size)) {
      this.#growth.append(leaf.slice());
      if (this.size % TILE_WIDTH === 0) this.#keep();
    }
    this.#keep();
    if (this.size === size) return;
    const message = `there are leaves of ${this.size} records instead of ${size}`;
    throw new StorageError('CORRUPT', message);
  }

  /**
   * The proof of RFC 6962 that leaf `index` is in the tree, from the leaf up.
   * @throws {RangeError} unless `index` is a whole number from 0, below the size.
   */
  prove(index: number): Promise<readonly Uint8Array[]> {
    const reader = new TileReader(this.size, this.#tile);
    return proveInclusion(index, this.size, (subtree) => reader.hashOf(subtree));
  }

  #keep(): void {
    for (const { tile, bytes } of this.#growth.take()) {
      if (tile.level > 0) this.#tiles.set(`${tile.level}/${tile.index}`, bytes);
    }
  }

  readonly #tile: ReadTile = async ({ level, index, width }) => {
    if (level > 0) return this.#tiles.get(`${level}/${index}`);
    const leaves: Uint8Array[] = [];
    const from = index * TILE_WIDTH;
    for await (const leaf of this.#leaves(from, from + width)) leaves.push(leaf);
    return concat(...leaves);
  };
}
