/** RFC 6962 trees and proofs, C2SP signed notes, checkpoints and receipts: `holdfast/storage`. */
export { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
export { proveConsistency, type TreeHead, verifyConsistency } from './consistency.ts';
export { StorageError } from './faults.ts';
export { type Inclusion, proveInclusion, verifyInclusion } from './inclusion.ts';
export { type LogTrust, openCheckpoint, type TrustedCheckpoint } from './log-trust.ts';
export { formatNote, type Note, type NoteSignature, parseNote } from './note.ts';
export { formatNoteKey, keyIdOf, type NoteKey, parseNoteKey } from './note-key.ts';
export { verifyNote } from './note-signature.ts';
export { type DisclosedRecord, parseReceipt, type Receipt, verifyReceipt } from './receipt.ts';
export { TileGrowth } from './tile-growth.ts';
export { type ReadTile, TileReader } from './tile-reader.ts';
export { type Tile, tilePath } from './tiles.ts';
export { type HashOf, leafHash, rootOf, type Subtree } from './tree.ts';
