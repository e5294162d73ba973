/** How the text formats of C2SP write numbers and bytes: in one way only, so that texts compare. */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined if the bytes are no UTF-8. */
export function textIn(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The standard alphabet of RFC 4648, padded. */
export const toBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** Undefined unless it is exactly what `toBase64` makes of some bytes. */
export function fromBase64(digits: string): Uint8Array | undefined {
  const bytes = Buffer.from(digits, 'base64');
  return bytes.toString('base64') === digits ? Uint8Array.from(bytes) : undefined;
}

/** Undefined unless it is a decimal number up to 2^53 - 1 without leading zeros. */
export function fromDecimal(digits: string): number | undefined {
  const n = /^(0|[1-9][0-9]{0,15})$/.test(digits) ? Number(digits) : Number.NaN;
  return Number.isSafeInteger(n) ? n : undefined;
}
