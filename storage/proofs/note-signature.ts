import { concat, readU64, u64, text as utf8 } from '../bytes.ts';
import { ed25519Verify, type SigningKey } from '../ed25519.ts';
import { StorageError } from '../faults.ts';
import type { Note, NoteSignature } from './note.ts';
import { keyIdOf, type NoteKey, type NoteKeyType, noteKeyTypes } from './note-key.ts';

/** Who signs: a name, and its Ed25519 key. */
export interface NoteSigner {
  readonly name: string;
  readonly key: SigningKey;
}

/** A signature that is what it says. */
export interface VerifiedSignature {
  readonly key: NoteKey;
  /** Of a cosignature: when it was made, in seconds since 1970. */
  readonly timeS?: number;
}

const TIME_BYTES = 8;
const COSIGNATURE_BYTES = TIME_BYTES + 64;

/** The public key that verifies what the signer signs with this type. */
export const noteKeyOf = ({ name, key }: NoteSigner, type: NoteKeyType): NoteKey => ({
  name,
  type,
  publicKey: key.publicKey,
});

/** c2sp.org/signed-note, type 0x01: of the text of a note, with its last line feed. */
export function signNote(text: string, signer: NoteSigner): NoteSignature {
  const signature = signer.key.sign(utf8(text));
  return lineOf(signer, noteKeyTypes.signature, signature);
}

/**
 * c2sp.org/tlog-cosignature, type 0x04: says that at `timeS`, in seconds since 1970, this text of a
 * checkpoint was the largest known of its log, and consistent with all before.
 * Trap: a key that cosigns must sign nothing else, for its name is not signed.
 * @throws {RangeError} unless `timeS` is a whole number of at least 0.
 */
export function cosign(text: string, signer: NoteSigner, timeS: number): NoteSignature {
  const time = u64(timeS);
  const signature = concat(time, signer.key.sign(cosigned(text, timeS)));
  return lineOf(signer, noteKeyTypes.cosignature, signature);
}

function lineOf(signer: NoteSigner, type: NoteKeyType, signature: Uint8Array): NoteSignature {
  return { name: signer.name, keyId: keyIdOf(noteKeyOf(signer, type)), signature };
}

const cosigned = (text: string, timeS: number): Uint8Array =>
  utf8(`cosignature/v1\ntime ${timeS}\n${text}`);

/**
 * The signatures of known keys, one of each, in the order of the note; those of others are ignored.
 * @throws {StorageError} UNPROVEN with the reason if there is none, or one of them is forged.
 */
export function verifyNote(note: Note, keys: readonly NoteKey[]): readonly VerifiedSignature[] {
  const known = keys.map((key) => ({ key, id: keyIdOf(key) }));
  const verified: VerifiedSignature[] = [];
  for (const { name, keyId, signature } of note.signatures) {
    const named = known.filter(({ key, id }) => key.name === name && id === keyId);
    if (named.length === 0) continue;
    const found = named.flatMap(({ key }) => verifiedBy(key, note.text, signature));
    if (found.length === 0) throw refused(`the signature of ${name} is forged`);
    verified.push(...found.filter(({ key }) => !verified.some((one) => one.key === key)));
  }
  if (verified.length === 0) throw refused('no known key has signed it');
  return verified;
}

/** One, or none if the key did not make the signature. */
function verifiedBy(key: NoteKey, text: string, signature: Uint8Array): VerifiedSignature[] {
  if (key.type === noteKeyTypes.signature) {
    return ed25519Verify(key.publicKey, utf8(text), signature) ? [{ key }] : [];
  }
  if (signature.length !== COSIGNATURE_BYTES) return [];
  const timeS = readU64(signature, 0);
  if (timeS === undefined) return [];
  const isMade = ed25519Verify(key.publicKey, cosigned(text, timeS), signature.slice(TIME_BYTES));
  return isMade ? [{ key, timeS }] : [];
}

const refused = (because: string): StorageError =>
  new StorageError('UNPROVEN', `the note is not to be trusted: ${because}`);
