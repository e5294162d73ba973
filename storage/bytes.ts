import { hash, timingSafeEqual } from 'node:crypto';
import { MessageChannel } from 'node:worker_threads';

const encoder = new TextEncoder();

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function concat(...parts: Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Four bytes, big-endian. @throws {RangeError} unless `n` is a whole number below 2^32. */
export function u32(n: number): Uint8Array {
  if (!Number.isInteger(n) || n < 0 || n > 0xffff_ffff) throw notWhole(n, '2^32 - 1');
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, n);
  return bytes;
}

/** Eight bytes, big-endian. @throws {RangeError} unless `n` is a safe integer of at least 0. */
export function u64(n: number): Uint8Array {
  if (!Number.isSafeInteger(n) || n < 0) throw notWhole(n, '2^53 - 1');
  const bytes = new Uint8Array(8);
  const view = viewOf(bytes);
  view.setUint32(0, Math.floor(n / 2 ** 32));
  view.setUint32(4, n % 2 ** 32);
  return bytes;
}

const notWhole = (n: number, max: string): RangeError =>
  new RangeError(`n must be a whole number from 0 to ${max}, got ${n}`);

/** @throws {RangeError} if fewer than four bytes are left at `at`. */
export const readU32 = (bytes: Uint8Array, at: number): number => viewOf(bytes).getUint32(at);

/**
 * Undefined if it is above 2^53 - 1, which no number of ours is.
 * @throws {RangeError} if fewer than eight bytes are left at `at`.
 */
export function readU64(bytes: Uint8Array, at: number): number | undefined {
  const view = viewOf(bytes);
  const n = view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
  return Number.isSafeInteger(n) ? n : undefined;
}

/** In UTF-8, without a terminator. */
export const text = (s: string): Uint8Array => encoder.encode(s);

/** Lower case. */
export const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

/** Takes as long wherever they differ; only their lengths show. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);

/** A loop, for a page of keys has 150,000 of them: `every` takes six times as long. */
export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** SHA-256 of the parts, joined. */
export function sha256(...parts: Uint8Array[]): Uint8Array {
  const [first] = parts;
  const whole = first !== undefined && parts.length === 1 ? first : concat(...parts);
  // By way of a string: that takes two thirds of the time of a Buffer.
  return plain(Buffer.from(hash('sha256', whole, 'binary'), 'binary'));
}

/** To be filled: they hold anything. Small ones share a buffer, which costs a tenth. */
export const unfilled = (length: number): Uint8Array => plain(Buffer.allocUnsafe(length));

/** Below, giving back takes longer than it saves. */
const GIVEN_BACK_BYTES_MIN = 4_096;

/** Nobody hears it, and what is handed over with a message is freed with it. */
const { port1: nobody } = new MessageChannel();
nobody.close();

/**
 * Frees bytes at once: V8 goes through all of its heap for every 64 MiB of them that wait to be
 * collected. Does nothing to a piece of something larger. Trap: they are gone, for whoever else has
 * them, too.
 */
export function giveBack(bytes: Uint8Array): void {
  const { buffer, length } = bytes;
  if (length < GIVEN_BACK_BYTES_MIN || length !== buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer) nobody.postMessage(undefined, [buffer]);
}

/** The same bytes, no longer a Buffer, whose `slice` would not copy. */
export const plain = (buffer: Buffer): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
