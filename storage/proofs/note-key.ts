import { concat, readU32, sha256, text } from '../bytes.ts';
import { PUBLIC_KEY_BYTES } from '../ed25519.ts';
import { StorageError } from '../faults.ts';
import { fromBase64, toBase64 } from './notation.ts';
import { isKeyName } from './note.ts';

/** The signature types of c2sp.org/signed-note that are spoken here, both with Ed25519. */
export const noteKeyTypes = { signature: 0x01, cosignature: 0x04 } as const;

export type NoteKeyType = (typeof noteKeyTypes)[keyof typeof noteKeyTypes];

/** The public key of whoever signs notes (0x01) or cosigns checkpoints (0x04). */
export interface NoteKey {
  readonly name: string;
  readonly type: NoteKeyType;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

const typed = ({ type, publicKey }: NoteKey): Uint8Array => concat(Uint8Array.of(type), publicKey);

/** The id of a key: the first 32 bits of SHA-256 of its name, a line feed, its type, its bytes. */
export const keyIdOf = (key: NoteKey): number =>
  readU32(sha256(text(`${key.name}\n`), typed(key)), 0);

const idDigits = (key: NoteKey): string => keyIdOf(key).toString(16).padStart(8, '0');

/** The key as one line of text (a vkey): its name, its id, its type and bytes, joined by plus. */
export const formatNoteKey = (key: NoteKey): string =>
  `${key.name}+${idDigits(key)}+${toBase64(typed(key))}`;

const isType = (type: number | undefined): type is NoteKeyType =>
  Object.values(noteKeyTypes).some((known) => known === type);

/** @throws {StorageError} UNPROVEN with the reason if it is no vkey, or one of another type. */
export function parseNoteKey(vkey: string): NoteKey {
  const [name = '', id = '', ...digits] = vkey.split('+');
  if (!isKeyName(name) || !name.isWellFormed()) throw refused('its name is none');
  if (!/^[0-9a-f]{8}$/.test(id)) throw refused('its id is not 8 hex digits');
  const bytes = fromBase64(digits.join('+'));
  if (bytes === undefined) throw refused('its key is no base64');
  const [type] = bytes;
  if (!isType(type))
    throw refused(type === undefined ? 'it has no key' : `type ${type} is not known`);
  const key = { name, type, publicKey: bytes.slice(1) };
  if (key.publicKey.length !== PUBLIC_KEY_BYTES) {
    throw refused(`its key has ${key.publicKey.length} bytes instead of ${PUBLIC_KEY_BYTES}`);
  }
  if (idDigits(key) !== id) throw refused('its id is that of another key');
  return key;
}

const refused = (because: string): StorageError =>
  new StorageError('UNPROVEN', `the vkey is malformed: ${because}`);
