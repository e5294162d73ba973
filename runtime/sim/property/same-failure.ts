import { threw } from '../checks.ts';
import type { Violation } from '../scenario.ts';

/** What a run says itself: not which promise was broken, but what was thrown or called. */
const OF_THE_RUN: ReadonlySet<string> = new Set(['outside', 'start', 'uncaught', 'workload']);

const WORD = /[\w.-]+/g;

/** A number, or a name that has one in it, as that of a job: another run has another. */
const nameless = (word: string): string => (/\d/.test(word) ? '0' : word);

/**
 * Whether two runs fail in the same way: an invariant is known by its name, whatever it says; what
 * was thrown by its error, whatever the numbers in it.
 */
export const isSameFailure = (one: Violation, other: Violation | undefined): boolean =>
  other !== undefined && identityOf(one) === identityOf(other);

function identityOf({ invariant, detail }: Violation): string {
  if (!OF_THE_RUN.has(invariant) && !detail.startsWith(threw)) return invariant;
  return `${invariant}: ${detail.replaceAll(WORD, nameless)}`;
}
