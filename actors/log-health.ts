import { mustBeNoLinks } from '../storage/links.ts';
import type { Log } from '../storage/log.ts';
import type { Workplace } from '../storage/place.ts';
import { isHole, readRecords } from '../storage/read.ts';

/** What an examination of the log found. */
export type Health =
  | { readonly kind: 'well'; readonly freeBytes: number }
  | { readonly kind: 'vanished' }
  | { readonly kind: 'unreadable'; readonly because: string };

/**
 * Looks at the files, for a put succeeds into a directory that was removed: the directory of the
 * active segment is the one that was opened, the head is there, and the newest record comes back.
 */
export class LogHealth {
  readonly #place: Workplace;
  readonly #inodes = new Map<number, number>();

  constructor(place: Workplace) {
    this.#place = place;
  }

  /** The segment was opened or made just now: its directory is the right one. */
  async note(segment: number): Promise<void> {
    const { files, layout } = this.#place;
    const store = await files.stat(layout.store(segment));
    this.#inodes.clear();
    if (store !== undefined) this.#inodes.set(segment, store.inode);
  }

  async examine(log: Log): Promise<Health> {
    if (!(await this.stands(log))) return { kind: 'vanished' };
    const problem = await this.#readBack(log);
    if (problem !== undefined) return { kind: 'unreadable', because: problem };
    const { files, layout } = this.#place;
    return { kind: 'well', freeBytes: await files.freeBytes(layout.root) };
  }

  /**
   * False if what has its names is gone, or somebody else's.
   * @throws {StorageError} FOREIGN if a directory of the log is a link by now.
   */
  async stands(log: Log): Promise<boolean> {
    const { files, layout } = this.#place;
    await mustBeNoLinks(files, layout.directories);
    const { segment } = log;
    const store = await files.stat(layout.store(segment));
    const isThere = store?.kind === 'directory' && store.links > 0;
    const inode = this.#inodes.get(segment) ?? store?.inode;
    const head = await files.stat(layout.head);
    const names = (await files.list(layout.store(segment))) ?? [];
    const isStore = names.includes('CURRENT') || names.includes('store');
    if (!isThere || store.inode !== inode || head === undefined || !isStore) {
      // A rotation may have come between.
      return log.segment === segment ? false : await this.stands(log);
    }
    this.#inodes.set(segment, store.inode);
    return true;
  }

  async #readBack(log: Log): Promise<string | undefined> {
    const last = log.size - 1;
    if (last < 0 || log.isSegmentEmpty) return undefined;
    const range = { from: last, to: last + 1 };
    for await (const read of readRecords(this.#place, (n) => log.keyOf(n), range, log)) {
      return isHole(read) ? `record ${last} is ${read.because}` : undefined;
    }
    return `record ${last} is missing`;
  }
}
