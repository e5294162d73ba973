import type { Happened, History } from './history.ts';
import { isFound, type Kind } from './telling.ts';

export interface Wanted {
  readonly kinds: ReadonlySet<Kind>;
  /** Those of an actor, and of what is under it; all if empty. */
  readonly path: string;
  readonly words: readonly string[];
}

/** The lines that somebody looks for, found once each as they come. */
export class LineFilter {
  readonly #wanted: Wanted;
  #found: Happened[] = [];
  /** Where each is among all lines that there ever were. */
  #places: number[] = [];
  #seen = 0;
  #history: History | undefined;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  in(history: History): readonly Happened[] {
    if (history !== this.#history) {
      this.#history = history;
      this.#seen = 0;
      this.#found = [];
      this.#places = [];
    }
    const { forgotten, lines } = history;
    const old = this.#places.findIndex((place) => place >= forgotten);
    const gone = old < 0 ? this.#places.length : old;
    if (gone > 0) {
      this.#found = this.#found.slice(gone);
      this.#places = this.#places.slice(gone);
    }
    for (let at = Math.max(0, this.#seen - forgotten); at < lines.length; at++) {
      const line = lines[at];
      if (line === undefined || !this.#isWanted(line)) continue;
      this.#found.push(line);
      this.#places.push(forgotten + at);
    }
    this.#seen = forgotten + lines.length;
    return this.#found;
  }

  #isWanted(happened: Happened): boolean {
    const { kinds, path, words } = this.#wanted;
    if (!kinds.has(happened.line[0])) return false;
    const isOf = path === '' || happened.path === path || happened.path.startsWith(`${path}/`);
    return isOf && isFound(happened, words);
  }
}

/** The first line that is later than a moment; `lines.length` if there is none. */
export function firstAfter(lines: readonly Happened[], atMs: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.line[1] ?? 0) > atMs) high = middle;
    else low = middle + 1;
  }
  return low;
}
