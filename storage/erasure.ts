import { parseBlock } from './block.ts';
import { isEvidence, type Layout } from './layout.ts';
import type { Files, RawStore } from './ports.ts';

/** Blocks of a segment whose traces are looked for, spread over all of it. */
const MARKS_MAX = 32;

/** What nothing but a block of this segment holds: the tags of some of them. */
export function marksOf({ entries }: RawStore): readonly Uint8Array[] {
  const step = Math.max(1, Math.ceil(entries.length / MARKS_MAX));
  return entries.flatMap(({ value }, at) => {
    const block = at % step === 0 ? parseBlock(value) : undefined;
    return block === undefined ? [] : [block.tag.slice()];
  });
}

/**
 * The files of a log in which a trace of a shredded segment is left, by their paths below its root;
 * none, if all is as it should be. Not looked at are the stores of other
 * segments, and papers and leaves, which hold no bytes of a block.
 */
export async function findMarks(
  files: Files,
  layout: Layout,
  marks: readonly Uint8Array[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of await pathsIn(files, layout)) {
    const bytes = Buffer.from((await files.read(path)) ?? []);
    if (marks.some((mark) => bytes.includes(Buffer.from(mark))))
      found.push(path.slice(layout.root.length + 1));
  }
  return found;
}

async function pathsIn(files: Files, layout: Layout): Promise<readonly string[]> {
  const paths: string[] = [];
  const queue = [layout.root];
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    for (const name of (await files.list(folder)) ?? []) {
      const path = `${folder}/${name}`;
      const isKnown = folder === layout.segments && /^\d{8}(\.[a-z]+)?$/.test(name);
      if (isKnown || path === layout.ballast || !isEvidence(name)) continue;
      if ((await files.stat(path))?.kind === 'directory') queue.push(path);
      else paths.push(path);
    }
  }
  return paths;
}
