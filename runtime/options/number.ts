import { z } from 'zod';

export const DAY_MS = 86_400_000;

/** Marks a check of values that are well each by itself, and make no sense together. */
export const NONSENSE = { isNonsense: true };

function ranged(kind: string, min: number, max: number) {
  const expected = `must be ${kind} from ${min} to ${max}`;
  return z.number({ error: expected }).min(min, expected).max(max, expected);
}

export const wholeNumber = (min: number, max: number) => {
  const kind = 'a whole number';
  return ranged(kind, min, max).int(`must be ${kind} from ${min} to ${max}`);
};

export const number = (min: number, max: number) => ranged('a number', min, max);

export function oneOf<const Choice extends string>(choices: readonly [Choice, ...Choice[]]) {
  return z.enum(choices, { error: `must be one of ${choices.join(', ')}` });
}
