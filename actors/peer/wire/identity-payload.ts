import { concat, sameBytes, text } from '../../../storage/bytes.ts';

const PAYLOAD_BYTES_MAX = 4_352;
const SIGNATURE_BYTES = 64;

/** `PublicKey { Type: Ed25519, Data: 32 bytes }`, all but the bytes. */
const KEY_HEAD = Uint8Array.of(0x08, 0x01, 0x12, 0x20);
const KEY_FIELD_BYTES = 36;

/** The bytes that fields begin with: 4 of the payload, and 15 of the extensions in it. */
const EXTENSIONS = 0x22;
const CHAIN = 0x7a;
const NOTHING = new Uint8Array();

const STATIC_KEY_PREFIX = text('noise-libp2p-static-key:');

/** SPEC section 4, as libp2p lays it out. */
export interface IdentityPayload {
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
  /** Its newest records of section 9; nothing is verified here. */
  readonly chain?: Uint8Array | undefined;
}

/** What the identity signs of its Noise static key. */
export const staticKeyClaim = (staticKey: Uint8Array): Uint8Array =>
  concat(STATIC_KEY_PREFIX, staticKey);

export const writeIdentity = ({ publicKey, signature, chain }: IdentityPayload): Uint8Array =>
  concat(
    Uint8Array.of(0x0a, KEY_FIELD_BYTES),
    KEY_HEAD,
    publicKey,
    Uint8Array.of(0x12, SIGNATURE_BYTES),
    signature,
    chain === undefined ? NOTHING : fieldOf(EXTENSIONS, fieldOf(CHAIN, chain)),
  );

const fieldOf = (tag: number, bytes: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(tag, ...sizeOf(bytes.length)), bytes);

const sizeOf = (length: number): readonly number[] =>
  length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7];

/** Undefined if it is none; the signature is not verified here. */
export function readIdentity(payload: Uint8Array): IdentityPayload | undefined {
  if (payload.length > PAYLOAD_BYTES_MAX) return undefined;
  const fields = readFields(payload);
  const extensions = fields?.get(4);
  const key = fields?.get(1);
  const signature = fields?.get(2);
  if (key?.length !== KEY_FIELD_BYTES || signature?.length !== SIGNATURE_BYTES) return undefined;
  if (!sameBytes(key.subarray(0, KEY_HEAD.length), KEY_HEAD)) return undefined;
  const chain = extensions && chainIn(extensions);
  return { publicKey: key.slice(KEY_HEAD.length), signature, chain };
}

/** The first field 15; undefined if there is none before what cannot be read. */
function chainIn(extensions: Uint8Array): Uint8Array | undefined {
  let at = 0;
  while (at < extensions.length) {
    const tag = extensions[at];
    const size = readSize(extensions, at + 1);
    if (size === undefined) return undefined;
    at = size.at + size.length;
    if (at > extensions.length) return undefined;
    if (tag === CHAIN) return extensions.slice(size.at, at);
  }
  return undefined;
}

/** Fields 1, 2 and 4, each of bytes and at most once; undefined if there is anything else. */
function readFields(payload: Uint8Array): ReadonlyMap<number, Uint8Array> | undefined {
  const fields = new Map<number, Uint8Array>();
  let at = 0;
  while (at < payload.length) {
    const number = fieldNumbers.get(payload[at] ?? 0);
    const size = readSize(payload, at + 1);
    if (number === undefined || size === undefined || fields.has(number)) return undefined;
    at = size.at + size.length;
    if (at > payload.length) return undefined;
    fields.set(number, payload.subarray(size.at, at));
  }
  return fields;
}

/** By the byte that protobuf begins a field of bytes with. */
const fieldNumbers: ReadonlyMap<number, number> = new Map([
  [0x0a, 1],
  [0x12, 2],
  [EXTENSIONS, 4],
]);

/** A length of one byte, or of two where it needs them. */
function readSize(payload: Uint8Array, at: number): { length: number; at: number } | undefined {
  const [low, high] = payload.subarray(at, at + 2);
  if (low === undefined) return undefined;
  if (low < 0x80) return { length: low, at: at + 1 };
  if (high === undefined || high === 0 || high >= 0x80) return undefined;
  return { length: (high << 7) | (low & 0x7f), at: at + 2 };
}
