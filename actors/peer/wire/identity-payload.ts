import { concat, sameBytes, text } from '../../../storage/bytes.ts';

const PAYLOAD_BYTES_MAX = 512;
const SIGNATURE_BYTES = 64;

/** `PublicKey { Type: Ed25519, Data: 32 bytes }`, all but the bytes. */
const KEY_HEAD = Uint8Array.of(0x08, 0x01, 0x12, 0x20);
const KEY_FIELD_BYTES = 36;

const STATIC_KEY_PREFIX = text('noise-libp2p-static-key:');

/** SPEC section 4, as libp2p lays it out. */
export interface IdentityPayload {
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
}

/** What the identity signs of its Noise static key. */
export const staticKeyClaim = (staticKey: Uint8Array): Uint8Array =>
  concat(STATIC_KEY_PREFIX, staticKey);

export const writeIdentity = ({ publicKey, signature }: IdentityPayload): Uint8Array =>
  concat(
    Uint8Array.of(0x0a, KEY_FIELD_BYTES),
    KEY_HEAD,
    publicKey,
    Uint8Array.of(0x12, SIGNATURE_BYTES),
    signature,
  );

/** Undefined if it is none; the signature is not verified here. */
export function readIdentity(payload: Uint8Array): IdentityPayload | undefined {
  if (payload.length > PAYLOAD_BYTES_MAX) return undefined;
  const fields = readFields(payload);
  const key = fields?.get(1);
  const signature = fields?.get(2);
  if (key?.length !== KEY_FIELD_BYTES || signature?.length !== SIGNATURE_BYTES) return undefined;
  if (!sameBytes(key.subarray(0, KEY_HEAD.length), KEY_HEAD)) return undefined;
  return { publicKey: key.slice(KEY_HEAD.length), signature };
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
  [0x22, 4],
]);

/** A length of one byte, or of two where it needs them. */
function readSize(payload: Uint8Array, at: number): { length: number; at: number } | undefined {
  const [low, high] = payload.subarray(at, at + 2);
  if (low === undefined) return undefined;
  if (low < 0x80) return { length: low, at: at + 1 };
  if (high === undefined || high === 0 || high >= 0x80) return undefined;
  return { length: (high << 7) | (low & 0x7f), at: at + 2 };
}
