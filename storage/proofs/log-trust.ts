import { StorageError } from '../faults.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import type { Note } from './note.ts';
import type { NoteKey } from './note-key.ts';
import { type VerifiedSignature, verifyNote } from './note-signature.ts';

/** Whom the reader of a checkpoint believes. */
export interface LogTrust {
  readonly origin: string;
  /** The keys of the log, one of which must have signed. */
  readonly log: readonly NoteKey[];
  readonly witnesses: readonly NoteKey[];
}

/** A checkpoint that its log signed, and whoever else did. */
export interface TrustedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly signatures: readonly VerifiedSignature[];
}

/**
 * The checkpoint of a note (c2sp.org/tlog-checkpoint), if it is of this log, and signed by it. How
 * many witnesses must have cosigned, is for the caller to say.
 * @throws {StorageError} UNPROVEN with the reason otherwise.
 */
export function openCheckpoint(note: Note, trust: LogTrust): TrustedCheckpoint {
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin !== trust.origin) throw refused('it is of another log');
  const signatures = verifyNote(note, [...trust.log, ...trust.witnesses]);
  if (signatures.some(({ key }) => trust.log.includes(key))) return { checkpoint, signatures };
  throw refused('no key of the log has signed it');
}

const refused = (because: string): StorageError =>
  new StorageError('UNPROVEN', `the checkpoint is not to be trusted: ${because}`);
