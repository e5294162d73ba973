import { expect, it } from 'vitest';
import { RequestRefusal } from '../../runtime/request-refusal.ts';

it('a refusal says what its caller is to see', () => {
  const { code, message, retryable, retryAfterMs } = new RequestRefusal('OUT_OF_STOCK', 'no tea');
  expect({ code, message, retryable, retryAfterMs }).toEqual({
    code: 'OUT_OF_STOCK',
    message: 'no tea',
    retryable: false,
    retryAfterMs: 0,
  });
  expect(new RequestRefusal('BUSY', '', { retryAfterMs: 500 }).retryable).toBe(true);
});

it.each([
  ['out of stock', '', {}, TypeError],
  ['A'.repeat(65), '', {}, TypeError],
  ['A', 'x'.repeat(257), {}, RangeError],
  ['A', '', { retryAfterMs: -1 }, RangeError],
  ['A', '', { retryAfterMs: 3_600_001 }, RangeError],
])('a refusal %s is none', (code, message, options, refused) => {
  expect(() => new RequestRefusal(code, message, options)).toThrow(refused);
});
