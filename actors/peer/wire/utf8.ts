const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** How many bytes of UTF-8 the text has. */
export const utf8Bytes = (text: string): number => (isAscii(text) ? text.length : slow(text));

const slow = (text: string): number => encoder.encode(text).length;

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}

/** Writes the text at `at`, where there is room for it, and returns where it ends. */
export function writeUtf8(text: string, bytes: Uint8Array, at: number): number {
  if (!isAscii(text)) return at + encoder.encodeInto(text, bytes.subarray(at)).written;
  for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index);
  return at + text.length;
}

/** Undefined if it is no UTF-8. */
export function readUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** As much of the text, from its beginning, as fits into so many bytes. */
export function cutUtf8(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text;
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(bytesMax)).read);
}
