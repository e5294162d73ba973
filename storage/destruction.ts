import { hex, sha256 } from './bytes.ts';
import { fileBytes } from './file-bytes.ts';
import type { KeyArchive } from './key-archive.ts';
import { everySigner } from './log-signer.ts';
import type { ShredPaper } from './paper.ts';
import type { Place } from './place.ts';
import { formatNote } from './proofs/note.ts';
import { type NoteSigner, signNote } from './proofs/note-signature.ts';
import { remake } from './remake.ts';

/**
 * The signed note (c2sp.org/signed-note) that tells strangers what was destroyed. It says no more
 * than the paper, so that a crash loses nothing.
 * Trap: its second line is no number, so that it never passes for a checkpoint of the same key.
 */
export function destructionNote(
  signer: NoteSigner,
  paper: Omit<ShredPaper, 'destroyed'>,
): Uint8Array {
  const { segment, first, size, leaves, keyGeneration, writtenMs, because } = paper;
  const lines = [
    'holdfast/destroyed/v1',
    signer.name,
    `segment ${segment}`,
    `first ${first}`,
    `size ${size}`,
    `leaves ${leaves}`,
    `key-page ${keyGeneration}`,
    `time ${new Date(writtenMs).toISOString()}`,
    `reason ${JSON.stringify(because)}`,
  ];
  const text = `${lines.join('\n')}\n`;
  return formatNote({ text, signatures: [signNote(text, signer)] });
}

/**
 * Writes the note that the paper promises, if it is not there, by the key that signed it then. The
 * key of the segment must be gone.
 */
export async function certify(
  place: Place,
  archive: KeyArchive | undefined,
  paper: ShredPaper,
): Promise<void> {
  if (paper.destroyed === undefined) return;
  if ((await destructionProblem(place, paper)) === undefined) return;
  for (const signer of everySigner(place, archive)) {
    const note = destructionNote(signer, paper);
    if (hex(sha256(note)) !== paper.destroyed) continue;
    await remake(place.files, place.layout.destroyed(paper.segment), note);
  }
}

/** What is wrong with the note, as far as the paper tells; undefined if it is as it was. */
export async function destructionProblem(
  { files, layout }: Pick<Place, 'files' | 'layout'>,
  { segment, destroyed }: ShredPaper,
): Promise<{ readonly isMissing: boolean; readonly because: string } | undefined> {
  const note = await fileBytes(files, layout.destroyed(segment));
  const isMissing = note === undefined;
  if (isMissing && destroyed === undefined) return undefined;
  if (isMissing) return { isMissing, because: 'the note of its destruction is missing' };
  if (hex(sha256(note)) === destroyed) return undefined;
  return { isMissing, because: 'the note of its destruction is not as it was' };
}
