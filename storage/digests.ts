import { hex, sha256 } from './bytes.ts';
import { fileBytes } from './file-bytes.ts';
import { isEvidence, type Layout } from './layout.ts';
import type { DoubtPaper } from './paper.ts';
import type { Files } from './ports.ts';

/** What digests need of the files. */
type Readable = Pick<Files, 'read' | 'list'>;

/** Name, bytes and hash of a file, as papers hold them; zeros of what is no file. */
export type FileDigest = readonly [name: string, bytes: number, hash: string];

const NO_FILE = '0'.repeat(64);

/** Of each file in a directory that is evidence, by name; empty if there is no directory. */
export async function digestFiles(
  files: Readable,
  directory: string,
): Promise<readonly FileDigest[]> {
  const digests: FileDigest[] = [];
  for (const name of await namesOf(files, directory)) {
    const bytes = await fileBytes(files, `${directory}/${name}`);
    digests.push([name, bytes?.length ?? 0, bytes ? hex(sha256(bytes)) : NO_FILE]);
  }
  return digests;
}

async function namesOf(files: Readable, directory: string): Promise<readonly string[]> {
  return ((await files.list(directory)) ?? []).filter((name) => isEvidence(name));
}

/** What differs between the digests of a paper and what lies there, in words. */
export function compareDigests(
  promised: readonly FileDigest[],
  found: readonly FileDigest[],
): readonly string[] {
  const before = new Map(promised.map((digest) => [digest[0], digest]));
  const after = new Map(found.map((digest) => [digest[0], digest]));
  const changed = promised.flatMap(([name, , hash]) => {
    const now = after.get(name);
    if (now === undefined) return [`${name} is missing`];
    return now[2] === hash ? [] : [`${name} is not as it was`];
  });
  const added = found.filter(([name]) => !before.has(name)).map(([name]) => `${name} was added`);
  return [...changed, ...added];
}

/** The same of what a paper promises of a quarantined segment, and of its repaired copy. */
export async function compareDoubt(
  files: Readable,
  layout: Layout,
  paper: DoubtPaper,
): Promise<readonly string[]> {
  const store = await digestFiles(files, layout.store(paper.segment));
  const copy = await digestFiles(files, layout.copyOf(paper.segment));
  return [
    ...compareDigests(paper.files, store),
    ...compareDigests(paper.copy, copy).map((change) => `of its copy, ${change}`),
  ];
}
