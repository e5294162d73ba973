import { describe, expect, it } from 'vitest';
import { failRequest, refuse } from '../../actors/refusals.ts';

describe('a refusal', () => {
  it('says why, and when to come again where that is known', () => {
    expect([
      refuse('breaker.open', 250),
      refuse('breaker.probing', 0),
      refuse('breaker.isolated'),
    ]).toStrictEqual([
      { admitted: false, because: 'breaker.open', retryAfterMs: 250 },
      { admitted: false, because: 'breaker.probing', retryAfterMs: 0 },
      { admitted: false, because: 'breaker.isolated' },
    ]);
  });
});

it('a request fails with a code, in words without secrets, and when to come again', () => {
  expect([failRequest('RATE_LIMITED', 250), failRequest('METHOD_UNKNOWN')]).toEqual([
    { code: 'RATE_LIMITED', message: 'too many requests', retryable: true, retryAfterMs: 250 },
    {
      code: 'METHOD_UNKNOWN',
      message: 'there is no such method',
      retryable: false,
      retryAfterMs: 0,
    },
  ]);
});
