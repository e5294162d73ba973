import type { LogTree } from './log-tree.ts';
import type { Files } from './ports.ts';
import { formatNote, type Note } from './proofs/note.ts';
import { TILE_LEVEL_MAX, TILE_WIDTH, type Tile, tilePath } from './proofs/tiles.ts';

/**
 * Writes a tree as static files that any monitor of c2sp.org/tlog-tiles can read: `checkpoint`, the
 * signed note of this tree, and the tiles that are not there yet. Records are not among them.
 */
export async function publish(
  files: Pick<Files, 'stat' | 'makeDirectory' | 'replace' | 'remove'>,
  directory: string,
  tree: LogTree,
  note: Note,
): Promise<void> {
  await files.makeDirectory(directory);
  for (let level = 0; level <= TILE_LEVEL_MAX; level++) {
    const full = Math.floor(tree.size / TILE_WIDTH ** (level + 1));
    for await (const { tile, bytes } of tree.tilesFrom(level, await firstMissing(level, full))) {
      const path = `${directory}/${tilePath(tile)}`;
      await files.makeDirectory(path.slice(0, path.lastIndexOf('/')));
      await files.replace(path, bytes);
      if (tile.width === TILE_WIDTH) await files.remove(`${path}.p`);
    }
  }
  // Last, so that it never names what is not there.
  await files.replace(`${directory}/checkpoint`, formatNote(note));

  /** Tiles were written in order, so that all before one that is there are there. */
  async function firstMissing(level: number, full: number): Promise<number> {
    const isThere = async (index: number): Promise<boolean> => {
      const tile: Tile = { level, index, width: TILE_WIDTH };
      return (await files.stat(`${directory}/${tilePath(tile)}`)) !== undefined;
    };
    let index = full;
    while (index > 0 && !(await isThere(index - 1))) index -= 1;
    return index;
  }
}
