import { unfilled } from '../../../storage/bytes.ts';
import type { Encoding } from '../wire/frame.ts';

export interface Payload {
  readonly encoding: Encoding;
  /**
   * At most 10,485,760. Trap: what came in may be a piece of something larger; what is to be sent
   * may not be changed before it was.
   */
  readonly bytes: Uint8Array;
}

/** The bytes, or a copy of a piece of something larger, which is written over or gone soon. */
export function ownedPart(part: Uint8Array): Uint8Array {
  if (part.length === part.buffer.byteLength) return part;
  const own = unfilled(part.length);
  own.set(part);
  return own;
}
