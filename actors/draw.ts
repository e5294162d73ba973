const BYTES_MAX = 65_536;

/** @throws {RangeError} unless `length` is a whole number from 0 to 65,536. */
export function checkLength(length: number): void {
  if (Number.isInteger(length) && length >= 0 && length <= BYTES_MAX) return;
  throw new RangeError(`length must be a whole number from 0 to ${BYTES_MAX}, got ${length}`);
}

/** 53 random bits as a fraction in [0, 1), from two 32-bit words. */
export const fraction = (high: number, low: number): number =>
  ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
