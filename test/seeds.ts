/** How many seeds a random test walks through: in CI, and run whole by `npm run soak`. */
export interface SeedCounts {
  readonly ci: number;
  readonly full: number;
}

/**
 * The seeds to run, from 1 upwards, so that a failing one can be named. `npm run soak` sets
 * `HOLDFAST_SOAK` to `ci` or `full`; `HOLDFAST_SEEDS=N` asks for N of them, and `HOLDFAST_SEED=S`
 * for that one alone.
 * @throws {RangeError} unless N and S are whole numbers from 1.
 */
export function seedsFor(counts: SeedCounts, env = process.env): readonly number[] {
  const { HOLDFAST_SOAK: soak, HOLDFAST_SEEDS: given, HOLDFAST_SEED: only } = env;
  if (only !== undefined) return [wholeNumber('HOLDFAST_SEED', only)];
  const usual = soak === 'ci' ? counts.ci : counts.full;
  const count = given === undefined ? usual : wholeNumber('HOLDFAST_SEEDS', given);
  return Array.from({ length: count }, (_, index) => index + 1);
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new RangeError(`${name} must be a whole number from 1 to 999999999, got ${text}`);
}
