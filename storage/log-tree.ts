import { concat } from './bytes.ts';
import { StorageError } from './faults.ts';
import { proveConsistency } from './proofs/consistency.ts';
import { proveInclusion } from './proofs/inclusion.ts';
import { type TileBytes, TileGrowth } from './proofs/tile-growth.ts';
import { type ReadTile, TileReader } from './proofs/tile-reader.ts';
import { hashesIn, TILE_WIDTH } from './proofs/tiles.ts';
import { HASH_BYTES, type HashOf, rootOf } from './proofs/tree.ts';

/** The leaf hashes of the records from `from`, included, to `to`, excluded; many at once. */
export type LeavesBetween = (from: number, to: number) => AsyncIterable<Uint8Array>;

const TILE_BYTES = HASH_BYTES * TILE_WIDTH;
/** Hashing that many takes a millisecond. */
const PAUSE_LEAVES = 1_024;

/**
 * The RFC 6962 tree over the leaves of a log. It keeps the hashes of each 256 leaves and above, a
 * byte for 8 records; leaves are read again for a proof. Trap: one caller at a time.
 */
export class LogTree {
  readonly #leaves: LeavesBetween;
  readonly #pause: () => Promise<void>;
  readonly #growth: TileGrowth;
  /** Those above the leaves, full ones and the last of each level. */
  readonly #tiles = new Map<string, Uint8Array>();

  private constructor(leaves: LeavesBetween, pause: () => Promise<void>, growth: TileGrowth) {
    this.#leaves = leaves;
    this.#pause = pause;
    this.#growth = growth;
  }

  /** @param pause lets others work, between one piece of growing and the next */
  static async of(leaves: LeavesBetween, pause: () => Promise<void>): Promise<LogTree> {
    return new LogTree(leaves, pause, await TileGrowth.from(0, async () => undefined));
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
    let grown = 0;
    for await (const leaves of this.#leaves(this.size, size)) {
      for (const leaf of hashesIn(leaves)) {
        this.#growth.append(leaf.slice());
        grown += 1;
        if (this.size % TILE_WIDTH === 0) this.#keep();
      }
      if (grown < PAUSE_LEAVES) continue;
      grown = 0;
      await this.#pause();
    }
    this.#keep();
    if (this.size === size) return;
    const message = `there are leaves of ${this.size} records instead of ${size}`;
    throw new StorageError('CORRUPT', message);
  }

  /**
   * The root of the first `size` leaves.
   * Trap: `size` is at most that of the tree.
   */
  rootAt(size: number): Promise<Uint8Array> {
    return rootOf(size, this.#hashOf(size));
  }

  /**
   * The proof of RFC 6962 that leaf `index` is in the tree of the first `size` leaves, from the
   * leaf up.
   * @throws {RangeError} unless `index` is a whole number from 0, below `size`.
   */
  prove(index: number, size: number): Promise<readonly Uint8Array[]> {
    return proveInclusion(index, size, this.#hashOf(size));
  }

  /**
   * The proof of RFC 6962 that the tree of `newer` leaves goes on from that of its first `older`.
   * @throws {RangeError} unless 1 <= `older` <= `newer` <= the size, both whole.
   */
  async proveConsistency(older: number, newer: number): Promise<readonly Uint8Array[]> {
    if (newer > this.size) {
      throw new RangeError(`newer must be at most the size ${this.size}, got ${newer}`);
    }
    return await proveConsistency(older, newer, this.#hashOf(newer));
  }

  /** The tiles of a level from one on, in order; the last one may not be full. */
  async *tilesFrom(level: number, index: number): AsyncGenerator<TileBytes> {
    let at = index;
    for await (const bytes of this.#rowsFrom(level, index)) {
      const width = bytes.length / HASH_BYTES;
      yield { tile: { level, index: at, width }, bytes };
      at += 1;
    }
  }

  async *#rowsFrom(level: number, index: number): AsyncGenerator<Uint8Array> {
    const hashes = Math.floor(this.size / TILE_WIDTH ** level);
    if (level > 0) {
      for (let at = index; at * TILE_WIDTH < hashes; at++) {
        const kept = this.#tiles.get(`${level}/${at}`);
        if (kept !== undefined) yield kept.slice(0, HASH_BYTES * (hashes - at * TILE_WIDTH));
      }
      return;
    }
    let row: Uint8Array = new Uint8Array();
    for await (const leaves of this.#leaves(index * TILE_WIDTH, hashes)) {
      row = concat(row, leaves);
      for (; row.length >= TILE_BYTES; row = row.slice(TILE_BYTES)) yield row.slice(0, TILE_BYTES);
    }
    if (row.length > 0) yield row;
  }

  #keep(): void {
    for (const { tile, bytes } of this.#growth.take()) {
      if (tile.level > 0) this.#tiles.set(`${tile.level}/${tile.index}`, bytes);
    }
  }

  /** For one proof of the tree that the first `size` leaves make. */
  #hashOf(size: number): HashOf {
    const reader = new TileReader(size, this.#tile);
    return (subtree) => reader.hashOf(subtree);
  }

  readonly #tile: ReadTile = async ({ level, index, width }) => {
    if (level > 0) return this.#tiles.get(`${level}/${index}`);
    const leaves: Uint8Array[] = [];
    const from = index * TILE_WIDTH;
    for await (const leaf of this.#leaves(from, from + width)) leaves.push(leaf);
    return concat(...leaves);
  };
}
