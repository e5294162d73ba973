import { z } from 'zod';

const expected = 'must be a string of 1 to 128 characters';

/** What breakers, retry budgets and bulkheads are known by. */
export const nameOfCalls = z.string({ error: expected }).min(1, expected).max(128, expected);
