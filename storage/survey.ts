import { fileBytes } from './file-bytes.ts';
import type { Head } from './head.ts';
import { readHeadFile } from './head-file.ts';
import { type SegmentNames, sortNames } from './layout.ts';
import { decodePaper, type Paper, type PaperKind } from './paper.ts';
import type { Place } from './place.ts';

/** What lies in the directory of a log, by its names. */
export interface Survey {
  readonly head: Head | undefined;
  readonly isHeadWhole: boolean;
  readonly segments: readonly SegmentNames[];
  readonly strays: readonly string[];
}

export async function survey({ files, layout, keys, storeId }: Place): Promise<Survey> {
  const { head, isWhole } = readHeadFile(await fileBytes(files, layout.head), keys.head, storeId);
  const names = sortNames((await files.list(layout.segments)) ?? []);
  return { head, isHeadWhole: isWhole, ...names };
}

/** The paper of that kind; undefined if there is none or it is not authentic. */
export async function readPaper<Kind extends PaperKind>(
  { files, layout, keys, storeId }: Place,
  segment: number,
  kind: Kind,
): Promise<Extract<Paper, { kind: Kind }> | undefined> {
  const path = layout.paper(segment, kind);
  const bytes = await fileBytes(files, path);
  if (bytes === undefined) return undefined;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const paper = decodePaper(bytes, name, keys.papers, storeId);
  return isOf(paper, segment, kind) ? paper : undefined;
}

function isOf<Kind extends PaperKind>(
  paper: Paper | undefined,
  segment: number,
  kind: Kind,
): paper is Extract<Paper, { kind: Kind }> {
  return paper?.segment === segment && paper.kind === kind;
}
