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

/** The part, or a copy where it would keep alive much more than itself. */
export function ownedPart(part: Uint8Array): Uint8Array {
  if (part.length * 4 >= part.buffer.byteLength * 3) return part;
  const own = unfilled(part.length);
  own.set(part);
  return own;
}
