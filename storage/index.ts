/** RFC 6962 trees and proofs, C2SP signed notes, checkpoints and receipts: `holdfast/storage`. */

export { StorageError } from './faults.ts';
export { type Checkpoint, formatCheckpoint, parseCheckpoint } from './proofs/checkpoint.ts';
export { proveConsistency, type TreeHead, verifyConsistency } from './proofs/consistency.ts';
export { type Inclusion, proveInclusion, verifyInclusion } from './proofs/inclusion.ts';
export { type LogTrust, openCheckpoint, type TrustedCheckpoint } from './proofs/log-trust.ts';
export { formatNote, type Note, type NoteSignature, parseNote } from './proofs/note.ts';
export { formatNoteKey, keyIdOf, type NoteKey, parseNoteKey } from './proofs/note-key.ts';
export { verifyNote } from './proofs/note-signature.ts';
export {
  type DisclosedRecord,
  parseReceipt,
  type Receipt,
  verifyReceipt,
} from './proofs/receipt.ts';
export { TileGrowth } from './proofs/tile-growth.ts';
export { type ReadTile, TileReader } from './proofs/tile-reader.ts';
export { type Tile, tilePath } from './proofs/tiles.ts';
export { type HashOf, leafHash, rootOf, type Subtree } from './proofs/tree.ts';
