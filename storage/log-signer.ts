import { hex } from './bytes.ts';
import { type Checkpoint, formatCheckpoint } from './checkpoint.ts';
import type { LogTree } from './log-tree.ts';
import { openCheckpoint } from './log-trust.ts';
import { type Note, parseNote } from './note.ts';
import { formatNoteKey, noteKeyTypes } from './note-key.ts';
import { type NoteSigner, noteKeyOf, signNote } from './note-signature.ts';
import type { Place } from './place.ts';

/** The origin of a log's checkpoints, which is the name of its key, too. */
export const originOf = ({ storeId }: Pick<Place, 'storeId'>): string => `holdfast/${hex(storeId)}`;

export const signerOf = (place: Place): NoteSigner => ({
  name: originOf(place),
  seed: place.keys.signer,
});

/** What verifies the checkpoints of a log, as one line of text (a vkey of c2sp.org/signed-note). */
export const verifierKeyOf = (place: Place): string =>
  formatNoteKey(noteKeyOf(signerOf(place), noteKeyTypes.signature));

/**
 * The checkpoint of this log that a note is.
 * @throws {StorageError} UNPROVEN with the reason if it is none, or not signed by the log's key.
 */
export function ownCheckpoint(place: Place, note: Uint8Array): Checkpoint {
  const log = [noteKeyOf(signerOf(place), noteKeyTypes.signature)];
  const trust = { origin: originOf(place), log, witnesses: [] };
  return openCheckpoint(parseNote(note), trust).checkpoint;
}

/** The signed checkpoint (c2sp.org/tlog-checkpoint) of a log whose tree is this. */
export function signCheckpoint(place: Place, tree: Pick<LogTree, 'size' | 'root'>): Note {
  const checkpoint = { size: tree.size, root: tree.root(), extensions: [] };
  const text = formatCheckpoint({ origin: originOf(place), ...checkpoint });
  return { text, signatures: [signNote(text, signerOf(place))] };
}
