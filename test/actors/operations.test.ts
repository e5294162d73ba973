import { expect, it } from 'vitest';
import { fileOperations, kvOperations, storeOperations } from '../../actors/operations.ts';
import { codes } from '../../runtime/errors.ts';

it('every operation of a port has a deadline, and a code that users know', () => {
  const all = [fileOperations, kvOperations, storeOperations].flatMap((each) =>
    Object.values(each),
  );
  expect(all).toHaveLength(26);
  const odd = all.filter(({ deadlineMs, code }) => {
    return !(deadlineMs >= 1_000 && deadlineMs <= 120_000 && code in codes);
  });
  expect(odd).toEqual([]);
});
