import { concat, isZero, readU64, text, u64 } from './bytes.ts';
import { textIn } from './proofs/notation.ts';

/** Records that may not be shredded, whatever happens to them otherwise. */
export interface Hold {
  /** 1 to 64 bytes of UTF-8 without control characters. */
  readonly name: string;
  /** Index of the first record. */
  readonly from: number;
  /** The index after the last; 2^53 - 1 if those to come are held, too. */
  readonly to: number;
}

export const HOLDS_MAX = 256;
export const HOLD_NAME_BYTES_MAX = 64;
export const OPEN_END = Number.MAX_SAFE_INTEGER;

const SLOT_BYTES = 16 + HOLD_NAME_BYTES_MAX;

export const isHoldName = (name: string): boolean => {
  const { length } = text(name);
  if (length === 0 || length > HOLD_NAME_BYTES_MAX) return false;
  return name.isWellFormed() && !/\p{Cc}/u.test(name);
};

const isHold = ({ name, from, to }: Hold): boolean => isHoldName(name) && from < to;

/** The hold that keeps a segment with these records, the first of several. */
export const holdOn = (
  holds: readonly Hold[],
  { first, size }: { readonly first: number; readonly size: number },
): Hold | undefined => holds.find(({ from, to }) => first < to && from < size);

/** @throws {RangeError} if there is no such hold. */
export function holdNamed(holds: readonly Hold[], name: string): Hold {
  const hold = holds.find((each) => each.name === name);
  if (hold !== undefined) return hold;
  throw new RangeError(`release.name must be that of a hold, got "${name}"`);
}

export const heldBy = (segment: number, { name }: Hold): string =>
  `segment ${segment} is held by "${name}"`;

/**
 * Slots of 80 bytes, one after the other.
 * @throws {RangeError} if there are more than 256, or a name or a range is none.
 */
export function encodeHolds(holds: readonly Hold[]): Uint8Array {
  if (holds.length > HOLDS_MAX) {
    throw new RangeError(`holds must be at most ${HOLDS_MAX}, got ${holds.length}`);
  }
  if (!holds.every(isHold)) throw new RangeError('hold must have a name and a range');
  const slots = holds.map(({ name, from, to }) => {
    const slot = new Uint8Array(SLOT_BYTES);
    slot.set(concat(u64(from), u64(to), text(name)));
    return slot;
  });
  return concat(...slots);
}

/** Undefined if it is not what `encodeHolds` makes of holds of different names, and then zeros. */
export function decodeHolds(bytes: Uint8Array): readonly Hold[] | undefined {
  const holds = new Map<string, Hold>();
  for (let at = 0; holds.size < HOLDS_MAX; at += SLOT_BYTES) {
    const slot = bytes.subarray(at, at + SLOT_BYTES);
    if (isZero(slot)) break;
    const hold = holdIn(slot);
    if (hold === undefined || holds.has(hold.name)) return undefined;
    holds.set(hold.name, hold);
  }
  return isZero(bytes.subarray(holds.size * SLOT_BYTES)) ? [...holds.values()] : undefined;
}

function holdIn(slot: Uint8Array): Hold | undefined {
  const [from, to] = [readU64(slot, 0), readU64(slot, 8)];
  const bytes = slot.subarray(16);
  const end = bytes.indexOf(0);
  const name = textIn(end < 0 ? bytes : bytes.subarray(0, end));
  if (from === undefined || to === undefined || name === undefined) return undefined;
  if (end >= 0 && !isZero(bytes.subarray(end))) return undefined;
  const hold = { name, from, to };
  return isHold(hold) ? hold : undefined;
}
