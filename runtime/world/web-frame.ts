import { randomFillSync } from 'node:crypto';
import { unfilled } from '../../storage/bytes.ts';

/** RFC 6455 section 5.2: a whole binary message. */
const BINARY = 0x82;
const MASKED = 0x80;
const [TWO_BYTES, EIGHT_BYTES] = [126, 127];

/** Before the message, which so begins at a whole word; of a head at most 14 are taken. */
const HEAD_BYTES = 16;
const ROOM_BYTES = HEAD_BYTES + 65_536;
const LARGE_BYTES_MIN = 16_384;
/** So many stay, for all links together. */
const ROOMS_MAX = 16;
const MASK_BYTES = 4;

export interface WebFrame {
  readonly bytes: Uint8Array;
  /** Once, and only if all of it was written: what comes next is written over it. */
  release(): void;
}

const rooms: Uint8Array[] = [];
const masks = new Uint8Array(8_192);
let masksUsed = masks.length;

/** As whoever listens sends a message. */
export const clearFrame = (message: Uint8Array): WebFrame => frameOf(message, undefined);

/**
 * As whoever dialled does. ws would make a copy in new memory, and go through it byte by byte: here
 * it is what was written before, and in the cache of the processor.
 */
export const maskedFrame = (message: Uint8Array): WebFrame => frameOf(message, nextMask());

function frameOf(message: Uint8Array, mask: Uint8Array | undefined): WebFrame {
  const { length } = message;
  const isLarge = length >= LARGE_BYTES_MIN;
  const room = isLarge
    ? (rooms.pop() ?? new Uint8Array(ROOM_BYTES))
    : unfilled(HEAD_BYTES + length + 3);
  room.set(message, HEAD_BYTES);
  const lengthBytes = length < TWO_BYTES ? 0 : length < 65_536 ? 2 : 8;
  const from = HEAD_BYTES - 2 - lengthBytes - (mask === undefined ? 0 : MASK_BYTES);
  writeHead(room, from, length, mask);
  if (mask !== undefined) applyMask(room, length, mask);
  return {
    bytes: room.subarray(from, HEAD_BYTES + length),
    release() {
      if (isLarge && rooms.length < ROOMS_MAX) rooms.push(room);
    },
  };
}

function writeHead(room: Uint8Array, from: number, length: number, mask?: Uint8Array): void {
  const view = new DataView(room.buffer, room.byteOffset + from);
  const masked = mask === undefined ? 0 : MASKED;
  view.setUint8(0, BINARY);
  if (length < TWO_BYTES) view.setUint8(1, masked | length);
  else if (length < 65_536) {
    view.setUint8(1, masked | TWO_BYTES);
    view.setUint16(2, length);
  } else {
    view.setUint8(1, masked | EIGHT_BYTES);
    view.setBigUint64(2, BigInt(length));
  }
  if (mask !== undefined) room.set(mask, HEAD_BYTES - MASK_BYTES);
}

/** To the end of the last word, past what is sent. */
function applyMask(room: Uint8Array, length: number, mask: Uint8Array): void {
  const [word = 0] = new Uint32Array(mask.buffer, mask.byteOffset, 1);
  const words = new Uint32Array(room.buffer, room.byteOffset + HEAD_BYTES, Math.ceil(length / 4));
  for (let at = 0; at < words.length; at++) words[at] = (words[at] ?? 0) ^ word;
}

function nextMask(): Uint8Array {
  if (masksUsed === masks.length) {
    randomFillSync(masks);
    masksUsed = 0;
  }
  masksUsed += MASK_BYTES;
  return masks.subarray(masksUsed - MASK_BYTES, masksUsed);
}
