import { signerSeedOf } from './audit-key.ts';
import { hex, isZero } from './bytes.ts';
import { type SigningKey, signingKey } from './ed25519.ts';
import { StorageError } from './faults.ts';
import type { KeyArchive } from './key-archive.ts';
import type { LogTree } from './log-tree.ts';
import type { Place } from './place.ts';
import { type Checkpoint, formatCheckpoint } from './proofs/checkpoint.ts';
import { openCheckpoint } from './proofs/log-trust.ts';
import { type Note, parseNote } from './proofs/note.ts';
import { formatNoteKey, type NoteKey, noteKeyTypes } from './proofs/note-key.ts';
import { type NoteSigner, noteKeyOf, signNote } from './proofs/note-signature.ts';

/** Who signs the checkpoints of a log, and who did. */
export interface LogSigners {
  readonly present: NoteSigner;
  readonly retired: readonly RetiredKey[];
}

interface RetiredKey {
  readonly key: NoteKey;
  /** Of the log when it was retired: it signed nothing larger. */
  readonly size: number;
}

/** The origin of a log's checkpoints, which is the name of its keys, too. */
export const originOf = ({ storeId }: Pick<Place, 'storeId'>): string => `holdfast/${hex(storeId)}`;

/** They live as long as the archive they are of. */
const signersOf = new WeakMap<KeyArchive, LogSigners>();

/** By the audit keys in the archive; without one, or any, there was only the first signer. */
export function logSigners(place: Place, archive?: KeyArchive): LogSigners {
  const first = { name: originOf(place), key: place.keys.signer };
  if (archive === undefined || archive.generations === 0) return { present: first, retired: [] };
  const known = signersOf.get(archive);
  if (known !== undefined) return known;
  const signers = {
    present: { name: first.name, key: presentKeyOf(place, archive) },
    retired: retiredIn(archive, noteKeyOf(first, noteKeyTypes.signature)),
  };
  signersOf.set(archive, signers);
  return signers;
}

function presentKeyOf(place: Place, archive: KeyArchive): SigningKey {
  const key = keyOf(place, archive, archive.generations);
  if (key !== undefined) return key;
  throw new StorageError('KEY_MISSING', 'the present audit key is missing');
}

function keyOf(place: Place, archive: KeyArchive, generation: number): SigningKey | undefined {
  const auditKey = archive.keyOf(generation);
  if (auditKey === undefined) return undefined;
  const seed = signerSeedOf(auditKey, place.storeId);
  auditKey.wipe();
  const key = signingKey(seed);
  seed.wipe();
  return key;
}

/** The present one first, then those before, as far as their keys are not lost. */
export function* everySigner(place: Place, archive?: KeyArchive): Generator<NoteSigner> {
  const name = originOf(place);
  for (let each = archive?.generations ?? 0; archive && each > 0; each--) {
    const key = keyOf(place, archive, each);
    if (key !== undefined) yield { name, key };
  }
  yield { name, key: place.keys.signer };
}

/** What signed with keys that are lost, is not known any more. */
function retiredIn(archive: KeyArchive, first: NoteKey): readonly RetiredKey[] {
  const retired: RetiredKey[] = [];
  let key: NoteKey | undefined = first;
  for (let each = 1; each <= archive.generations; each++) {
    const entry = archive.entryOf(each);
    if (key && entry) retired.push({ key, size: entry.size });
    const isKnown = entry !== undefined && !isZero(entry.publicKey);
    key = isKnown ? { ...first, publicKey: entry.publicKey } : undefined;
  }
  return retired;
}

/** What verifies the checkpoints of a log, as one line of text (a vkey of c2sp.org/signed-note). */
export const verifierKeyOf = ({ present }: LogSigners): string =>
  formatNoteKey(noteKeyOf(present, noteKeyTypes.signature));

/**
 * The checkpoint of this log that a note is.
 * @throws {StorageError} UNPROVEN with the reason if it is none, or not signed by the log's key, or
 * by one that had been retired before.
 */
export function ownCheckpoint({ present, retired }: LogSigners, note: Uint8Array): Checkpoint {
  const key = noteKeyOf(present, noteKeyTypes.signature);
  const log = [key, ...retired.map((each) => each.key)];
  const trust = { origin: present.name, log, witnesses: [] };
  const { checkpoint, signatures } = openCheckpoint(parseNote(note), trust);
  const signedBy = signatures.map((signature) => signature.key);
  if (signedBy.includes(key)) return checkpoint;
  const size = Math.max(
    ...retired.filter((each) => signedBy.includes(each.key)).map((each) => each.size),
  );
  if (checkpoint.size <= size) return checkpoint;
  const message = `the checkpoint of size ${checkpoint.size} is not to be trusted: it is signed by`;
  throw new StorageError('UNPROVEN', `${message} a key that was retired at size ${size}`);
}

/** The signed checkpoint (c2sp.org/tlog-checkpoint) of a log whose tree is this. */
export function signCheckpoint(
  { present }: LogSigners,
  tree: Pick<LogTree, 'size' | 'root'>,
): Note {
  const checkpoint = { size: tree.size, root: tree.root(), extensions: [] };
  const text = formatCheckpoint({ origin: present.name, ...checkpoint });
  return { text, signatures: [signNote(text, present)] };
}

/** The same checkpoint, signed by the present key as well. */
export const countersign = ({ present }: LogSigners, { text, signatures }: Note): Note => ({
  text,
  signatures: [...signatures, signNote(text, present)],
});
