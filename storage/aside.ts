import type { Files } from './ports.ts';

/** So many are kept of one name; then the last one gives way. */
const ASIDE_MAX = 8;

/**
 * Renames what stands at `path`, whatever it is, to `<path>.<why>`; where that name is taken, to
 * `<path>.<why>.2` and so on. Returns its new name.
 */
export async function putAside(
  files: Files,
  path: string,
  why: 'damaged' | 'refused',
): Promise<string> {
  let aside = `${path}.${why}`;
  for (let nth = 2; nth <= ASIDE_MAX && (await files.stat(aside)) !== undefined; nth++) {
    aside = `${path}.${why}.${nth}`;
  }
  await files.remove(aside);
  await files.rename(path, aside);
  return aside;
}
