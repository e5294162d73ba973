import { concat, sameBytes, text, u32 } from './bytes.ts';
import { hkdf } from './derivation.ts';
import { StorageError } from './faults.ts';
import type { NotePaper } from './paper.ts';
import type { Place, Workplace } from './place.ts';
import { NONCE_BYTES, SEAL_BYTES, seal, unseal } from './seal.ts';
import { Secret } from './secret.ts';
import { decodeZones, encodeZones, type ZoneMap } from './zone-map.ts';

const MAGIC = concat(text('HFZONES'), Uint8Array.of(1));
const KEY_LABEL = text('holdfast/v1/zones');
const LABEL = text('zones');
/** Ten times what a segment of 64 MiB can need. A longer map is neither written nor read. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

/** Undefined if there is none that somebody with the segment's key made of this very segment. */
export async function readZones(
  { files, layout, storeId }: Place,
  note: NotePaper,
  key: Secret,
): Promise<ZoneMap | undefined> {
  try {
    const bytes = await files.readAt(layout.zones(note.segment), 0, FILE_BYTES_MAX + 1);
    const [magic, sealed] = [bytes.subarray(0, MAGIC.length), bytes.subarray(MAGIC.length)];
    if (bytes.length > FILE_BYTES_MAX || !sameBytes(magic, MAGIC)) return undefined;
    const opened = unseal(zonesKey(key, storeId), aadOf(note, storeId), sealed);
    return opened && decodeZones(opened, note.size);
  } catch (error) {
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}

/** @throws {StorageError} as `Files.replace` does. */
export async function writeZones(
  { files, layout, storeId, random }: Workplace,
  note: NotePaper,
  key: Secret,
  zones: ZoneMap,
): Promise<void> {
  const plain = encodeZones(zones);
  if (MAGIC.length + SEAL_BYTES + plain.length > FILE_BYTES_MAX) return;
  const sealed = seal(zonesKey(key, storeId), random(NONCE_BYTES), aadOf(note, storeId), plain);
  await files.replace(layout.zones(note.segment), concat(MAGIC, sealed));
}

function zonesKey(key: Secret, storeId: Uint8Array): Secret {
  const bytes = hkdf(key, storeId, KEY_LABEL, 32);
  const derived = Secret.of(bytes);
  bytes.fill(0);
  return derived;
}

const aadOf = ({ segment, chainAfter }: NotePaper, storeId: Uint8Array): Uint8Array =>
  concat(LABEL, storeId, MAGIC, u32(segment), Buffer.from(chainAfter, 'hex'));
