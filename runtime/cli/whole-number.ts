import { misused } from './failure.ts';

interface Range {
  readonly min: number;
  readonly max: number;
}

/** @throws {Failure} unless `given` is undefined, or digits, with a sign or not, in range. */
export function wholeNumber(
  option: string,
  given: string | undefined,
  { min, max }: Range = { min: 0, max: 999_999_999_999_999 },
): number | undefined {
  if (given === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(given)) throw misused(`${option} must be a whole number, got ${given}`);
  const number = Number(given);
  if (number < min) throw misused(`${option} must be at least ${min}, got ${given}`);
  if (number > max) throw misused(`${option} must be at most ${max}, got ${given}`);
  return number;
}
