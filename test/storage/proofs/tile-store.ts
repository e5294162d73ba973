import { concat } from '../../../storage/bytes.ts';
import type { TileBytes } from '../../../storage/proofs/tile-growth.ts';
import { type Tile, tilePath } from '../../../storage/proofs/tiles.ts';
import type { SparseTree } from './rfc6962.ts';

/** Tiles by their paths, as a file server has them. */
export class TileStore {
  readonly tiles = new Map<string, Uint8Array>();
  /** The paths that were read. */
  readonly reads: string[] = [];

  put(grown: readonly TileBytes[]): void {
    for (const { tile, bytes } of grown) this.tiles.set(tilePath(tile), bytes);
  }

  readonly read = async (tile: Tile): Promise<Uint8Array | undefined> => {
    this.reads.push(tilePath(tile));
    return this.tiles.get(tilePath(tile));
  };
}

/** Reads tiles of a tree of any size. */
export const tilesOf =
  (tree: SparseTree) =>
  async ({ level, index, width }: Tile): Promise<Uint8Array> =>
    concat(
      ...Array.from({ length: width }, (_, at) =>
        tree.at({ level: 8 * level, index: 256 * index + at }),
      ),
    );
