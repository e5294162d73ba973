const BYTE = 256;

/** The effect of one byte, alone and followed by one to seven zero bytes. */
const table = new Int32Array(8 * BYTE);
for (let n = 0; n < table.length; n++) {
  let crc = n < BYTE ? n : (table[n - BYTE] ?? 0);
  const steps = n < BYTE ? 8 : 0;
  for (let bit = 0; bit < steps; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  table[n] = n < BYTE ? crc : (crc >>> 8) ^ effect(crc & 0xff);
}

function effect(index: number): number {
  return table[index] ?? 0;
}

/** LevelDB stores checksums masked, for it takes checksums of bytes that hold checksums. */
const mask = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

/** The masked CRC-32C of the bytes from `from` to `to`, excluded; unsigned. */
export function maskedCrc32c(bytes: Uint8Array, from: number, to: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let crc = -1;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    const low = crc ^ view.getInt32(at, true);
    const high = view.getInt32(at + 4, true);
    crc =
      effect(7 * BYTE + (low & 0xff)) ^
      effect(6 * BYTE + ((low >>> 8) & 0xff)) ^
      effect(5 * BYTE + ((low >>> 16) & 0xff)) ^
      effect(4 * BYTE + (low >>> 24)) ^
      effect(3 * BYTE + (high & 0xff)) ^
      effect(2 * BYTE + ((high >>> 8) & 0xff)) ^
      effect(BYTE + ((high >>> 16) & 0xff)) ^
      effect(high >>> 24);
  }
  for (; at < to; at++) crc = effect((crc ^ view.getUint8(at)) & 0xff) ^ (crc >>> 8);
  return mask(~crc);
}

/**
 * The first end after `from`, up to `to`, that `isRight` for the masked checksum of the bytes from
 * `from` to it. For damaged files, whose lengths cannot be believed.
 */
export function findChecked(
  bytes: Uint8Array,
  from: number,
  to: number,
  isRight: (checksum: number, end: number) => boolean,
): number | undefined {
  let crc = -1;
  for (let at = from; at < to; at++) {
    crc = effect((crc ^ (bytes[at] ?? 0)) & 0xff) ^ (crc >>> 8);
    if (isRight(mask(~crc), at + 1)) return at + 1;
  }
  return undefined;
}
