import { modesOf } from '../../machines/promises.ts';
import { type Case, cases, charts } from '../machines/combinations.ts';
import { table } from './section.ts';

const words = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Charts that do not matter are left out. */
function conditionOf({ while: of }: Case): string {
  const named = charts
    .filter((chart) => of[chart].length < modesOf[chart].length)
    .map((chart) => `${chart} ${of[chart].map((mode) => `\`${mode}\``).join(', ')}`);
  return named.join('; ') || 'always';
}

/** Each promise, what it may come to, and in which modes. */
export const promiseTable = (): string =>
  table(
    ['promise', 'is', 'in the modes'],
    cases().map((each) => [words(each.promise), each.is, conditionOf(each)]),
  );
